/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Does an IPsec policy of type block stand in a connect's way? In the thread's namespace. */
#ifndef NETLINK_XFRM_POLICY_H
#define NETLINK_XFRM_POLICY_H

#include "netlink/route.h"

/*
 * enum stall_known, of the packets that a socket would send by the device `route_ifindex`. `from` of the
 * question is the source that they have; its port 0: not known. Not known where the kernel could not be asked, or a policy may
 * belong to a single socket or depends on what is not known.
 */
uint8_t xfrm_policy_blocks(const struct route_question *question, uint32_t route_ifindex);

#endif
