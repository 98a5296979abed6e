/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every TCP socket of all network namespaces with its timers, windows and sequence numbers: by a
 * BPF iterator. */
#ifndef KERNEL_SOCKET_DETAILS_H
#define KERNEL_SOCKET_DETAILS_H

#include <stdbool.h>

#include "namespaces/namespaces.h"
#include "netstate/evidence.h"

struct socket_details; /* opaque: the loaded program */

/* 0, or -errno where this kernel has no such iterator or refuses it. */
int socket_details_new(struct socket_details **ret_details);
void socket_details_free(struct socket_details *details);
/* A socket that has no cookie yet is given one when it is read; Linux 5.12. */
bool socket_details_make_cookies(const struct socket_details *details);

struct socket_detail_handler {
	/* In a namespace: surely without sockets. The kernel's walk goes through the tables of all
	 * namespaces, each time. */
	bool (*is_empty)(void *context);
	/* Not 0: no more rows are wanted, and that is the answer. */
	int (*handle)(void *context, const struct socket_detail *detail);
	void (*unread)(void *context, uint32_t netns,
		       int err); /* a namespace that could not be read */
	void *context;
};

/* Enters each namespace of `spaces` and comes back. 0, or -errno where nothing could be read. */
int socket_details_read(struct socket_details *details, const struct namespaces *spaces,
			const struct socket_detail_handler *handler);

#endif
