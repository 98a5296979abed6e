/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What this machine and this process offer beside BPF: file systems, namespaces, sock_diag. */
#ifndef TABLE_SUPPORT_H
#define TABLE_SUPPORT_H

#include "kernel/support.h"

/* One row each, for `netstate doctor`. */
void table_support_check(support_row_fn handle, void *context);

#endif
