/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What `netstate explain` judges: rows of sockets, holders, processes, network namespaces and
 * events, as they were at one moment. Fixed-width rows without pointers, so that a recording keeps
 * them as they are. Strings end in NUL and may hold any other bytes.
 */
#ifndef NETSTATE_EVIDENCE_H
#define NETSTATE_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netstate/flow.h"
#include "netstate/tcp_state.h"
#include "netstate/timeout.h"

#define EVIDENCE_UNKNOWN64 UINT64_MAX
#define EVIDENCE_UNKNOWN32 UINT32_MAX
#define EVIDENCE_NAME_SIZE 48
#define EVIDENCE_UNIT_SIZE 96

/* struct socket_detail.form */
enum socket_form {
	SOCKET_FULL,
	SOCKET_REQUEST,	  /* half open */
	SOCKET_TIME_WAIT, /* minisocket of TIME_WAIT or FIN_WAIT2 */
	SOCKET_FORMS,
};

/* struct socket_detail.flags */
#define SOCKET_ORPHAN 1u	 /* no process holds it; the kernel ends it by itself */
#define SOCKET_KEEPALIVE 2u	 /* SO_KEEPALIVE */
#define SOCKET_ACCEPTED 4u	 /* a process made it or accept() returned it */
#define SOCKET_HAS_FILE 8u	 /* a file leads to it; without: the kernel's own */
#define SOCKET_RETRANSMIT 16u	 /* the retransmission timer runs */
#define SOCKET_PROBE 32u	 /* the zero window probe timer runs */
#define SOCKET_MTU_PROBING 64u	 /* the kernel searches a smaller segment size by itself */
#define SOCKET_RWND_LIMITED 128u /* data waits for the peer's window, since limited_ms */
#define SOCKET_SNDBUF_LIMITED 256u
#define SOCKET_KEEP_TIMER 512u /* the keepalive or FIN_WAIT2 timer runs */
#define SOCKET_DEFERRED 1024u  /* request: handshake done, TCP_DEFER_ACCEPT waits for data */
#define SOCKET_REUSEPORT 2048u
#define SOCKET_DETAILS 4096u   /* timers and sequence numbers are known */
#define SOCKET_SHUT_READ 8192u /* the peer's FIN came */
#define SOCKET_SHUT_WRITE 16384u

/* Ages are milliseconds before evidence.now_ns; EVIDENCE_UNKNOWN32: not known. */
struct socket_detail {
	struct flow flow; /* flow.pid: the first holder, 0 none */
	uint64_t inode;
	uint64_t listener; /* request: cookie of its listener; 0: not known */
	uint64_t bytes_sent, bytes_acked, bytes_received;
	uint32_t flags;	 /* SOCKET_* */
	uint32_t unread; /* bytes in the receive queue, the FIN not counted; LISTEN: accept queue */
	uint32_t unacked;  /* bytes sent or waiting, the FIN not counted; LISTEN: its limit */
	uint32_t not_sent; /* of these, never sent */
	uint32_t rcv_nxt, snd_una; /* sequence numbers, to compare with the other end's */
	uint32_t snd_wnd, rcv_wnd; /* the peer's, ours: what may be sent still */
	uint32_t mss, cwnd, pmtu, rtt_us, rto_ms;
	uint32_t packets_out, lost_out, total_retrans;
	uint32_t sent_ms, received_ms, heard_ms; /* data out, data in, any ACK in */
	uint32_t read_ms;    /* the application read last; where it never did: established */
	uint32_t limited_ms; /* since when RWND_LIMITED or SNDBUF_LIMITED */
	uint32_t hang_ms;    /* the oldest unacknowledged data was sent first */
	uint32_t state_ms;   /* in this state; at least so long unless `exact_since` */
	int32_t timer_ms;    /* until the timer runs out */
	int32_t keep_timer_ms;
	uint32_t keep_time_ms, keep_interval_ms; /* 0: the namespace's */
	uint32_t user_timeout_ms;
	uint32_t drops, rcvbuf, sndbuf, rmem, wmem;
	uint32_t requests; /* LISTEN: half-open connections */
	int32_t linger2_ms;
	int32_t err_soft;
	uint8_t state; /* enum tcp_state */
	uint8_t form;  /* enum socket_form */
	uint8_t retransmits, backoff, probes_out, keep_probes;
	uint8_t defer_accept;
	uint8_t never_read;  /* the application took not a byte of what came */
	uint8_t fin_unread;  /* the peer's FIN waits in the receive queue */
	uint8_t fin_unacked; /* ours waits for its acknowledgement */
	uint8_t exact_since;
	uint8_t pad;
};

