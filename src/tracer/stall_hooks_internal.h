/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What stall_hooks.c and stall_sockets.c share. */
#ifndef TRACER_STALL_HOOKS_INTERNAL_H
#define TRACER_STALL_HOOKS_INTERNAL_H

#include "tracer/kernel_words.h"
#include "tracer/stall_hooks.h"
#include "tracer/symbols.h"

#define STALL_HOOKS_COUNT 9

struct bpf_link;
struct bpf_program;
struct ring_buffer;
struct stalls_bpf;

struct stall_hooks {
	struct stalls_bpf *bpf;
	struct ring_buffer *ring;
	bool there[STALL_HOOKS_COUNT]; /* this kernel has it, and it is the one that is used */
	struct bpf_program *programs[STALL_HOOKS_COUNT];
	struct bpf_link *links[STALL_HOOKS_COUNT];
	struct stall_senses senses;
	struct kernel_words drop_reasons;
	struct kernel_words reset_reasons;
	struct symbols symbols;
	stall_take take;
	void *take_context;
};

#endif
