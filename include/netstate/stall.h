/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One connect that hangs or failed: everything observed about it (struct stall), and what that
 * means (struct verdict). src/diagnosis fills and judges it, src/view prints it. Times are
 * CLOCK_MONOTONIC nanoseconds.
 */
#ifndef NETSTATE_STALL_H
#define NETSTATE_STALL_H

#include <stdbool.h>
#include <stdint.h>

#include "netstate/conntrack.h"
#include "netstate/flow.h"
#include "netstate/stall_fallback.h"
#include "netstate/stall_places.h"
#include "netstate/stall_rule.h"

#define STALL_NAME_SIZE 49 /* kernel names: drop reasons, functions */
#define STALL_DROPS_MAX 6  /* different drops kept for one connect; more are only counted */
#define STALL_LINE_SIZE 160
#define STALL_LINES_MAX 14
#define STALL_NS_UNKNOWN UINT64_MAX
#define STALL_RET_UNKNOWN INT32_MIN

/* What this kernel can report at all: a sign that cannot be seen is never taken for absent. */
struct stall_senses {
	bool retransmit;     /* tcp_retransmit_skb is attached */
	bool retransmit_err; /* ... and reports the result */
	bool drops;	     /* kfree_skb is attached */
	bool drop_reason;    /* ... and has a reason */
	bool resets;	     /* tcp_receive_reset */
	bool errors;	     /* inet_sk_error_report */
	bool reset_sender;   /* tcp_send_reset */
	bool receive;	     /* netif_receive_skb: what arrives, and where */
	bool icmp6;	     /* ICMPv6 errors */
};

enum stall_what {
	STALL_SYN = 1,
	STALL_SYNACK = 2,
	STALL_OTHER = 3,
};

/* Is a packet with the SYN's number the SYN itself? */
enum stall_identity {
	STALL_UNSURE,	/* not known: it proves nothing */
	STALL_ORIGINAL, /* the one that the socket sent */
	STALL_COPY,	/* for a sniffer, a mirror, another port of a bridge */
};

/* Where a packet was dropped, as seen from the connecting socket. */
enum stall_where {
	STALL_OUTPUT,	  /* on its way out of the socket's namespace */
	STALL_INPUT,	  /* on its way in, for a local address */
	STALL_FORWARD,	  /* while being forwarded */
	STALL_PREROUTING, /* received, no route chosen yet */
	STALL_SOMEWHERE,  /* on this host; in which namespace is not known */
};

struct stall_drop {
	char reason[STALL_NAME_SIZE];	/* without its prefix; "": this kernel has none */
	char location[STALL_NAME_SIZE]; /* function; "": not known */
	uint8_t what;			/* enum stall_what */
	uint8_t where;			/* enum stall_where */
	uint8_t identity;		/* enum stall_identity */
	bool own_namespace;
	bool other_host; /* its frame was for another machine's MAC address */
	bool tunnelled;	 /* inside the packets of a tunnel */
	uint8_t tracked; /* enum stall_known: connection tracking there had taken it */
	uint32_t netns;	 /* 0: not known */
	uint32_t count;
	uint64_t last_ns;
	uint32_t ifindex;	  /* the device that the last was at; 0: not known */
	uint32_t mark;		  /* of the last: its SO_MARK, or what a rule made of it */
	struct endpoint from, to; /* of the last, as it was dropped: behind NAT, maybe */
};

struct stall_icmp {
	uint8_t family; /* 0: none seen */
	uint8_t type;
	uint8_t code;
	struct endpoint from; /* port 0 */
	uint8_t from_own;     /* enum stall_known: an address of the connect's own namespace */
	uint64_t at_ns;
};

enum stall_route {
	STALL_ROUTE_UNKNOWN,
	STALL_ROUTE_FOUND,
	STALL_ROUTE_NONE,
	STALL_ROUTE_UNREACHABLE,
	STALL_ROUTE_PROHIBIT,
	STALL_ROUTE_BLACKHOLE,
};

enum stall_neighbour {
	STALL_NEIGHBOUR_UNKNOWN,
	STALL_NEIGHBOUR_GOOD,
	STALL_NEIGHBOUR_INCOMPLETE,
	STALL_NEIGHBOUR_FAILED,
};

/* Where a SYN came in, as it was there. */
struct stall_arrival {
	uint64_t at_ns; /* 0: none */
	uint32_t netns, ifindex;
	struct endpoint to, from;
	uint8_t identity; /* enum stall_identity */
	bool other_host;
};