#define SOCKET_DETAIL_AGES_UNKNOWN                                                                 \
	.sent_ms = EVIDENCE_UNKNOWN32, .received_ms = EVIDENCE_UNKNOWN32,                          \
	.heard_ms = EVIDENCE_UNKNOWN32, .read_ms = EVIDENCE_UNKNOWN32,                             \
	.limited_ms = EVIDENCE_UNKNOWN32, .hang_ms = EVIDENCE_UNKNOWN32,                           \
	.state_ms = EVIDENCE_UNKNOWN32

/* The kernel counts a FIN as a byte in either queue. */
static inline void socket_detail_set_queues(struct socket_detail *detail, uint32_t received,
					    uint32_t sent)
{
	detail->fin_unread = tcp_state_fin_received(detail->state) && received;
	detail->unread = received - detail->fin_unread;
	detail->fin_unacked = tcp_state_fin_pending(detail->state) && sent;
	detail->unacked = sent - detail->fin_unacked;
}

/* One descriptor that leads to a socket. */
struct evidence_holder {
	uint64_t cookie;
	uint64_t sock;
	uint32_t pid;
	uint32_t uid;
	char comm[FLOW_COMM_SIZE];
	uint8_t pad[3];
	uint32_t fd;
};

/* A process that a finding may name. */
struct evidence_process {
	uint32_t pid, ppid;
	uint64_t nofile;      /* soft RLIMIT_NOFILE; EVIDENCE_UNKNOWN64 */
	uint32_t descriptors; /* open; EVIDENCE_UNKNOWN32 */
	uint32_t threads;
	uint32_t netns;
	uint32_t close_waits_before; /* when a watch began; EVIDENCE_UNKNOWN32 */
	char state;		     /* of its main thread: R S D T t Z; 0: not known */
	char comm[FLOW_COMM_SIZE];
	char wchan[EVIDENCE_NAME_SIZE]; /* where its main thread sleeps; "": not known */
	char unit[EVIDENCE_UNIT_SIZE];	/* systemd unit or container; "": none */
	uint8_t pad[2];
	uint32_t age_ms; /* since it was started; EVIDENCE_UNKNOWN32 */
};

/* Counters of a namespace since it began; EVIDENCE_UNKNOWN64: not known. */
enum space_counter {
	SPACE_LISTEN_OVERFLOWS,
	SPACE_LISTEN_DROPS,
	SPACE_COOKIES_SENT,
	SPACE_COOKIES_FAILED,
	SPACE_REQUEST_DROPS, /* TCPReqQFullDrop: SYN backlog full, cookies off */
	SPACE_TW_OVERFLOW,
	SPACE_RETRANS,
	SPACE_OUT_RSTS,
	SPACE_OUT_SEGS,
	SPACE_MEMORY_PRESSURES,
	SPACE_ABORT_ON_DATA,
	SPACE_ABORT_ON_CLOSE,
	SPACE_ABORT_ON_TIMEOUT,
	SPACE_ABORT_ON_MEMORY,
	SPACE_ACCEPTED, /* PassiveOpens */
	SPACE_CT_INSERT_FAILED,
	SPACE_CT_DROP,
	SPACE_CT_EARLY_DROP,
	SPACE_CT_INVALID, /* packets that belong to no connection that is tracked */
	SPACE_CT_ENTRIES, /* there now: as a counter, so that a watch has it before, too */
	SPACE_COUNTERS,
};

/* Settings of a namespace. */
enum space_setting {
	SPACE_FIN_TIMEOUT,
	SPACE_RETRIES2,
	SPACE_ORPHAN_RETRIES,
	SPACE_KEEP_TIME,
	SPACE_KEEP_INTERVAL,
	SPACE_KEEP_PROBES,
	SPACE_MTU_PROBING,
	SPACE_SYNCOOKIES,
	SPACE_SYN_BACKLOG,
	SPACE_SOMAXCONN,
	SPACE_ABORT_ON_OVERFLOW,
	SPACE_TW_BUCKETS,
	SPACE_ORPHANS, /* of the machine */
	SPACE_PORT_LOW,
	SPACE_PORT_HIGH,
	SPACE_CT_COUNT,
	SPACE_CT_MAX,
	SPACE_FORWARDS, /* SPACE_FORWARDS_* */
	SPACE_RTO_MAX_MS,
	SPACE_SETTINGS,
};

#define SPACE_FORWARDS_V4 1u
#define SPACE_FORWARDS_V6 2u

#define EVIDENCE_DEVICES_MAX 8

struct evidence_device {
	char name[16];
	uint32_t mtu;
	uint8_t prefix; /* of addr */
	uint8_t pad[3];
	uint8_t addr[16]; /* v4-mapped for IPv4 */
};

