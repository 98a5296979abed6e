/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which socket is in the way of a bind or listen call. Pure. */
#include "table/blocker.h"

#include <errno.h>
#include <string.h>

#include "base/address.h"
#include "netstate/flow.h"
#include "netstate/tcp_state.h"

bool blocker_wanted(const void *record, size_t size)
{
	struct wire_refusal refusal;

	if (size != sizeof(refusal))
		return false;
	memcpy(&refusal, record, sizeof(refusal));
	return (refusal.head.kind == WIRE_KIND_BIND || refusal.head.kind == WIRE_KIND_LISTEN) &&
	       refusal.ret == -EADDRINUSE && refusal.sock.lport && !refusal.blocker_state;
}

/* Takes IPv6 alone: none of its addresses is the other's, where that is of IPv4. */
static bool takes(const uint8_t *bound, uint8_t sharing, const uint8_t *addr)
{
	return address_takes(bound, addr) &&
	       !(sharing & WIRE_SHARING_V6ONLY && !address_is_v4(bound) && address_is_v4(addr));
}

/* inet_rcv_saddr_equal() in net/ipv4/inet_connection_sock.c */
static bool same_address(const struct wire_refusal *refusal, const struct port_user *user)
{
	return takes(user->local.addr, user->sharing, refusal->sock.laddr) ||
	       takes(refusal->sock.laddr, refusal->sharing, user->local.addr);
}

/* inet_bind_conflict() there, for a call that names its port; udp_lib_lport_inuse() in net/ipv4/udp.c. */
static bool may_share(const struct wire_refusal *refusal, const struct port_user *user)
{
	unsigned int both = refusal->sharing & user->sharing;
	bool waits = user->state == TCP_STATE_TIME_WAIT;

	if (!(both & WIRE_SHARING_KNOWN))
		return false;
	if (both & WIRE_SHARING_REUSEADDR && user->state != TCP_STATE_LISTEN)
		return true;
	return both & WIRE_SHARING_REUSEPORT && (waits || refusal->socket_uid == user->uid);
}

bool blocker_is_in_the_way(const struct wire_refusal *refusal, const struct port_user *user)
{
	bool udp = refusal->sock.protocol == WIRE_PROTOCOL_UDP;

	if (udp != (user->protocol == FLOW_PROTOCOL_UDP) || user->netns != refusal->sock.netns ||
	    user->local.port != refusal->sock.lport ||
	    (user->cookie && user->cookie == refusal->sock.cookie))
		return false;
	/* a socket that asks to listen is itself bound to the port */
	if (refusal->head.kind == WIRE_KIND_LISTEN && user->state != TCP_STATE_LISTEN)
		return false;
	if (refusal->device && user->device && refusal->device != user->device)
		return false;
	return same_address(refusal, user) && !may_share(refusal, user);
}

static unsigned int rank(const struct port_user *user)
{
	switch (user->state) {
	case TCP_STATE_LISTEN:
		return 0;
	case TCP_STATE_CLOSE:
		return 1;
	case TCP_STATE_TIME_WAIT:
		return 3;
	default:
		return 2;
	}
}

bool blocker_is_better(const struct port_user *user, const struct port_user *than)
{
	return rank(user) < rank(than);
}