/* The listener that the SYN came to, on this host. */
struct stall_peer {
	bool seen; /* the SYN came into namespace seen_netns: the last so far on its way */
	bool seen_other_host;  /* in a frame for another machine's MAC address */
	uint8_t seen_identity; /* enum stall_identity */
	uint64_t seen_ns;      /* 0: not seen by a hook, but a local route leads there */
	uint32_t seen_netns;
	uint32_t seen_ifindex;	  /* of the device that it came in by; 0: not known */
	struct endpoint seen_end; /* its destination as it came there */
	struct endpoint end;	  /* ... and behind the NAT of that namespace */
	uint8_t nat_asked;    /* enum stall_known: connection tracking there was asked for that */
	char onward_kind[16]; /* it goes on from there by a device of this kind; "": not known */
	char onward_device[17];
	uint8_t onward_asked;	    /* enum stall_known */
	struct endpoint seen_from;  /* its source there */
	struct stall_arrival later; /* a later SYN, maybe still on its way to where it `arrived` */
	uint8_t way_back;	    /* enum stall_route: from `end` there to that source */
	bool asked;		    /* ... that namespace was asked whose that destination is */
	bool arrived;		    /* it is an address of namespace netns */
	bool looked;		    /* listeners there were looked for */
	bool listening;
	uint32_t members;      /* listeners that such a SYN may come to (SO_REUSEPORT) */
	uint32_t members_full; /* ... whose queue is full; the fullest is the one described here */
	uint32_t half_open;    /* handshakes that wait for their last ACK */
	uint32_t
		half_open_limit; /* beyond, SYNs are dropped; 0: not known, or none (SYN cookies) */
	uint32_t half_open_reserve; /* from so many on only peers that are known; 0: as above */
	bool was_full;		    /* at some reading while this connect hung */
	uint8_t elsewhere;	    /* enum stall_elsewhere */
	uint32_t elsewhere_more;    /* further listeners of that kind */
	struct endpoint elsewhere_end;
	/* nobody there: who listens on that port in another namespace of this host? */
	uint32_t other_netns; /* 0: nobody, or it was not looked for */
	uint32_t other_more;  /* further namespaces */
	uint32_t other_pid;   /* 0: not known */
	char other_comm[FLOW_COMM_SIZE];
	struct endpoint other_end;
	uint32_t netns;
	uint32_t queue;
	uint32_t limit;
	uint32_t pid; /* 0: owner not known */
	char comm[FLOW_COMM_SIZE];
	uint64_t last_accept_ns; /* 0: none seen */
};

enum stall_known {
	STALL_NOT_KNOWN, /* not asked, or could not be asked: neither yes nor no */
	STALL_KNOWN_NO,
	STALL_KNOWN_YES,
};

/* Who takes the local ports to one destination. */
struct stall_ports {
	bool looked;
	bool late;	    /* ... after its process had ended: others hold at least so many */
	bool own_range;	    /* low and high are the socket's own (IP_LOCAL_PORT_RANGE) */
	uint16_t low, high; /* else ip_local_port_range */
	uint32_t used;	    /* from this source to this destination, or by bind(); all states */
	uint32_t bound;	    /* ... by bind() */
	uint32_t time_wait;
	uint32_t reserved; /* not given out (ip_local_reserved_ports), and not among the used */
	uint32_t pid;	   /* who holds most of them; 0: not known */
	char comm[FLOW_COMM_SIZE];
	/* of a socket that is bound to a port: has another one this very source and destination? */
	uint8_t in_use;	      /* enum stall_known */
	uint8_t in_use_state; /* enum tcp_state */
};

#define STALL_TRACKINGS_MAX 4 /* namespaces on the way of one SYN */

/* A connect from the same address to the same destination that connection tracking knows as answered. */
enum stall_other {
	STALL_OTHER_NONE,  /* none, or not looked for */
	STALL_OTHER_SOME,  /* when it began is not known */
	STALL_OTHER_LATER, /* it began after this connect */
};

/* Connection tracking in a namespace that the SYN comes through. */
struct stall_tracking {
	uint32_t netns;
	uint64_t seen_ns;	  /* the SYN came there last; 0: it is the connect's own */
	struct endpoint from, to; /* the SYN as it came there */

	uint64_t asked_ns;  /* of `now`; 0: not asked */
	uint64_t before_ns; /* of `before`, which is older than the last drop there; 0: not known */
	struct conntrack_counts now, before;
	uint64_t full_ns;     /* of the last reading at which the table was full; 0: none */
	uint8_t rules_before; /* enum stall_known: rules may drop there before tracking begins */

	uint8_t entry; /* enum stall_known: there is one for this very SYN */
	bool replied;
	struct endpoint nat_from, nat_to; /* how the SYN leaves by that entry */

	uint8_t other; /* enum stall_other */
	struct endpoint other_nat_from, other_nat_to;
	uint64_t other_ns; /* since it began, where that is known; CLOCK_MONOTONIC */

