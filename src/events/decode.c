/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* wire bytes -> struct event. Pure. */
#include "events/decode.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "netstate/tcp_state.h"
#include "netstate/wire_flow.h"

/* What the kernel returns inside itself for a call that a signal interrupted
 * (include/linux/errno.h). */
#define RESTART_FIRST 512
#define RESTART_LAST 516
#define ERRNO_MAX 4095

#define CALL_SIZE sizeof(struct wire_call)
#define REFUSAL_SIZE sizeof(struct wire_refusal)
#define GAP_SIZE sizeof(struct wire_gap)

_Static_assert(WIRE_KIND_STATE == EVENT_STATE && WIRE_KIND_CONNECT == EVENT_CONNECT &&
		       WIRE_KIND_ACCEPT == EVENT_ACCEPT && WIRE_KIND_GAP == EVENT_GAP &&
		       WIRE_KIND_BIND == EVENT_BIND && WIRE_KIND_LISTEN == EVENT_LISTEN,
	       "an event's kind is its record's");
_Static_assert(WIRE_OWNER_SCAN == FLOW_OWNER_SCAN && WIRE_OWNER_SCAN + 1 == FLOW_OWNER_CLOSE,
	       "owners");
_Static_assert(WIRE_PROTOCOL_MPTCP == FLOW_PROTOCOL_MPTCP && WIRE_PROTOCOL_UDP == FLOW_PROTOCOL_UDP,
	       "protocols");
_Static_assert(WIRE_NS_UNKNOWN == EVENT_NS_UNKNOWN, "unknown times");
_Static_assert(WIRE_SEEN_FIN == EVENT_SEEN_FIN && WIRE_SEEN_RST_SENT == EVENT_SEEN_RST_SENT &&
		       WIRE_SEEN_DEAD == EVENT_SEEN_DEAD &&
		       WIRE_SEEN_MINISOCKET == EVENT_SEEN_MINISOCKET &&
		       WIRE_SEEN_SUBSTATE_FIN_WAIT2 == EVENT_SEEN_SUBSTATE_FIN_WAIT2 &&
		       WIRE_SEEN_ACTED == EVENT_SEEN_ACTED &&
		       WIRE_SEEN_RELEASED == EVENT_SEEN_RELEASED,
	       "evidence");
#define EVIDENCE_KNOWN                                                                             \
	(EVENT_SEEN_FIN | EVENT_SEEN_RST_SENT | EVENT_SEEN_DEAD | EVENT_SEEN_MINISOCKET |          \
	 EVENT_SEEN_SUBSTATE_FIN_WAIT2 | EVENT_SEEN_ACTED | EVENT_SEEN_RELEASED)
_Static_assert(WIRE_COMM_SIZE < FLOW_COMM_SIZE, "room for a NUL");

static bool is_tcp_state(unsigned int state)
{
	return state > 0 && state < TCP_STATE_MAX;
}

static bool sock_is_good(const struct wire_sock *sock)
{
	return (sock->family == 0 || sock->family == AF_INET || sock->family == AF_INET6) &&
	       sock->protocol <= WIRE_PROTOCOL_UDP && sock->owner <= WIRE_OWNER_SCAN;
}

static bool tcp_sock_is_good(const struct wire_sock *sock)
{
	return sock->protocol <= WIRE_PROTOCOL_MPTCP && sock_is_good(sock);
}

static void flow_with_owner(const struct wire_sock *sock, struct flow *ret_flow)
{
	*ret_flow = flow_from_wire(sock);
	if (sock->owner == WIRE_OWNER_NONE || !sock->pid)
		return;
	ret_flow->owner = sock->owner;
	ret_flow->pid = sock->pid;
	memcpy(ret_flow->comm, sock->comm, sizeof(sock->comm));
}

static void actor_from_wire(const struct wire_actor *wire, struct actor *ret_actor)
{
	*ret_actor = (struct actor){.pid = wire->pid};
	memcpy(ret_actor->comm, wire->comm, sizeof(wire->comm));
}

