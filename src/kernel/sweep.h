/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Memory of closed sockets that no new socket has taken over: taken out of the kernel's map now and
 * then. */
#ifndef KERNEL_SWEEP_H
#define KERNEL_SWEEP_H

#include <stdint.h>

/* Removes the entries that closed before `closed_before_ns` (CLOCK_MONOTONIC). The number of them,
 * or -errno. */
int sweep_closed(int sock_hash_fd, uint64_t closed_before_ns);

#endif
