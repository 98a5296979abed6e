/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * FILTER text -> expression -> does this flow match? The language that people know from ss(8), with
 * pid comm uid netns cgroup (and age) added. Pure: names are looked up through the functions that
 * the caller gives.
 */
#ifndef FILTER_FILTER_H
#define FILTER_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netstate/connection.h"
#include "netstate/flow.h"
#include "netstate/kernel_filter.h"

struct filter; /* opaque; immutable once parsed */

struct filter_lookups {
	/* 0, or -ENOENT. NULL: no names, numbers only. */
	int (*service)(const char *name, uint16_t *ret_port);
	int (*netns)(const char *name_or_path, uint32_t *ret_inode);
	int (*cgroup)(const char *path,
		      uint64_t *ret_id); /* for the pushdown; NULL or failing costs only that */
	int (*user)(const char *name, uint32_t *ret_uid);
	/* why `age`, `idle` and the like are refused, where subjects have none; NULL: they have */
	const char *no_age;
};

/* What a condition may compare and only the kernel's details of a connection report; times in ns. */
enum filter_value {
	FILTER_IDLE,
	FILTER_LAST_RECEIVED,
	FILTER_LAST_SENT,
	FILTER_LAST_ACK,
	FILTER_KEEPALIVE, /* 1: on */
	FILTER_KEEPALIVE_IDLE,
	FILTER_KEEPALIVE_INTERVAL,
	FILTER_KEEPALIVE_PROBES_LEFT,
	FILTER_SND_WND,
	FILTER_RCV_WND,
	FILTER_ZERO_WINDOW,
	FILTER_UNACKED,
	FILTER_GIVES_UP,
	FILTER_RECV_Q,
	FILTER_SEND_Q,
	FILTER_RTT,
	FILTER_RETRANSMITS,
	FILTER_BYTES_SENT,
	FILTER_BYTES_RECEIVED,
	FILTER_VALUES,
};

#define FILTER_UNKNOWN UINT64_MAX

struct filter_error {
	size_t offset; /* of the offending word in the text, bytes */
	size_t length; /* 0: the text ended too early */
	char text[160];
};

#define FILTER_KNOWS_DEVICE 1
#define FILTER_KNOWS_MARK 2
#define FILTER_KNOWS_AUTOBOUND 4

/* What a filter looks at. */
struct filter_subject {
	const struct flow *flow;
	unsigned int state; /* an event's new state, a connection's state; 0: has none (connect and
			       accept events) */
	const char *cgroup; /* path in the cgroup v2 hierarchy, or NULL */
	uint64_t age_ns;    /* UINT64_MAX: has none */
	bool age_at_least;  /* the true age is not known; it is age_ns or more */
	/* Of the socket, where `knows` has the bit. */
	unsigned int knows; /* FILTER_KNOWS_* */
	const char *device; /* name of the device that it is bound to; NULL: none */
	uint32_t mark;	    /* SO_MARK */
	bool autobound;	    /* the kernel chose the local port */
	/* By enum filter_value; FILTER_UNKNOWN: that one is not known. NULL: none is. */
	const uint64_t *values;
	const char *path, *peer_path; /* of a UNIX socket and its far end; NULL: none */
	/* All that hold the socket, where more than the flow's owner do: what is asked of the owner
	 * holds where it does of one of them. */
	const struct connection_owner *owners;
	size_t owner_count;
};

/* 0; -EINVAL with *ret_error; -ENOMEM. An empty or blank text gives a filter that matches
 * everything. */
int filter_parse(const char *text, const struct filter_lookups *lookups, struct filter **ret_filter,
		 struct filter_error *ret_error);
void filter_free(struct filter *filter);

bool filter_match(const struct filter *filter, const struct filter_subject *subject);

/*
 * False: it does not match, whatever becomes known of it that is not yet (a local port or address
 * of zero, no owner, no namespace, no cgroup's path). True where that could decide.
 */
bool filter_may_match(const struct filter *filter, const struct filter_subject *subject);

/* True where matching needs the subject's cgroup path, so that callers can spare the look-up. */
bool filter_wants_cgroup(const struct filter *filter);

/* True where matching needs what only the kernel's details of a socket report: dev, fwmark, autobound, idle ... */
bool filter_wants_details(const struct filter *filter);

/*
 * Adds the conjuncts that the kernel can decide to *filter_for_kernel, keeping what is there. The
 * expression itself is still to be matched on what comes through. False: no event can match (two
 * conjuncts contradict each other).
 */
bool filter_push_down(const struct filter *filter, struct kernel_filter *filter_for_kernel);

#endif