/* Retransmission and the probes of a closed window need data; keepalive waits until there is none. */
static uint8_t timeout_cause(const struct wire_timeout *wire)
{
	if (!wire->retransmits && !wire->probes)
		return TIMEOUT_NONE;
	if (wire->user_timeout_ms)
		return TIMEOUT_USER;
	if (wire->retransmits)
		return TIMEOUT_RETRANSMISSION;
	if (wire->flags & WIRE_TIMEOUT_UNACKED || !(wire->flags & WIRE_TIMEOUT_KEEPALIVE))
		return TIMEOUT_WINDOW_PROBE;
	return TIMEOUT_KEEPALIVE;
}

static void timeout_from_wire(const struct wire_timeout *wire, struct timeout *ret_timeout)
{
	bool keepalive = wire->flags & WIRE_TIMEOUT_KEEPALIVE &&
			 !(wire->flags & WIRE_TIMEOUT_UNACKED) && !wire->retransmits;

	*ret_timeout = (struct timeout){
		.cause = timeout_cause(wire),
		.user_timeout_ms = wire->user_timeout_ms,
		.idle_ms = keepalive ? wire->idle_ms : 0,
		.interval_ms = keepalive ? wire->interval_ms : 0,
		.retransmits = wire->retransmits,
		.probes = wire->probes,
		.probes_max = keepalive ? wire->probes_max : 0,
	};
}

static int decode_state(const void *record, size_t size, struct event *ret_event)
{
	struct wire_state wire = {};

	memcpy(&wire, record, size);
	if (!is_tcp_state(wire.old_state) || !is_tcp_state(wire.new_state) ||
	    !tcp_sock_is_good(&wire.sock))
		return -EINVAL;
	if (wire.new_state == TCP_STATE_CLOSE && wire.evidence & EVENT_SEEN_MINISOCKET)
		wire.new_state =
			TCP_STATE_TIME_WAIT; /* the connection goes on without its socket */
	if (wire.new_state != TCP_STATE_CLOSE)
		wire.err = 0; /* left over from something earlier */
	if (wire.err < 0)
		return -EINVAL;
	*ret_event = (struct event){
		.kind = EVENT_STATE,
		.old_state = wire.old_state,
		.new_state = wire.new_state,
		.evidence = wire.evidence & EVIDENCE_KNOWN,
		.err = wire.err,
		.fd = -1,
		.ktime_ns = wire.head.ktime_ns,
		.after_ns = wire.after_ns,
		.latency_ns = EVENT_NS_UNKNOWN,
	};
	flow_with_owner(&wire.sock, &ret_event->flow);
	if (!wire.closer.pid)
		ret_event->evidence &= (uint8_t)~EVENT_SEEN_ACTED;
	else
		actor_from_wire(&wire.closer, &ret_event->closer);
	ret_event->closer_uid = wire.closer.uid;
	if (ret_event->new_state == TCP_STATE_CLOSE && wire.err)
		timeout_from_wire(&wire.timeout, &ret_event->timeout);
	return 0;
}

static int decode_call(const void *record, size_t size, struct event *ret_event)
{
	struct wire_call wire;

	memcpy(&wire, record, sizeof(wire));
	if (wire.ret < -ERRNO_MAX || wire.fd < -1 || !tcp_sock_is_good(&wire.sock))
		return -EINVAL;
	if (wire.ret <= -RESTART_FIRST && wire.ret >= -RESTART_LAST)
		wire.ret = -EINTR; /* what the program sees */
	*ret_event = (struct event){
		.kind = (uint8_t)wire.head.kind,
		.by_io_uring = !!(wire.flags & WIRE_CALL_IO_URING),
		.told_address = !!(wire.flags & WIRE_CALL_TOLD_ADDRESS),
		.no_syn = wire.ret < 0 && wire.flags & WIRE_CALL_NO_SYN,
		.err = wire.ret < 0 ? -wire.ret : 0,
		.ret = wire.ret,
		.fd = wire.fd,
		.ktime_ns = wire.head.ktime_ns,
		.after_ns = EVENT_NS_UNKNOWN,
		.latency_ns = wire.latency_ns,
	};
	flow_with_owner(&wire.sock, &ret_event->flow);
	return 0;
}

