/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Tracing one packet through the rules of nf_tables, in the thread's network namespace: a table that
 * belongs to a netlink socket (Linux 5.12) sets nftrace for the packet at the first hooks, and the
 * kernel then reports each rule that matches it. The table ends with its socket.
 */
#ifndef NETLINK_NFT_TRACE_H
#define NETLINK_NFT_TRACE_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stdint.h>

#include "netstate/endpoint.h"

#define NFT_NAME_SIZE 256	     /* NFT_NAME_MAXLEN */
#define NFT_TRACE_PREFIX "netstate_" /* of the tables' names */

/* The SYN, or the SYN-ACK that answers it. */
struct nft_trace_packet {
	struct endpoint from, to; /* as it comes to the first hook; port 0: not known */
	bool v6;
	uint32_t isn;	  /* of the SYN */
	bool answer;	  /* the SYN-ACK */
	uint32_t ifindex; /* its device, whose own rules (family netdev) are traced, too; 0: none */
};

struct nft_trace {
	int owner_fd;  /* the table's owner */
	int events_fd; /* readable when there are events */
	char table[32];
};

/*
 * 0 or -errno: -EOPNOTSUPP or -EINVAL on kernels whose tables have no owner, -EPERM without
 * CAP_NET_ADMIN. `number` makes the table's name unlike that of others of this process.
 */
int nft_trace_open(const struct nft_trace_packet *packet, unsigned int number,
		   struct nft_trace *ret_trace);
void nft_trace_close(struct nft_trace *trace);

enum nft_trace_type {
	NFT_TRACE_OTHER,
	NFT_TRACE_RULE,	  /* a rule matched, with a verdict */
	NFT_TRACE_RETURN, /* a chain's end */
	NFT_TRACE_POLICY, /* of a base chain */
};

struct nft_trace_event {
	uint8_t type;	 /* enum nft_trace_type */
	uint8_t family;	 /* of the table, NFPROTO_* */
	int32_t verdict; /* NF_*, or NFT_* below 0 */
	uint32_t id;	 /* of the packet at its hook */
	uint64_t handle; /* of the rule; 0: none */
	char table[NFT_NAME_SIZE], chain[NFT_NAME_SIZE];
};

/* Of one of the tables that set nftrace. Pure. */
bool nft_trace_is_own(const struct nft_trace *trace, const struct nft_trace_event *event);

/* False: it is no such message, or damaged. Pure. */
bool nft_trace_parse(const struct nlmsghdr *message, struct nft_trace_event *ret_event);

/*
 * Those that are there. False: not all of them. Some were lost, as where somebody sends to the group until its
 * buffer is full, or more are there than one reading takes: what did not come may have happened.
 */
bool nft_trace_read(const struct nft_trace *trace,
		    void (*handle)(void *context, const struct nft_trace_event *event),
		    void *context);

#endif