	uint8_t taken; /* enum stall_known: the ends of the SYN that was dropped are another entry's */
	uint64_t taken_ns;
	struct endpoint taken_from, taken_to;	/* those ends */
	struct endpoint holder_from, holder_to; /* the other one, as it came there */
	uint32_t holder_pid;			/* 0: not known */
	char holder_comm[FLOW_COMM_SIZE];
};

enum stall_end {
	STALL_GOES_ON,
	STALL_ESTABLISHED,
	STALL_FAILED,	     /* the kernel ended it: sk_err */
	STALL_CLOSED,	     /* the application closed it, or its process ended */
	STALL_REFUSED_EARLY, /* the call failed without a SYN */
	STALL_UNSEEN,	     /* it is over; how was not seen */
};

/* As the kernel's retransmission timer works; see diagnosis/clock.h. */
struct stall_timer {
	bool known;
	uint64_t first_ns; /* the first SYN */
	uint64_t next_ns;  /* when it fires next */
	uint64_t tick_ns;  /* one jiffy; 0: not known, the timer then counts as punctual */
	uint64_t zero_ns;  /* when jiffies was 0, modulo 2^64 */
	uint64_t rto_ns;
	uint32_t user_timeout_ms;
	uint8_t retransmits;
	uint8_t total_rto;
	uint8_t syn_retries; /* that counts: of the socket or of the namespace */
	uint8_t linear;
	uint64_t rto_max_ns;  /* the longest wait between two SYNs */
	bool own_syn_retries; /* TCP_SYNCNT is set */
};

struct stall {
	struct flow flow;
	uint64_t start_ns;	/* connect, or the first SYN where it began before the start */
	uint64_t end_ns;	/* 0: goes on */
	uint8_t end;		/* enum stall_end */
	uint64_t inode;		/* of the socket's file; 0: not known */
	uint32_t bound_ifindex; /* SO_BINDTODEVICE; 0: none, or not known */
	bool before_start;	/* it hung already when netstate was started */
	bool killed;		/* its process is gone */
	bool end_unseen;	/* the event of its end was lost */
	uint8_t proven; /* what the last report while it hung accused; as in struct verdict */
	uint64_t
		crossed_ns; /* the peer's own SYN came instead of an answer (simultaneous open); 0 */
	bool mptcp;
	bool fast_open; /* its first SYN carried the TCP Fast Open option */
	bool polled;	/* without BPF: sock_diag's rows alone, now and then; no packet was seen */

	/* the three results */
	int32_t descriptor;  /* of its socket, in its process; -1: not known */
	int32_t connect_ret; /* STALL_RET_UNKNOWN: the call has not returned, or was not seen */
	int32_t sk_err;	     /* positive errno, 0: none */

	/* SYNs: the first and those retransmitted */
	bool inspected;		 /* the socket itself was read at least once while it hung */
	bool no_syn;		 /* at the last reading none was made yet (TCP Fast Open) */
	bool first_left;	 /* the stack sent a SYN without an error */
	bool in_host;		 /* at the last reading a copy still lay in this host */
	bool data_in_host;	 /* so does the first SYN, which carried data, beside later ones */
	uint64_t followed_ns;	 /* its packets are followed since: drops, arrivals; 0: not yet */
	bool not_followed;	 /* they should be, but the table of those is full */
	uint32_t followed_sends; /* SYNs that the stack was asked to send since */
	uint64_t last_sent_ns;	 /* when the stack was last asked to send one */
	uint64_t last_try_ns;	 /* the last of them that it made a packet for; 0 */
	uint64_t try_before_ns;	 /* the one before that */
	uint64_t hurried_ns;	 /* the second SYN went out so long after the first, much before its
				    time: the kernel does so when a wrong ACK came; 0 */
	uint64_t inspected_ns;	 /* when it was first read: what happened before is in the kernel's
				    counts */
	uint32_t retries;	 /* attempts of the timer */
	uint32_t retries_left;	 /* ... that left */
	uint32_t retries_busy;	 /* ... not sent, since the one before still lies in this host */
	uint32_t retries_denied; /* ... refused by a hook: -EPERM */
	uint32_t retries_congested; /* ... dropped by the queueing discipline: > 0 */
	uint32_t retries_failed;    /* ... that failed otherwise */
	uint32_t retries_unseen;    /* ... that only the socket's own count shows */
	uint32_t retries_made;	    /* the stack made a packet for so many */
	uint32_t sent_known;	    /* SYNs that left, and of which it is known by which device */
	uint32_t sent_to_tun;	    /* ... by one that leads to a program */
	int32_t last_retry_err;
	int32_t last_failure_err; /* of those that failed otherwise */
	uint64_t last_retry_ns;	  /* of the last record of one */
	struct stall_timer timer;