static int decode_refusal(const void *record, size_t size, struct event *ret_event)
{
	struct wire_refusal wire = {};

	memcpy(&wire, record, size);
	if (wire.ret >= 0 || wire.ret < -ERRNO_MAX || wire.fd < -1 || !sock_is_good(&wire.sock) ||
	    wire.blocker_state >= TCP_STATE_MAX)
		return -EINVAL;
	*ret_event = (struct event){
		.kind = (uint8_t)wire.head.kind,
		.told_address = !!(wire.flags & WIRE_CALL_TOLD_ADDRESS),
		.err = -wire.ret,
		.ret = wire.ret,
		.fd = wire.fd,
		.ktime_ns = wire.head.ktime_ns,
		.after_ns = EVENT_NS_UNKNOWN,
		.latency_ns = EVENT_NS_UNKNOWN,
		.blocker_state = wire.blocker_state,
		.blocker_end.port = wire.blocker_port,
	};
	memcpy(ret_event->blocker_end.addr, wire.blocker_addr, sizeof(wire.blocker_addr));
	actor_from_wire(&wire.blocker, &ret_event->closer);
	flow_with_owner(&wire.sock, &ret_event->flow);
	return 0;
}

static int decode_gap(const void *record, size_t size, struct event *ret_event)
{
	struct wire_gap wire;

	memcpy(&wire, record, sizeof(wire));
	*ret_event = (struct event){
		.kind = EVENT_GAP,
		.fd = -1,
		.ktime_ns = wire.head.ktime_ns,
		.after_ns = EVENT_NS_UNKNOWN,
		.latency_ns = EVENT_NS_UNKNOWN,
		.lost = wire.lost,
	};
	return 0;
}

int event_decode(const void *record, size_t size, struct event *ret_event)
{
	static const struct {
		size_t sizes[WIRE_VERSION + 1]; /* by version; fields are only added at the end */
		int (*decode)(const void *record, size_t size, struct event *ret_event);
	} kinds[EVENT_KIND_MAX] = {
		[EVENT_STATE] = {{0, WIRE_STATE_SIZE_1, WIRE_STATE_SIZE_2,
				  sizeof(struct wire_state), sizeof(struct wire_state)},
				 decode_state},
		[EVENT_CONNECT] = {{0, CALL_SIZE, CALL_SIZE, CALL_SIZE, CALL_SIZE}, decode_call},
		[EVENT_ACCEPT] = {{0, CALL_SIZE, CALL_SIZE, CALL_SIZE, CALL_SIZE}, decode_call},
		[EVENT_GAP] = {{0, GAP_SIZE, GAP_SIZE, GAP_SIZE, GAP_SIZE}, decode_gap},
		[EVENT_BIND] = {{0, 0, WIRE_REFUSAL_SIZE_2, WIRE_REFUSAL_SIZE_2, REFUSAL_SIZE},
				decode_refusal},
		[EVENT_LISTEN] = {{0, 0, WIRE_REFUSAL_SIZE_2, WIRE_REFUSAL_SIZE_2, REFUSAL_SIZE},
				  decode_refusal},
	};
	struct wire_head head;

	if (size < sizeof(head))
		return -EINVAL;
	memcpy(&head, record, sizeof(head));
	if (head.size != size)
		return -EINVAL;
	if (!head.version || head.version > WIRE_VERSION)
		return -EPROTONOSUPPORT;
	if (head.kind >= EVENT_KIND_MAX || !kinds[head.kind].decode)
		return -ENOMSG;
	if (size != kinds[head.kind].sizes[head.version])
		return -EINVAL;
	return kinds[head.kind].decode(record, size, ret_event);
}
