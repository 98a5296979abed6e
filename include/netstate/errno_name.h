/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Linux's errno names (include/uapi/asm-generic/errno.h). */
#ifndef NETSTATE_ERRNO_NAME_H
#define NETSTATE_ERRNO_NAME_H

/* "ECONNREFUSED" for 111; NULL where the number has no name: callers write errno-N then. */
const char *errno_name(unsigned int number);

#endif
