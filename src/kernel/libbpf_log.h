/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Callers report failures in the user's terms; what libbpf and the verifier said is shown by
 * --debug. */
#ifndef KERNEL_LIBBPF_LOG_H
#define KERNEL_LIBBPF_LOG_H

/* From now on libbpf's messages go to --debug alone. */
void libbpf_log_init(void);

#endif
