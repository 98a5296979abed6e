/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What bpf/sockets.bpf.c writes for netstat's tables: one record a socket, or a descriptor of one.
 */
#ifndef NETSTATE_WIRE_SOCKET_H
#define NETSTATE_WIRE_SOCKET_H

#include <linux/types.h>

/* What /proc/net/tcp and tcp6 say, in numbers. */
struct wire_tcp_row {
	__u32 laddr[4]; /* network order, IPv4 v4-mapped */
	__u32 raddr[4];
	__u16 lport; /* host order */
	__u16 rport;
	__u8 is_v6; /* the socket's family, not the address's form */
	__u8 state;
	__u8 timer;
	__u8 retransmits;
	__u32 tx_queue;
	__u32 rx_queue;
	__u32 uid; /* as the reader's user namespace maps it */
	__u32 probes;
	__s64 ticks; /* jiffies until the timer runs out; may be past */
	__u64 inode; /* 0: none */
};

_Static_assert(sizeof(struct wire_tcp_row) == 72, "wire_tcp_row has no holes");

/* A descriptor of a process that is a socket. */
struct wire_socket_file {
	__u32 pid;
	__u32 zero;
	__u64 inode;
};

_Static_assert(sizeof(struct wire_socket_file) == 16, "wire_socket_file has no holes");

#endif
