/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the files of lists.h share. */
#ifndef KERNEL_SOCKET_LISTS_INTERNAL_H
#define KERNEL_SOCKET_LISTS_INTERNAL_H

#include "lists.skel.h"
#include "kernel/socket_lists.h"

struct socket_lists {
	struct lists_bpf *bpf;
	struct bpf_link *tcp, *holders, *tasks;
	int64_t tick_ns;
	char *buffer;
	void (*between)(void *context);
	void *between_context;
};

struct row_taker {
	size_t size;
	void (*take)(void *context, const void *row);
	void (*taken)(void *context); /* those of one read are through; NULL: never mind */
	void *context;
};

/* Runs one iterator to its end. 0, or -errno. */
int socket_lists_read_rows(struct socket_lists *lists, struct bpf_link *link,
			   const struct row_taker *taker);

#endif
