/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the kernel side counts, COUNTERS_SETS a CPU to be added up. For state records, exactly and
 * while no record is under way: sum of transitions = emitted[STATE] + filtered + lost[STATE] +
 * lost_memory + lost_unseen.
 */
#ifndef NETSTATE_COUNTERS_H
#define NETSTATE_COUNTERS_H

#include <linux/types.h>

#define COUNTERS_STATES 16 /* enum tcp_state and room; a power of two for the verifier */
#define COUNTERS_SETS 2	   /* see counters_get() in bpf/maps.bpf.h */
#define COUNTERS_KINDS 8   /* WIRE_KIND_* below this have counters */

struct counters {
	__u64 transitions[COUNTERS_STATES * COUNTERS_STATES]; /* [old * COUNTERS_STATES + new] */
	__u64 emitted[COUNTERS_KINDS];			      /* records in the ring, by kind */
	__u64 lost[COUNTERS_KINDS];			      /* the ring was full */
	__u64 filtered;	      /* state records that the settings keep back */
	__u64 filtered_calls; /* connect and accept records, likewise */
	__u64 lost_memory;    /* transitions of sockets for which there was no memory */
	__u64 rescued; /* transitions that only the second copy saw (the first was interrupted) */
	__u64 owners_lost; /* sock_hash was full: an accepted connection's owner stays the
			      listener's */
	__u64 starts_lost; /* connect_calls was full: latency and destination of a connect unknown
			    */
	__u64 lost_unseen; /* transitions that no copy saw, but a later one of the socket proves */
};

#endif
