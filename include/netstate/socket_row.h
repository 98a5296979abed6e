/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sockets as /proc/net or a kernel iterator gives them: one row a socket, before names and layout.
 */
#ifndef NETSTATE_SOCKET_ROW_H
#define NETSTATE_SOCKET_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netstate/endpoint.h"

enum inet_protocol {
	INET_PROTOCOL_TCP,
	INET_PROTOCOL_UDP,
	INET_PROTOCOL_UDPLITE,
	INET_PROTOCOL_RAW,
	INET_PROTOCOL_MAX,
};

/*
 * A line of /proc/net/{tcp,udp,udplite,raw}[6]. In a row of an IPv4 file (is_v6 false) both
 * addresses are v4-mapped; in one of an IPv6 file an address may be so too: netstat shows it as
 * plain IPv4 then. A raw socket's local port is its IP protocol.
 */
struct inet_row {
	struct endpoint local;
	struct endpoint remote;
	uint8_t protocol; /* enum inet_protocol */
	bool is_v6;
	uint8_t state; /* TCP's numbers; clipped to 255 */
	uint8_t timer; /* kind of the timer: 0 off, 1 on, 2 keepalive, 3 timewait, 4 probe; clipped
			  to 255 */
	uint64_t rx_queue;
	uint64_t tx_queue;
	int32_t uid;	 /* as netstat shows it: 4294967294 is -2 */
	int32_t probes;	 /* the column called timeout */
	int64_t expires; /* of the timer, in clock ticks of 1/100 s */
	int64_t retransmits;
	uint64_t inode; /* 0: none (TIME_WAIT, SYN_RECV, orphans) */
};

/* A line of /proc/net/unix. */
struct unix_row {
	uint64_t inode;
	int64_t references;
	uint32_t protocol; /* 0: "unix" */
	uint32_t flags;	   /* bit 16 accepting, 17 waiting for data, 18 no space */
	uint32_t type;	   /* SOCK_STREAM ... */
	uint32_t state;	   /* SS_UNCONNECTED is 1 */
	bool has_inode;	   /* false where the file has no such column */
	const char *path; /* first word only; borrowed until the next row is read; "" where there is
			     none */
	size_t path_length;
};

/* A line of /proc/net/sctp/eps or assocs: lists of addresses, borrowed until the next row is read.
 */
struct sctp_row {
	bool is_association; /* false: an endpoint, which has no remote addresses and no queues */
	uint32_t state;
	uint32_t rx_queue;
	uint32_t tx_queue;
	uint16_t local_port;
	uint16_t remote_port;
	int32_t uid;
	uint64_t inode;
	const struct endpoint *local; /* each with its port set */
	size_t local_count;
	const struct endpoint *remote;
	size_t remote_count;
};

/* The process that netstat names for a socket: the first in /proc that has it. */
struct socket_owner {
	int32_t pid;
	const char *name; /* argv[0] shortened as netstat does, raw bytes; never NULL, may be "" */
	size_t name_length;
	const char *context; /* SELinux, NULL where not asked for */
};

#endif
