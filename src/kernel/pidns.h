/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whose numbers processes have here: the pid namespace of this /proc. */
#ifndef KERNEL_PIDNS_H
#define KERNEL_PIDNS_H

#include <stdint.h>

/*
 * Its inode, for bpf/pidns.bpf.h; 0: the first namespace, whose numbers the kernel gives, or not
 * known because there is no /proc.
 */
uint32_t pidns_inode(void);

/* What that costs, a sentence for the user; NULL: nothing. */
const char *pidns_note(void);

#endif
