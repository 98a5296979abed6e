/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The wire record: what bpf/ writes into the ring buffer and src/events decodes. The only header
 * that both sides share. Kinds and fields are append-only; a change of a layout is a new version,
 * so that an old recording still replays. Integers are in host byte order unless a field says
 * otherwise. Records are multiples of 8 bytes and zeroed first.
 */
#ifndef NETSTATE_WIRE_H
#define NETSTATE_WIRE_H

#include <linux/types.h>

#define WIRE_VERSION 4

/* struct wire_head.kind */
#define WIRE_KIND_STATE 1   /* struct wire_state: inet_sock_set_state */
#define WIRE_KIND_CONNECT 2 /* struct wire_call: a connect call returned */
#define WIRE_KIND_ACCEPT 3  /* struct wire_call: an accept call returned a connection, or failed */
/* struct wire_refusal: a bind or listen call of a TCP or UDP socket failed (since version 2) */
#define WIRE_KIND_BIND 5
#define WIRE_KIND_LISTEN 6
/* struct wire_gap: records were lost here; written by the reader, never by bpf/ */
#define WIRE_KIND_GAP 4

/* struct wire_sock.owner: where pid, uid and comm were learnt */
#define WIRE_OWNER_NONE 0
#define WIRE_OWNER_CONNECT 1   /* connect(): CLOSE -> SYN_SENT ran in this process */
#define WIRE_OWNER_LISTEN 2    /* bind() or listen() ran in this process */
#define WIRE_OWNER_ACCEPT 3    /* accept() returned it to this process */
#define WIRE_OWNER_INHERITED 4 /* the listener's, until accept returns */
#define WIRE_OWNER_SCAN 5      /* a process had a descriptor of it when the tracer started */

/* struct wire_sock.protocol */
#define WIRE_PROTOCOL_TCP 0
#define WIRE_PROTOCOL_MPTCP 1 /* a subflow of an MPTCP connection (RFC 8684) */
#define WIRE_PROTOCOL_UDP 2   /* bind and listen that fail, alone (since version 4) */

#define WIRE_COMM_SIZE 16

/* struct wire_state.after_ns, struct wire_call.latency_ns: not known */
#define WIRE_NS_UNKNOWN (~0ULL)

struct wire_head {
	__u16 kind;
	__u8 version;
	__u8 pad;
	__u32 size;	/* of the whole record, this head included */
	__u64 ktime_ns; /* CLOCK_MONOTONIC */
};

struct wire_sock {
	__u64 cookie; /* 0: it never got one, or not yet: a child's LISTEN -> SYN_RECV before about
			 Linux 6.16 */
	__u64 sock; /* address of the struct sock: distinguishes sockets without a cookie, reused by
			 the kernel */
	__u64 cgroup;	/* id in the cgroup v2 hierarchy; 0: not known */
	__u8 laddr[16]; /* network byte order; IPv4 as ::ffff:a.b.c.d, for AF_INET too */
	__u8 raddr[16];
	__u8 comm[WIRE_COMM_SIZE]; /* of the thread group leader; not always NUL-terminated */
	__u32 netns;		   /* inode number */
	__u32 uid; /* of the owner where one is known, else of the socket (sk_uid) */
	__u32 pid; /* thread group id in the initial pid namespace; 0 with WIRE_OWNER_NONE */
	__u16 lport;
	__u16 rport;
	__u8 family;   /* AF_INET 2, AF_INET6 10; a v4-mapped socket is AF_INET6 */
	__u8 protocol; /* WIRE_PROTOCOL_* */
	__u8 owner;    /* WIRE_OWNER_* */
	__u8 pad;
	__u32 lost; /* records lost before this one, all kinds and CPUs; wraps. The reader makes
		       gaps of it */
};

/* A process that did something to a socket; pid 0: not known, or no process did. */
struct wire_actor {
	__u32 pid; /* thread group id in the initial pid namespace */
	__u32 uid;
	__u8 comm[WIRE_COMM_SIZE]; /* of the thread group leader */
};

/* What a peer left unanswered until the kernel gave the connection up; all zero: nothing. */
struct wire_timeout {
	__u32 user_timeout_ms; /* TCP_USER_TIMEOUT; 0: not set */
	__u32 idle_ms;	       /* keepalive: the socket's own settings or its namespace's */
	__u32 interval_ms;
	__u8 retransmits;
	__u8 probes; /* of keepalive or of a closed window */
	__u8 probes_max;
	__u8 flags; /* WIRE_TIMEOUT_* */
};

#define WIRE_TIMEOUT_KEEPALIVE 1 /* SO_KEEPALIVE */
#define WIRE_TIMEOUT_UNACKED 2	 /* data or a FIN was not acknowledged */

