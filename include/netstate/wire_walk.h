/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What bpf/walk.bpf.c and src/kernel/walk.c share through mapped memory: what is asked for, how far
 * the walk is, and what the last run left. The rows are struct wire_listed, or struct wire_detail
 * where bpf/walk_details.bpf.c walks.
 */
#ifndef NETSTATE_WIRE_WALK_H
#define NETSTATE_WIRE_WALK_H

#include "netstate/wire_detail.h"
#include "netstate/wire_list.h"

/* What each row of a walk begins with. */
struct wire_walk_row {
	__u64 ktime_ns;
	struct wire_sock sock;
	__u32 bucket;
	__u32 other;
};

/* Rows that one run leaves at most: some 200 are read in the time that a run has. */
#define WIRE_WALK_ROWS 1024
/* Namespaces that are noted; one that is not noted is still walked unless it has a table of its own. */
#define WIRE_WALK_NETS 16384

/* struct wire_walk.stop: why the run ended */
#define WIRE_WALK_TIME 0  /* its time was up, or the rows were full */
#define WIRE_WALK_END 1	  /* everything was read */
#define WIRE_WALK_MOVES 2 /* something moved in a bucket at each reading: go on a little later */

/* Set before the first run of a walk. */
struct wire_walk_request {
	__u64 budget_ns; /* of one run, in which preemption is off */
	__u32 states;	 /* bits 1 << the kernel's state; minisockets by theirs */
	__u32 netns;	 /* inode; 0: all */
	__u16 lport;	 /* 0: all */
	__u8 details;
	__u8 pad[5];
};

/* What the last run left. */
struct wire_walk_answer {
	__u32 rows;	 /* in the array of rows */
	__u32 complete;	 /* so many of them belong to buckets that were read to their end */
	__u32 stop;	 /* WIRE_WALK_* */
	__u32 restarted; /* 1: what earlier runs left of an unfinished bucket is void */
	__u32 continues; /* 1: the bucket that earlier runs left unfinished is so still */
	__u32 run_ns;	 /* that preemption was off */
	__u64 moved;	 /* over the whole walk: buckets read again because something moved */
	__u64 unsettled; /* buckets that never stood still: sockets that moved may be missing */
	__u64 lost_nets; /* tables that went with their namespace before they were read to the end */
};

/* One network namespace of the kernel's list. */
struct wire_walk_net {
	__u64 net; /* address */
	__u32 inode;
	__u32 own; /* 1: it has a hash table of its own */
};

/* What find_tables leaves. */
struct wire_walk_tables {
	__u64 shared;	/* struct inet_hashinfo; 0: not found */
	__u64 head;	/* of the kernel's list of namespaces */
	__u64 next;	/* struct net to note next; 0: begin, or all are noted */
	__u32 nets;	/* noted */
	__u32 unlisted; /* had no room */
	__u32 restarts; /* the namespace to go on from had gone */
	__u32 done;
};

#define WIRE_WALK_ROW_BEGINS(row)                                                                  \
	_Static_assert(__builtin_offsetof(struct row, ktime_ns) == 0 &&                            \
			       __builtin_offsetof(struct row, sock) ==                             \
				       __builtin_offsetof(struct wire_walk_row, sock) &&           \
			       __builtin_offsetof(struct row, bucket) ==                           \
				       __builtin_offsetof(struct wire_walk_row, bucket),           \
		       #row)
WIRE_WALK_ROW_BEGINS(wire_listed);
WIRE_WALK_ROW_BEGINS(wire_detail);
_Static_assert(sizeof(struct wire_walk_request) == 24, "wire_walk_request");
_Static_assert(sizeof(struct wire_walk_answer) == 48, "wire_walk_answer");
_Static_assert(sizeof(struct wire_walk_net) == 16, "wire_walk_net");
_Static_assert(sizeof(struct wire_walk_tables) == 40, "wire_walk_tables");

#endif
