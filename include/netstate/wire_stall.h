/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Wire records about connects that hang, from bpf/stalls.bpf.c to src/diagnosis. They come in a
 * ring of their own and from iterators; their kinds share the numbers of wire.h, append-only.
 * Zeroed first, multiples of 8 bytes.
 */
#ifndef NETSTATE_WIRE_STALL_H
#define NETSTATE_WIRE_STALL_H

#include "netstate/wire.h"

#define WIRE_KIND_STALL_SOCK 16 /* struct wire_stall_sock: a socket in SYN_SENT, as it stands */
/* struct wire_stall_sock: its SYN was retransmitted; err is the result */
#define WIRE_KIND_STALL_RETRY 17
#define WIRE_KIND_STALL_RESET 18 /* struct wire_stall_sock: a reset reached it */
/* struct wire_stall_sock: an error reached it; icmp_* where an ICMP was the cause */
#define WIRE_KIND_STALL_ERROR 19
/* struct wire_stall_packet: a packet of its handshake was dropped */
#define WIRE_KIND_STALL_DROP 20
/* struct wire_stall_packet: a packet of its handshake came into a namespace */
#define WIRE_KIND_STALL_PASS 21
#define WIRE_KIND_STALL_LISTENER 22 /* struct wire_stall_listener */
/* struct wire_stall_request: half-open, the SYN-ACK is not answered yet */
#define WIRE_KIND_STALL_REQUEST 23
#define WIRE_KIND_STALL_HOLDER 24 /* struct wire_stall_holder: a socket that takes a local port */

#define WIRE_KIND_STALL_REPORT 25 /* struct stall_kept (stall_kept.h): all that a report rests on */

#define WIRE_STALL_NAME_SIZE 48
#define WIRE_STALL_KIND_SIZE 16

/* struct wire_stall_sock.flags */
#define WIRE_STALL_FIRST_SENT 1 /* the stack took a SYN of this socket at least once */
/* a copy of its SYN is still queued locally: neighbour, queueing discipline, driver */
#define WIRE_STALL_IN_HOST 2
#define WIRE_STALL_HAS_ERR 4 /* err is known: this kernel tells how a retransmission went */
#define WIRE_STALL_HAS_ICMP 8
#define WIRE_STALL_HAS_RESET 16 /* reset_*: the reset was sent by this host */
#define WIRE_STALL_MPTCP 32
/* no SYN was made yet: with TCP_FASTOPEN_CONNECT the first write makes it */
#define WIRE_STALL_NO_SYN 64
/* its first SYN carried the TCP Fast Open option; retransmitted ones do not */
#define WIRE_STALL_FAST_OPEN 128
#define WIRE_STALL_TRAVELS 256 /* the sk_buff of its SYN is not freed yet, wherever it is */
/* its route keeps packets until IPsec has a state for them (DST_XFRM_QUEUE) */
#define WIRE_STALL_XFRM_QUEUE 512
/* as WIRE_STALL_IN_HOST: the first SYN, which carried data (TCP Fast Open) */
#define WIRE_STALL_DATA_IN_HOST 1024

struct wire_stall_sock {
	struct wire_head head;
	__u64 sock;
	__u64 cookie;
	__u64 cgroup;
	__u64 jiffies;	/* now */
	__u64 timer;	/* jiffies at which the retransmission timer fires */
	__u8 laddr[16]; /* network byte order, IPv4 as ::ffff:a.b.c.d */
	__u8 raddr[16];
	__u8 icmp_from[16]; /* who sent the ICMP */
	__u32 isn;	    /* sequence number of the SYN, host byte order */
	__u32 netns;
	__u32 uid;
	__u32 first_ms;	    /* CLOCK_MONOTONIC of the first SYN, milliseconds, modulo 2^32 */
	__u32 rto;	    /* jiffies */
	__u32 user_timeout; /* ms, 0: none */
	__u32 srtt_us;
	__u32 total_retrans; /* retransmissions that the stack made a packet for */
	__u32 flags;	     /* WIRE_STALL_* */
	__u32 reset_netns;   /* where the reset was sent */
	__u32 reset_reason;  /* enum sk_rst_reason of the running kernel */
	__s32 err;	     /* RETRY: what transmitting gave; else sk_err, positive */
	__s32 err_soft;
	__u16 lport;
	__u16 rport;
	__u8 family;
	__u8 state;
	__u8 retransmits;
	__u8 backoff;
	__u8 syn_retries; /* of the socket (TCP_SYNCNT), 0: the namespace's */
	__u8 net_syn_retries;
	__u8 net_linear; /* net.ipv4.tcp_syn_linear_timeouts; 0 where there is none */
	__u8 icmp_family;
	__u8 icmp_type;
	__u8 icmp_code;
	__u8 pad[6];
	__u64 inode; /* of the socket file; 0: none */
	/* end of the first layout (WIRE_STALL_SOCK_SIZE_1) */
	__u64 syn_skb[2]; /* sk_buffs in which its SYN travels (the second: with data); 0: none */
	__u8 gateway[16]; /* of its cached route; all zero: none, or the destination is on the link
			   */
	char out_kind[WIRE_STALL_KIND_SIZE]; /* of that route's device: "veth", "vxlan"; or empty */
	__u32 out_ifindex;		     /* 0: no cached route */
	__u32 rto_max;			     /* jiffies; 0: this kernel has none of its own */
	__u32 mark;
	__u32 bound_ifindex;
	/* end of the second layout (WIRE_STALL_SOCK_SIZE_2) */
	__u8 reset_addr[16]; /* the destination of the SYN that it answers, as it came there */
	__u16 reset_port;
	__u8 pad2[6];
	/* end of the third layout (WIRE_STALL_SOCK_SIZE_3) */
	__u32 syn_ifindex; /* the device that its SYN is at, with WIRE_STALL_TRAVELS; 0: none */
	__u32 syn_netns;
	char syn_kind[WIRE_STALL_KIND_SIZE]; /* of that device */
};

