/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What recent events reported about listeners (whose, last accept) and about who left connections
 * in TIME_WAIT towards which destination, and which connects were answered. Bounded: a slot that two share forgets the older. Pure.
 */
#ifndef DIAGNOSIS_RECENT_H
#define DIAGNOSIS_RECENT_H

#include <stdint.h>

#include "netstate/event.h"

#define RECENT_TIME_WAIT_NS 60000000000ull /* TCP_TIMEWAIT_LEN */

struct recent; /* opaque */

struct recent_owner {
	uint32_t pid; /* 0: not known */
	char comm[FLOW_COMM_SIZE];
	uint64_t last_accept_ns; /* of listeners; 0: none seen */
	uint32_t count;		 /* of holders: connections */
};

/* 0 or -ENOMEM. */
int recent_new(struct recent **ret_recent);
void recent_free(struct recent *recent);

void recent_event(struct recent *recent, const struct event *event);

/* The listener on this port of this namespace. */
void recent_listener(const struct recent *recent, uint32_t netns, uint16_t lport,
		     struct recent_owner *ret_owner);

/* Whose connections towards `remote` most of those in TIME_WAIT are. */
void recent_holder(const struct recent *recent, uint32_t netns, const struct endpoint *remote,
		   uint64_t now_ns, struct recent_owner *ret_owner);

/* The last connect from this namespace to `remote` that was answered. */
struct recent_connect {
	uint64_t start_ns; /* 0: none is known */
	struct endpoint local;
};

void recent_answered(const struct recent *recent, uint32_t netns, const struct endpoint *remote,
		     struct recent_connect *ret_connect);

#endif
