/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The field table. Pure. */
#include "view/field.h"

#include "view/get.h"

/* clang-format off */
#define ROW(text, json_type, where, getter, head, columns, sentence)                                              \
	{                                                                                                         \
		.name = text, .key = ",\"" text "\":", .key_size = sizeof(text) + 3, .json = FIELD_JSON_##json_type, \
		.in = FIELD_IN_##where, .get = getter, .header = head, .width = columns, .help = sentence         \
	}

const struct field fields[FIELD_MAX] = {
	[FIELD_TIME] = ROW("time", STRING, EVENTS, get_time, "TIME", 16,
		"when it happened (JSON: RFC 3339, UTC, nanoseconds)"),
	[FIELD_KTIME_NS] = ROW("ktime_ns", NUMBER, EVENTS, get_ktime_ns, "KTIME", 16,
		"when it happened on the kernel's CLOCK_MONOTONIC, in nanoseconds"),
	[FIELD_KIND] = ROW("kind", STRING, EVENTS, get_kind, "KIND", 7,
		"what happened: state, connect, accept; bind or listen where that failed; gap where events were lost"),
	[FIELD_NETNS] = ROW("netns", NUMBER, FLOWS, get_netns, "NETNS", 10,
		"inode number of the network namespace"),
	[FIELD_PROTOCOL] = ROW("protocol", STRING, FLOWS, get_protocol, "PROTO", 5,
		"tcp, mptcp for a subflow of an MPTCP connection, udp in bind and listen"),
	[FIELD_COOKIE] = ROW("cookie", NUMBER, FLOWS, get_cookie, "COOKIE", 8,
		"the socket's cookie, as in ss -e (there in hexadecimal); null where the kernel gave it none"),
	[FIELD_FAMILY] = ROW("family", STRING, FLOWS, get_family, "FAMILY", 6,
		"inet or inet6; an IPv6 socket that speaks IPv4 is inet6, its addresses are written as IPv4"),
	[FIELD_LADDR] = ROW("laddr", STRING, FLOWS, get_laddr, "LADDR", 15,
		"local address; of a bind: the one asked for"),
	[FIELD_LPORT] = ROW("lport", NUMBER, FLOWS, get_lport, "LPORT", 5,
		"local port; 0 while an unbound socket has none yet; of a bind: the one asked for"),
	[FIELD_RADDR] = ROW("raddr", STRING, FLOWS, get_raddr, "RADDR", 15,
		"remote address; of a connect: the destination asked for"),
	[FIELD_RPORT] = ROW("rport", NUMBER, FLOWS, get_rport, "RPORT", 5,
		"remote port; of a connect: the destination asked for"),
	[FIELD_OLD] = ROW("old", STRING, STATE, get_old, "OLD", 11,
		"state before, in netstat's words"),
	[FIELD_NEW] = ROW("new", STRING, STATE, get_new, "NEW", 11,
		"state now, in netstat's words"),
	[FIELD_AFTER_US] = ROW("after_us", NUMBER, STATE, get_after, "AFTER", 8,
		"time spent in the old state (JSON: whole microseconds); null where its start was not seen"),
	[FIELD_PID] = ROW("pid", NUMBER, FLOWS, get_pid, "PID", 7,
		"the owning process (the thread group's leader); null where no owner is known"),
	[FIELD_COMM] = ROW("comm", STRING, FLOWS, get_comm, "COMM", 16,
		"name of the owning process; null where no owner is known"),
	[FIELD_UID] = ROW("uid", NUMBER, FLOWS, get_uid, "UID", 6,
		"user id of the owner where one is known, else of the socket"),
	[FIELD_OWNER] = ROW("owner", STRING, FLOWS, get_owner, "OWNER", 9,
		"where the owner was learnt: connect, listen, accept, inherited (the listener's, until accept), scan"),
	[FIELD_CGROUP] = ROW("cgroup", STRING, FLOWS, get_cgroup, "CGROUP", 24,
		"path of the socket's cgroup in the cgroup v2 hierarchy; null where it is not known"),
	[FIELD_ERR] = ROW("err", STRING, FLOWS, get_err, "ERR", 12,
		"errno name: the socket's error at -> CLOSE, or why the call failed; null where there was none"),
	[FIELD_FD] = ROW("fd", NUMBER, CALLS, get_fd, "FD", 4,
		"the connection's file descriptor in the owning process; null where the call left none"),
	[FIELD_RET] = ROW("ret", NUMBER, CALLS, get_ret, "RET", 5,
		"what the call returned: a descriptor, 0, or a negative errno"),
	[FIELD_LATENCY_US] = ROW("latency_us", NUMBER, CALLS, get_latency, "LATENCY", 8,
		"connect: time in the call; accept: the connection's wait in the accept queue (JSON: microseconds)"),
	[FIELD_LOST] = ROW("lost", NUMBER, GAP, get_lost, "LOST", 8,
		"how many events were lost here, of all kinds together"),
	[FIELD_NETNS_NAME] = ROW("netns_name", STRING, FLOWS, get_netns_name, "NETNS", 12,
		"the network namespace by its name of ip-netns(8), else by the container, unit or command in it"),
	[FIELD_CLOSED_BY] = ROW("closed_by", OBJECT, STATE, get_closed_by, "CLOSED_BY", 20,
		"the process that made this transition by closing or shutting down (JSON: pid, comm); null where none did"),
	[FIELD_ADDRESS_FROM] = ROW("address_from", STRING, ASKED, get_address_from, "FROM", 6,
		"caller: the remote address of a connect, the local one of a bind, is what the caller's memory held, which it may change during the call; null where the socket has it"),
	[FIELD_BLOCKED_BY] = ROW("blocked_by", OBJECT, REFUSALS, get_blocked_by, "BLOCKED_BY", 20,
		"the socket that has the port, and a process that holds it (JSON: pid, comm, state, laddr, lport); null where none was found"),
	[FIELD_TIMEOUT] = ROW("timeout", OBJECT, STATE, get_timeout, "TIMEOUT", 20,
		"why the kernel gave the connection up (JSON: cause: keepalive, user_timeout, retransmission or window_probe, with counts and settings); null where it did not"),

	[FIELD_LOCAL] = ROW("local", NONE, FLOWS, get_local, "LADDR:LPORT", 22,
		"local address and port; in JSON laddr and lport"),
	[FIELD_REMOTE] = ROW("remote", NONE, FLOWS, get_remote, "RADDR:RPORT", 22,
		"remote address and port; in JSON raddr and rport"),
	[FIELD_FROM] = ROW("from", NONE, FLOWS, get_from, "OLD", 11,
		"state before, or the call that returned"),
	[FIELD_TO] = ROW("to", NONE, FLOWS, get_to, "NEW", 12,
		"state now, or the call's result"),
	[FIELD_AFTER] = ROW("after", NONE, FLOWS, get_span, "AFTER", 8,
		"time in the state before, or what the call or the queue took"),
	[FIELD_NOTE] = ROW("note", NONE, FLOWS, get_note, "", 1,
		"the error of a -> CLOSE, who closed it where that is another process, who has the port, the descriptor of a call"),
};
/* clang-format on */

void field_get(const struct field *field, const struct event *event, struct field_value *ret_value)
{
	ret_value->type = VALUE_NULL;
	if (event->kind < EVENT_KIND_MAX && field->in >> event->kind & 1)
		field->get(event, ret_value);
}
