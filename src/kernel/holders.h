/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who holds which socket: a pass over the descriptors of all tasks (bpf/holders.bpf.h). */
#ifndef KERNEL_HOLDERS_H
#define KERNEL_HOLDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/iterator_rows.h"
#include "namespaces/namespaces.h"
#include "netstate/connection.h"

struct bpf_map;
struct bpf_program;

/* The program within the object that has it; its owner sets the last three to the object's variables. */
struct holder_scan {
	struct bpf_link *link;
	const struct bpf_program *program;
	const struct bpf_map *wanted;
	uint32_t *scan_number;
	bool *only_wanted;
	const uint32_t *at; /* the process whose descriptors were read last */
};

/* 0 or -errno. */
int holders_attach(struct holder_scan *holders, const struct bpf_program *program,
		   const struct bpf_map *wanted);
void holders_release(struct holder_scan *holders);

/*
 * The same process may come several times. Beyond a bound of time (base/scan_bound.h) the processes with the most
 * descriptors are left out, and that is noted. Also adds namespaces to `spaces`, which
 * may be NULL. A socket without a cookie gets one by this (5.12).
 */
typedef void (*holder_handler)(void *context, const struct held_socket *held);
int holders_read(struct holder_scan *holders, struct iterator_reader *reader,
		 struct namespaces *spaces, holder_handler handle, void *context);

/*
 * Of one process, its threads included, by its number in the caller's pid namespace; one that has ended
 * holds nothing. Beyond a bound of time the rest is left out and noted. Linux 6.1: before, all are read.
 */
int holders_read_of(struct holder_scan *holders, struct iterator_reader *reader, uint32_t pid,
		    holder_handler handle, void *context);

/*
 * Only of the sockets with these inodes, at most WIRE_WANTED_MAX, further ones are not looked for:
 * in half the time.
 */
int holders_find(struct holder_scan *holders, struct iterator_reader *reader,
		 const uint64_t *inodes, size_t count, holder_handler handle, void *context);

#endif
