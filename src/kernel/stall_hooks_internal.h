/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What stall_hooks.c and stall_sockets.c share. */
#ifndef KERNEL_STALL_HOOKS_INTERNAL_H
#define KERNEL_STALL_HOOKS_INTERNAL_H

#include "kernel/kernel_enum.h"
#include "kernel/stall_hooks.h"
#include "kernel/symbols.h"

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
	struct kernel_enum drop_reasons;
	struct kernel_enum reset_reasons;
	struct symbols symbols;
	stall_record_fn handle;
	void *callback_context;
	unsigned int taken; /* in this turn */
};

#endif
