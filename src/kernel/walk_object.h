/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The loaded programs of a walk and the memory that they share with it. */
#ifndef KERNEL_WALK_OBJECT_H
#define KERNEL_WALK_OBJECT_H

#include <stddef.h>

#include "kernel/holders.h"
#include "netstate/wire_walk.h"

struct bpf_link;
struct bpf_program;
struct walk_bpf;
struct walk_details_bpf;

/* Zero-initialise. */
struct walk_object {
	struct walk_bpf *lists;
	struct walk_details_bpf *details; /* one of the two */
	const struct bpf_program *find_tables, *walk;
	const struct bpf_program *walk_bound; /* of lists */
	struct bpf_link *tasks;		      /* of details */
	struct holder_scan holders;
	struct wire_walk_request *request;
	const struct wire_walk_answer *answer;
	struct wire_walk_tables *tables;
	void *rows;
	struct wire_walk_net *nets;
	size_t row_size;
};

/* Rows are struct wire_listed. 0 or -errno. */
int walk_object_open(struct walk_object *object);
/* Rows are struct wire_detail. 0; -ENOTSUP where the kernel has no typed reads (6.2); or -errno. */
int walk_object_open_details(struct walk_object *object);
void walk_object_close(struct walk_object *object);

#endif
