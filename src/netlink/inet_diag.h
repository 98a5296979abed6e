/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the sock_diag dumps of TCP and UDP share. */
#ifndef NETLINK_INET_DIAG_H
#define NETLINK_INET_DIAG_H

#include <linux/inet_diag.h>
#include <stdbool.h>

#include "netlink/ask.h"
#include "netstate/endpoint.h"
#include "netstate/flow.h"

struct inet_diag_question {
	uint8_t family;	    /* AF_INET, AF_INET6; of TCP AF_UNSPEC: both */
	uint8_t protocol;   /* IPPROTO_* */
	uint8_t extensions; /* 1 << (INET_DIAG_* - 1) */
	uint32_t states;    /* 1 << state */
};

/*
 * Dumps such sockets of the descriptor's namespace; as netlink_exchange(). The kernel walks its whole hash for each dump
 * of TCP, whatever the family.
 */
int inet_diag_dump(int fd, const struct inet_diag_question *question,
		   const struct netlink_reader *reader);

/* NULL: this message is none. */
const struct inet_diag_msg *inet_diag_message(const struct nlmsghdr *message);

/* The inode of the TCP socket between these ends in the thread's namespace. 0; -ENOENT: there is none; -errno. */
int inet_diag_find(const struct endpoint *local, const struct endpoint *remote,
		   uint64_t *ret_inode);

struct tcp_info;

/* INET_DIAG_INFO of a message; what this kernel's is too short for is 0. False: it has none. */
bool inet_diag_info(const struct nlmsghdr *message, struct tcp_info *ret_info);
/* Whether this kernel's tcp_info goes as far as the peer's window (from 5.4). */
bool inet_diag_has_window(const struct nlmsghdr *message);

struct endpoint inet_diag_local(const struct inet_diag_msg *message);
struct endpoint inet_diag_remote(const struct inet_diag_msg *message);
/* Its cookie, ends, family and user. */
struct flow inet_diag_flow(const struct inet_diag_msg *message, uint32_t netns);

/* Two halves, the lower one first, in every family. */
static inline uint64_t sock_diag_cookie(const uint32_t halves[2])
{
	return (uint64_t)halves[1] << 32 | halves[0];
}

#endif