	/* what came back, and what was lost */
	uint32_t resets;
	bool reset_from_here; /* sent by this host */
	bool reset_at_home;   /* by its firewall: the SYN had not left the stack */
	uint32_t reset_netns;
	struct endpoint
		reset_end; /* where the SYN came to there; NAT may have changed it; port 0: not known */
	char reset_reason[STALL_NAME_SIZE];
	struct stall_icmp icmp;
	uint32_t soft_err;
	struct stall_drop drops[STALL_DROPS_MAX];
	uint8_t drop_count;
	uint32_t drops_more;
	uint32_t others;     /* answers that the connect cannot use: their numbers are another's */
	uint8_t other_flags; /* of the last, as in its TCP header */
	uint64_t other_ns;
	uint64_t copied_ns; /* a copy of a SYN came in: a bridge floods, or something mirrors */
	uint32_t synacks;   /* SYN-ACKs that came into the socket's namespace */
	uint32_t strangers; /* SYN-ACKs for its SYN, from an address or port that it did not ask */
	struct endpoint stranger;
	bool stranger_refused; /* TCP found no socket for it: no NAT of this namespace expected it */
	uint64_t stranger_ns;  /* ... at this time, last; 0: it did not */
	uint32_t srtt_us;

	uint8_t route; /* enum stall_route */
	/* enum stall_known: rules or routes of type prohibit, for sockets with a mark, say */
	uint8_t some_prohibited;
	uint8_t ipsec_blocks; /* enum stall_known: the IPsec policy that covers it is of type block */
	char route_text[64]; /* "blackhole 10.9.0.0/16"; "" */
	struct stall_policy policy;
	struct stall_reroute reroute;
	struct stall_queued queued;
	struct stall_place hop_place, icmp_place;
	struct stall_reject reject;
	/* the queueing disciplines of its route's device, at the last reading while the SYN was queued
	 * locally */
	bool queue_known;
	uint32_t queue_packets;
	char queue_kind[16]; /* of the one that holds most: "tbf" */
	uint8_t neighbour;   /* enum stall_neighbour */
	struct endpoint next_hop;
	char device[17];
	char device_kind[16];	/* of its socket's own route: "veth", "vxlan"; "": hardware, or not
				 known */
	uint8_t device_up;	/* enum stall_known: of the route's device */
	uint8_t device_carrier; /* enum stall_known */
	struct stall_used used;
	uint8_t source_present; /* enum stall_known: its address is one of its namespace */
	uint8_t ipv6_usable;	/* enum stall_known: the namespace has a global IPv6 address */
	uint8_t ipv6_tentative; /* enum stall_known: ... that waits for duplicate detection */
	uint8_t asked;		/* enum stall_known: no: its namespace was gone */
	struct stall_ports ports;
	struct stall_peer peer;
	struct stall_tracking trackings[STALL_TRACKINGS_MAX];
	uint8_t tracking_count;
	struct stall_rule rule;
	struct stall_fallback fallback;
};

enum stall_confidence {
	STALL_CONFIDENCE_NONE, /* "unknown" */
	STALL_CONFIDENCE_LOW,
	STALL_CONFIDENCE_MEDIUM,
	STALL_CONFIDENCE_HIGH,
};

struct verdict {
	const char *word;    /* stable; "unknown" among them */
	const char *cause;   /* of one that is over: the word that was proven for its hang, where
				that is another; else NULL */
	const char *meaning; /* one sentence */
	const char *advice;  /* what to do next */
	char command[STALL_LINE_SIZE]; /* to run for that, in namespace command_netns; "": none */
	uint32_t command_netns;	       /* 0: in any */
	uint8_t confidence;	       /* enum stall_confidence */
	uint8_t proven; /* it accuses this with confidence: enum cause + 1; 0: nothing */
	bool failure; /* it accuses something; false for slow, unknown and what the application did
			 itself */
	bool direct;  /* it rests on at least one observation of this very connect */
	int8_t drop;  /* which of the stall's drops it rests on; -1: none */
	uint8_t line_count;
	char lines[STALL_LINES_MAX][STALL_LINE_SIZE]; /* the evidence */
	uint32_t syn_sent;
	uint32_t syn_held;
	uint64_t age_ns;
	uint64_t next_retry_ns; /* from now; STALL_NS_UNKNOWN */
	uint64_t gives_up_ns;	/* from now; STALL_NS_UNKNOWN */
};

enum stall_update {
	STALL_UPDATE_STALLED, /* the first report of one that goes on */
	STALL_UPDATE_CHANGED,
	STALL_UPDATE_ENDED,
	STALL_UPDATE_MAX,
};

/* "none", "low", "medium", "high" */
const char *stall_confidence_name(unsigned int confidence);

/* "stalled", "established", "failed", "closed", "refused", "unseen"; NULL for numbers that are
 * none. */
const char *stall_end_name(unsigned int end);

#endif