struct wire_state {
	struct wire_head head;
	struct wire_sock sock;
	__u64 after_ns; /* time spent in old; WIRE_NS_UNKNOWN */
	__s32 err;	/* sk_err, positive errno; only meaningful where new is CLOSE */
	__u8 old_state;
	__u8 new_state;
	__u8 evidence; /* WIRE_SEEN_*: a close, or a hand-over to a time-wait minisocket */
	__u8 pad;
	/* since version 2: the last process that closed it or shut it down */
	struct wire_actor closer;
	struct wire_timeout
		timeout; /* since version 3: at -> CLOSE with an error that is no reset */
};

#define WIRE_STATE_SIZE_1 128 /* of version 1 */
#define WIRE_STATE_SIZE_2 152

/* struct wire_state.evidence, as the socket stood at this transition */
#define WIRE_SEEN_FIN 1	     /* sk_shutdown has RCV_SHUTDOWN: the peer's FIN arrived */
#define WIRE_SEEN_RST_SENT 2 /* this host reset the connection just now */
#define WIRE_SEEN_DEAD 4     /* SOCK_DEAD: no process holds it any more */
/* -> CLOSE, but a time-wait minisocket with this cookie stands in the kernel's table */
#define WIRE_SEEN_MINISOCKET 8
/* and that one still waits for the peer's FIN: listed as FIN_WAIT2 */
#define WIRE_SEEN_SUBSTATE_FIN_WAIT2 16
#define WIRE_SEEN_ACTED 32    /* `closer` made this very transition; else an earlier one */
#define WIRE_SEEN_RELEASED 64 /* its last descriptor is closed at this transition */

#define WIRE_CALL_IO_URING 1 /* struct wire_call.flags */
/* connect: raddr and rport are as the caller's memory had them at the call's end, which another of
 * its threads may change: the socket had no peer */
#define WIRE_CALL_TOLD_ADDRESS 2 /* bind: likewise laddr and lport */
#define WIRE_CALL_NO_SYN 4	 /* connect that failed: its socket has never made a SYN */

struct wire_call {
	struct wire_head head;
	struct wire_sock sock;
	__u64 latency_ns; /* connect: of the call; accept: the wait in the accept queue;
			     WIRE_NS_UNKNOWN */
	__s32 ret;	  /* what the call returned: a descriptor, 0 or -errno */
	__s32 fd;	  /* the connection's descriptor; -1: none */
	__u32 flags;	  /* WIRE_CALL_* */
	__u32 pad;
};

/* How a socket shares its port with others; 0: not known. */
#define WIRE_SHARING_KNOWN 1
#define WIRE_SHARING_REUSEADDR 2 /* SO_REUSEADDR */
#define WIRE_SHARING_REUSEPORT 4 /* SO_REUSEPORT */
#define WIRE_SHARING_V6ONLY 8	 /* IPV6_V6ONLY; the kernel sets it for an IPv6 address, too */

/* sock: laddr and lport are those that were asked for */
struct wire_refusal {
	struct wire_head head;
	struct wire_sock sock;
	__s32 ret;   /* -errno */
	__s32 fd;    /* its descriptor */
	__u32 flags; /* WIRE_CALL_* */
	/* What is in the way, asked by the reader, who writes it into the record; bpf/ leaves it zero. */
	__u8 blocker_state; /* TCP state; CLOSE: bound only; 0: not known */
	__u8 sharing;	    /* WIRE_SHARING_* of the socket itself; since version 4 */
	__u16 blocker_port;
	__u8 blocker_addr[16];	   /* the local address of its socket */
	struct wire_actor blocker; /* a process that holds it */
	/* since version 4: what the kernel compares with the sockets that have the port */
	__u32 device;	  /* index of the one that the socket is bound to; 0: none */
	__u32 socket_uid; /* sk_uid */
};

#define WIRE_REFUSAL_SIZE_2 168 /* of versions 2 and 3 */

struct wire_gap {
	struct wire_head head;
	__u64 lost; /* records lost since the last gap, all kinds together */
};

_Static_assert(sizeof(struct wire_head) == 16, "wire_head");
_Static_assert(sizeof(struct wire_sock) == 96, "wire_sock");
_Static_assert(sizeof(struct wire_actor) == 24, "wire_actor");
_Static_assert(sizeof(struct wire_timeout) == 16, "wire_timeout");
_Static_assert(sizeof(struct wire_state) == WIRE_STATE_SIZE_2 + 16, "wire_state");
_Static_assert(sizeof(struct wire_call) == 136, "wire_call");
_Static_assert(sizeof(struct wire_refusal) == WIRE_REFUSAL_SIZE_2 + 8, "wire_refusal");
_Static_assert(sizeof(struct wire_gap) == 24, "wire_gap");

#endif
