/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * TCP sockets with what sock_diag reports about them: windows and times of INET_DIAG_INFO, timers. It
 * reports no sequence numbers and no settings of keepalive; nor whether a socket without an inode is
 * an orphan, so that states which only a process leaves decide.
 */
#ifndef NETLINK_TCP_DETAIL_H
#define NETLINK_TCP_DETAIL_H

#include "namespaces/namespaces.h"
#include "netstate/evidence.h"

struct tcp_detail_handler {
	void (*handle)(void *context, const struct socket_detail *detail);
	void (*unread)(void *context, uint32_t netns, int err);
	void *context;
	uint32_t states; /* bits 1 << enum tcp_state; 0: all */
};

/*
 * Every socket of every namespace of `spaces`; of the own one alone where no other may be entered.
 * 0, or -errno where nothing could be read.
 */
int tcp_detail_read(const struct namespaces *spaces, const struct tcp_detail_handler *handler);

#endif
