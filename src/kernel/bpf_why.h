/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Why BPF programs cannot be used here. */
#ifndef KERNEL_BPF_WHY_H
#define KERNEL_BPF_WHY_H

#include <stdbool.h>

/* The reason for `err` of their loading, as far as this process can find it, else strerror(): one
 * clause, in memory of its own until the next call. */
const char *bpf_why(int err);
/* Who or what refuses bpf(2) with `err` to this process; NULL: nothing of which that is known. */
const char *bpf_refused_why(int err);
/* lockdown(7) in its mode "confidentiality", which leaves programs no helper that reads the kernel. */
bool bpf_locked_down(void);

#endif
