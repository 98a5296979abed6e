/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* struct wire_sock -> struct flow. Pure. */
#ifndef NETSTATE_WIRE_FLOW_H
#define NETSTATE_WIRE_FLOW_H

#include <string.h>

#include "netstate/flow.h"
#include "netstate/wire.h"

/* Everything but the owner, which not every record has. */
static inline struct flow flow_from_wire(const struct wire_sock *wire)
{
	struct flow flow = {
		.cookie = wire->cookie,
		.sock = wire->sock,
		.cgroup_id = wire->cgroup,
		.local.port = wire->lport,
		.remote.port = wire->rport,
		.netns = wire->netns,
		.uid = wire->uid,
		.family = wire->family,
		.protocol = wire->protocol,
	};

	memcpy(flow.local.addr, wire->laddr, sizeof(flow.local.addr));
	memcpy(flow.remote.addr, wire->raddr, sizeof(flow.remote.addr));
	return flow;
}

#endif