struct evidence_space {
	uint32_t netns;
	uint32_t device_count;
	char name[EVIDENCE_NAME_SIZE]; /* of ip-netns(8), or what lives there; "": none */
	uint64_t counters[SPACE_COUNTERS];
	uint64_t before[SPACE_COUNTERS]; /* at the beginning of a watch; unknown: no watch */
	uint64_t settings[SPACE_SETTINGS];
	struct evidence_device devices[EVIDENCE_DEVICES_MAX]; /* with an address */
	uint8_t is_netns_name;				      /* `ip netns exec` knows `name` */
	uint8_t pad[7];
};

static inline bool space_forwards(const struct evidence_space *space, bool v4)
{
	return space->settings[SPACE_FORWARDS] != EVIDENCE_UNKNOWN64 &&
	       space->settings[SPACE_FORWARDS] & (v4 ? SPACE_FORWARDS_V4 : SPACE_FORWARDS_V6);
}

/* What happened to a connection while it was watched. */
enum evidence_event_kind {
	EVIDENCE_RETRANSMIT, /* value: length of the segment */
	EVIDENCE_DROP,	     /* reason, place: where; netns: in which namespace */
	EVIDENCE_RESET_SENT, /* by this end; reason */
	EVIDENCE_RESET_CAME, /* from the peer */
	EVIDENCE_ENDED,	     /* value: errno */
	EVIDENCE_LISTEN,     /* value: the backlog that was asked for */
	EVIDENCE_ACCEPT,     /* value: errno, 0: a connection */
	EVIDENCE_STATE,	     /* value: the state entered */
	EVIDENCE_CLOSED,     /* flow.pid closed it; value: 1 where that process is gone */
	EVIDENCE_TRACKED,    /* connection tracking of `netns`; value: EVIDENCE_*ENTRY* */
	EVIDENCE_NEXT_HOP,   /* flow.remote: where its packets are sent */
	/* tracking of `netns`: an entry without NAT and answer; value: 1 older than the next one */
	EVIDENCE_UNTRANSLATED,
	/* of the same moment: another one from there, flow.remote: where it is translated to */
	EVIDENCE_TRANSLATED,
	EVIDENCE_EVENT_KINDS,
};

/* EVIDENCE_DROP, EVIDENCE_RESET_SENT, EVIDENCE_RESET_CAME: value2 */
#define EVIDENCE_INCOMING 1u	    /* the dropped packet was for this socket, not from it */
#define EVIDENCE_ACTIVE 2u	    /* the reset answers no packet: the socket's user aborted */
#define EVIDENCE_LISTENER 4u	    /* a listener sent the reset */
#define EVIDENCE_SENDERS_PARTIAL 8u /* came: this kernel reports resets by sockets alone */

/* EVIDENCE_TRACKED: value; 0: there is no entry */
#define EVIDENCE_HAS_ENTRY 1u
#define EVIDENCE_ENTRY_REPLIED 2u
#define EVIDENCE_ENTRY_FORWARD 4u /* it began at this end; flow: as its packets leave there */

struct evidence_event {
	uint64_t ktime_ns;
	uint64_t cookie; /* of the socket that it happened to; 0: none */
	struct flow flow;
	uint32_t value, value2;
	uint32_t netns;
	uint8_t kind; /* enum evidence_event_kind */
	uint8_t pad[3];
	char reason[EVIDENCE_NAME_SIZE];
	char place[EVIDENCE_NAME_SIZE];
	struct timeout timeout; /* EVIDENCE_ENDED */
};

/* Arrays borrowed from their maker. */
struct evidence {
	uint64_t now_ns;	/* CLOCK_MONOTONIC */
	int64_t wall_offset_ns; /* CLOCK_REALTIME minus CLOCK_MONOTONIC */
	uint64_t watch_ns;	/* how long events were followed; 0: a single snapshot */
	const struct socket_detail *sockets;
	size_t socket_count;
	const struct evidence_holder *holders; /* by sock */
	size_t holder_count;
	const struct evidence_process *processes; /* by pid */
	size_t process_count;
	const struct evidence_space *spaces; /* by netns */
	size_t space_count;
	const struct evidence_event *events; /* by time */
	size_t event_count;
	uint32_t own_netns; /* the reader's; 0: not known */
	uint32_t untracked; /* get no answer; connection tracking was not asked about them */
	bool holders_known; /* descriptors of all processes could be read */
};

/* Some rows of evidence: for each a byte that is not 0. */
struct evidence_rows {
	uint8_t *sockets, *holders, *processes, *spaces, *events;
};

#endif
