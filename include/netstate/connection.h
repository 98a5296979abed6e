/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One row of the connection table: who talks to whom, in which state since when, and how that is
 * known. And one row of a kernel's own socket list, from which the table is seeded and healed.
 * Times are CLOCK_MONOTONIC, in nanoseconds.
 */
#ifndef NETSTATE_CONNECTION_H
#define NETSTATE_CONNECTION_H

#include <stdint.h>

#include "netstate/flow.h"

/* The longest life without repetition: SYN_SENT SYN_RECV ESTABLISHED FIN_WAIT1 CLOSING TIME_WAIT.
 */
#define CONNECTION_HISTORY 6

/* struct connection.flags */
/* The socket is gone, or not made yet: a time-wait or a request minisocket stands for it. */
#define CONNECTION_MINISOCKET 1
/* A kernel's list showed this row in this state; otherwise only events did. */
#define CONNECTION_LISTED 2
/* It was in this state before anybody looked: since_ns is when it was first seen. */
#define CONNECTION_SINCE_UNKNOWN 4
/* recv_queue and send_queue are known. */
#define CONNECTION_QUEUES 8
/* A scan of every process's descriptors found none of it. */
#define CONNECTION_UNHELD 16
/*
 * holding is HOLDING_NONE because no process has it any more and one had shut it down: a last close,
 * which makes no event, or it is in a message (SCM_RIGHTS). The next list that is read decides.
 */
#define CONNECTION_RELEASE_ASSUMED 32
/* bound to a port, neither listens nor connects: state CLOSE, in no table */
#define CONNECTION_BOUND 64

/* struct connection.holding, struct listed_connection.holding: what keeps a full socket. */
enum connection_holding {
	HOLDING_UNKNOWN,
	HOLDING_FILE,  /* a file: some descriptor, or a UNIX message or io_uring has it */
	HOLDING_QUEUE, /* its listener's accept queue */
	HOLDING_NONE,  /* nobody: the last descriptor is closed, the kernel finishes it */
};

struct connection {
	struct flow flow;
	uint64_t since_ns;   /* when it entered `state` */
	uint64_t first_ns;   /* when the table first had it */
	uint64_t expires_ns; /* when the kernel means to drop it; 0: nothing expires */
	/* States entered and when, oldest first: state << 56 | microseconds. */
	uint64_t history[CONNECTION_HISTORY];
	uint32_t recv_queue; /* bytes; LISTEN: connections that wait for accept */
	uint32_t send_queue; /* bytes; LISTEN: the backlog that it asked for */
	uint32_t owners;     /* conn_table_owners(); 0: flow's is the only one */
	uint32_t mark;	     /* of the table: the pass over the kernel's list that saw it last */
	uint8_t state;	     /* enum tcp_state; request sockets are SYN_RECV */
	uint8_t previous;    /* the state before; 0: not known */
	uint8_t flags;	     /* CONNECTION_* */
	uint8_t retries;     /* SYN-ACKs retransmitted (SYN_RECV), else segments in flight again */
	uint8_t history_count;
	uint8_t keys;	 /* of the table: by which indexes it is found */
	uint8_t holding; /* enum connection_holding */
	uint8_t pad;
	struct actor opener; /* who connected, listened or accepted; pid 0: that was not seen */
	struct actor closer; /* who last closed it or shut it down */
};

_Static_assert(sizeof(struct connection) <= 240,
	       "a row and its places in two hash indexes stay below 300 bytes");

static inline unsigned int connection_history_state(uint64_t step)
{
	return (unsigned int)(step >> 56);
}

static inline uint64_t connection_history_ns(uint64_t step)
{
	return (step & 0xffffffffffffffULL) * 1000;
}

/* One of the processes that hold a socket. */
struct connection_owner {
	uint32_t pid;
	uint32_t uid;
	char comm[FLOW_COMM_SIZE];
	uint8_t owner; /* enum flow_owner */
};

/* One descriptor that leads to a socket, as a scan of all processes sees it. */
struct held_socket {
	uint64_t cookie; /* 0: it never got one */
	uint64_t sock;	 /* kernel address */
	uint32_t netns;
	uint32_t fd;
	struct connection_owner owner;
};

/* struct connection_detail.has */
#define DETAIL_HAS_DEVICE 1
#define DETAIL_HAS_MARK 2
#define DETAIL_HAS_AUTOBOUND 4
#define DETAIL_HAS_KEEPALIVE 8	 /* whether it is on */
#define DETAIL_HAS_KEEP_TIMES 16 /* its times and probes */
#define DETAIL_HAS_SND_WND 32
#define DETAIL_HAS_RCV_WND 64
#define DETAIL_HAS_UNACKED 128

/* What the kernel knows about an open connection and reports only when asked. */
struct connection_detail {
	uint64_t inode;
	uint64_t bytes_sent; /* of data, with what was retransmitted */
	uint64_t bytes_received;
	uint32_t rtt_us;      /* smoothed; 0: not measured */
	uint32_t retransmits; /* segments, over the whole life */
	uint32_t drops;	      /* of the socket */
	uint32_t uid;	      /* sk_uid */
	uint32_t mark;	      /* SO_MARK */
	uint32_t device;      /* index of the device that it is bound to; 0: none */
	uint8_t has;	      /* DETAIL_HAS_*: which of these its source has */
	uint8_t autobound;    /* bind() gave no local port: the kernel chose it */
	uint8_t keepalive;    /* SO_KEEPALIVE */
	uint8_t keep_left;    /* keepalive probes that may still stay unanswered */
	uint32_t keep_idle_ms, keep_interval_ms;
	uint32_t snd_wnd, rcv_wnd; /* bytes that the peer takes, that this host takes */
	uint32_t unacked;	   /* sequence numbers sent and not acknowledged */
	uint64_t heard_ns;	   /* when the last acknowledgement came in; 0: not known */
	/* When data was sent and received last, where none was when the connection was made; 0: not known. */
	uint64_t sent_ns, received_ns;
	uint64_t
		window_ns; /* since when data waits for the peer's window, which is zero; 0: none does */
	uint64_t gives_up_ns; /* when the kernel gives the connection up; 0: no clock runs */
};

/*
 * It inherited its port from a listener that may be gone: connect() gets none below 1024 that bind()
 * did not ask for. False: not known.
 */
static inline bool connection_was_accepted(const struct connection *row,
					   const struct connection_detail *detail)
{
	return detail && detail->has & DETAIL_HAS_AUTOBOUND && detail->autobound &&
	       row->flow.local.port < 1024;
}

/* A row of a kernel's list of sockets, whatever way it was read. */
struct listed_connection {
	struct flow flow;    /* sock and cookie 0 where the list does not have them */
	uint64_t ktime_ns;   /* when this row was read */
	uint64_t listener;   /* request sockets: the listener's cookie; 0: not known */
	uint64_t expires_ns; /* time-wait minisockets; 0: nothing expires */
	uint32_t recv_queue;
	uint32_t send_queue;
	uint8_t state;	    /* as shown: SYN_RECV for requests, the substate for time-wait ones */
	uint8_t minisocket; /* 1: no full socket */
	uint8_t retries;
	uint8_t holding; /* enum connection_holding; sockets only */
	uint8_t sharing; /* WIRE_SHARING_* of netstate/wire.h; 0: not known */
	struct connection_detail detail;
};

#endif
