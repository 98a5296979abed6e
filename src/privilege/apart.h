/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One piece of work by a child that has no privileges, on what this process has in memory. */
#ifndef PRIVILEGE_APART_H
#define PRIVILEGE_APART_H

#include <stddef.h>

/*
 * `work` fills `size` zeroed bytes in the child. 0 with these in *ret_result, -errno as `work` returned, or
 * -EPIPE where the child ended before.
 */
int privilege_apart(int (*work)(void *context, void *result), void *context, void *ret_result,
		    size_t size);

#endif