#define WIRE_STALL_SOCK_SIZE_1 184 /* as recorded before the fields behind inode */
#define WIRE_STALL_SOCK_SIZE_2 248 /* ... before reset_addr */
#define WIRE_STALL_SOCK_SIZE_3 272 /* ... before syn_ifindex */

/* struct wire_stall_packet.what */
#define WIRE_STALL_SYN 1
#define WIRE_STALL_SYNACK 2
#define WIRE_STALL_OTHER 3 /* an answer to its ends with numbers that are not its own */

#define WIRE_STALL_HAS_REASON 1 /* struct wire_stall_packet.flags */
/* the kernel had tied it to the socket; else it was known by its sequence number */
#define WIRE_STALL_OWN_SOCK 2
#define WIRE_STALL_RECEIVED 4 /* it had come in through a device */
#define WIRE_STALL_ORIGINAL                                                                        \
	8 /* SYN: the very sk_buff that the socket sent; without this and the next: not known */
#define WIRE_STALL_COPY                                                                            \
	16 /* SYN: another sk_buff, while the one that was sent is still on its way */
#define WIRE_STALL_OTHERHOST 32 /* the frame's MAC address is another machine's */
#define WIRE_STALL_TUNNELLED                                                                       \
	64 /* SYN: inside other headers, known by its sk_buff: no addresses, ports and flags */
#define WIRE_STALL_COPIES 128 /* with flags that tell an original from a copy */
/* DROP: connection tracking had seen the packet in that namespace; without this and the next: not known */
#define WIRE_STALL_TRACKED 256
#define WIRE_STALL_NOT_TRACKED 512 /* ... had not, or had found it invalid */

struct wire_stall_packet {
	struct wire_head head;
	__u64 sock;
	__u64 cookie;
	__u8 saddr[16]; /* as in the packet */
	__u8 daddr[16];
	__u64 location_address;
	char location[WIRE_STALL_NAME_SIZE]; /* function that dropped it; empty: not known */
	char route[WIRE_STALL_NAME_SIZE]; /* function that its route leads to on input (ip_forward,
					     ...); or empty */
	__u32 netns;			  /* where it was; 0: not known */
	__u32 ifindex;
	__u32 reason; /* enum skb_drop_reason of the running kernel */
	__u32 flags;
	__u16 sport;
	__u16 dport;
	__u8 what; /* WIRE_STALL_SYN, ... */
	__u8 family;
	__u8 tcp_flags; /* as in its header; 0: not told */
	__u8 pad;
	/* end of the first layout (WIRE_STALL_PACKET_SIZE_1) */
	__u32 mark; /* DROP */
	__u32 pad2;
};

#define WIRE_STALL_PACKET_SIZE_1 192

struct wire_stall_listener {
	struct wire_head head;
	__u64 sock;
	__u64 cookie;
	__u64 inode;
	__u8 laddr[16];
	__u32 netns;
	__u32 uid;
	__u32 queue; /* connections waiting for accept */
	__u32 limit;
	__u32 drops; /* sk_drops */
	__u32 half_open;
	__u16 lport;
	__u8 family;
	__u8 v6only;	 /* 1: not for IPv4 (IPV6_V6ONLY) */
	__u8 syncookies; /* net.ipv4.tcp_syncookies, of its namespace */
	__u8 pad[3];
	/* end of the first layout (WIRE_STALL_LISTENER_SIZE_1) */
	__u32 max_syn_backlog; /* net.ipv4.tcp_max_syn_backlog */
	__u32 bound_ifindex;   /* SO_BINDTODEVICE; 0: all devices */
};

#define WIRE_STALL_LISTENER_SIZE_1 88

struct wire_stall_request {
	struct wire_head head;
	__u64 listener; /* address of the listening struct sock */
	__u8 laddr[16];
	__u8 raddr[16];
	__u32 netns;
	__u16 lport;
	__u16 rport;
	__u8 family;
	__u8 retries; /* SYN-ACKs retransmitted */
	__u8 timeouts;
	__u8 lasting; /* 1: the first SYN-ACK went out WIRE_STALL_LASTING_US ago or earlier */
	__u8 pad[4];
};

/* Longer than a handshake takes on all but the longest paths; every busy listener has younger ones.
 */
#define WIRE_STALL_LASTING_US 300000

struct wire_stall_holder {
	struct wire_head head;
	__u64 sock;
	__u64 inode;
	__u8 laddr[16];
	__u8 raddr[16];
	__u32 netns;
	__u32 uid;
	__u16 lport;
	__u16 rport;
	__u8 family;
	__u8 state;
	__u8 bound; /* 1: by bind(), so that connect() chooses this port for nobody */
	__u8 pad;
};

_Static_assert(sizeof(struct wire_stall_sock) == 296, "wire_stall_sock");
_Static_assert(sizeof(struct wire_stall_packet) == 200, "wire_stall_packet");
_Static_assert(sizeof(struct wire_stall_listener) == 96, "wire_stall_listener");
_Static_assert(sizeof(struct wire_stall_request) == 72, "wire_stall_request");
_Static_assert(sizeof(struct wire_stall_holder) == 80, "wire_stall_holder");

#endif
