/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How often the kernel did not run an attached program, since the same one was interrupted on that processor. */
#ifndef KERNEL_SKIPS_H
#define KERNEL_SKIPS_H

#include <stdint.h>

struct bpf_object;
struct bpf_program;

/* recursion_misses (kernel/trace/bpf_trace.c); 0 for one that is not loaded. Both ask the kernel, by bpf(2). */
uint64_t skips_of_program(const struct bpf_program *program);
uint64_t skips_of_object(const struct bpf_object *object);

#endif
