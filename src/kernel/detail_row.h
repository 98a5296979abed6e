/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Records of sockets with their details -> rows of the evidence. Pure. */
#ifndef KERNEL_DETAIL_ROW_H
#define KERNEL_DETAIL_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "netstate/evidence.h"
#include "netstate/wire_detail.h"

/* False: it is no connection and no listener, at most bound. `tick_ns`: of a jiffy. */
bool detail_from_wire(const struct wire_detail *wire, uint64_t tick_ns,
		      struct socket_detail *ret_detail);

#endif
