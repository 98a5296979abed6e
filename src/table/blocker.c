/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who is in the way of a bind or listen call. */
#include "table/blocker.h"

#include <errno.h>
#include <string.h>

#include "base/address.h"
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

/* inet_rcv_saddr_equal() in net/ipv4/inet_connection_sock.c, without the families. */
static bool same_address(const uint8_t *a, const uint8_t *b)
{
	return !memcmp(a, b, 16) || address_is_any(a) || address_is_any(b);
}

/* TCP sockets alone share TCP's ports. A socket that asks to listen is itself bound to the port. */
static bool is_in_the_way(const struct wire_refusal *refusal, const struct who_socket *socket)
{
	const struct flow *flow = &socket->flow;

	if (socket->is_udp || flow->netns != refusal->sock.netns ||
	    flow->local.port != refusal->sock.lport ||
	    (flow->cookie && flow->cookie == refusal->sock.cookie))
		return false;
	if (refusal->head.kind == WIRE_KIND_LISTEN && socket->role != WHO_LISTENS)
		return false;
	return same_address(flow->local.addr, refusal->sock.laddr);
}

const struct who_socket *blocker_choose(const struct wire_refusal *refusal,
					const struct who_socket *list, size_t count)
{
	const struct who_socket *best = NULL;

	for (size_t i = 0; i < count; i++) {
		if (is_in_the_way(refusal, &list[i]) && (!best || list[i].role < best->role))
			best = &list[i];
	}
	return best;
}

static void fill(struct wire_refusal *refusal, const struct who_socket *socket)
{
	refusal->blocker_state = socket->state ? socket->state : TCP_STATE_CLOSE;
	refusal->blocker_port = socket->flow.local.port;
	memcpy(refusal->blocker_addr, socket->flow.local.addr, sizeof(refusal->blocker_addr));
	if (!socket->process_count)
		return;
	refusal->blocker.pid = socket->processes[0].pid;
	refusal->blocker.uid = socket->processes[0].uid;
	memcpy(refusal->blocker.comm, socket->processes[0].comm, sizeof(refusal->blocker.comm));
}

void blocker_ask(struct table_source *source, struct wire_refusal *refusal)
{
	const struct who_question question = {.end.port = refusal->sock.lport,
					      .netns = refusal->sock.netns};
	struct who_answer answer = {};
	const struct who_socket *found = NULL;

	if (!who_ask(source, &question, &answer))
		found = blocker_choose(refusal, answer.list, answer.count);
	if (found)
		fill(refusal, found);
	who_answer_release(&answer);
}
