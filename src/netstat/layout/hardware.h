/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Kind and address of an interface's hardware as netstat -ie shows them. Pure. */
#ifndef NETSTAT_LAYOUT_HARDWARE_H
#define NETSTAT_LAYOUT_HARDWARE_H

#include <stdint.h>

#include "base/buf.h"

struct hardware_kind {
	uint16_t type; /* ARPHRD_* */
	const char *name;
	const char *title;
	/* Appends the address; NULL: this kind shows none. */
	void (*put_address)(struct buf *out, const uint8_t addr[8]);
};

/* Never NULL: what is not known is "unspec". */
const struct hardware_kind *hardware_find(uint16_t type);

#endif
