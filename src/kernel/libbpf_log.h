/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What libbpf has to say is told by whoever called it, in the user's terms. */
#ifndef KERNEL_LIBBPF_LOG_H
#define KERNEL_LIBBPF_LOG_H

/* From now on libbpf prints nothing. */
void libbpf_silence(void);

#endif
