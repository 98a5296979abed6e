/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where evidence about a connect comes from: the kernel's hooks and lists, namespaces, and answers
 * of a moment ago. */
#ifndef EVIDENCE_SOURCES_H
#define EVIDENCE_SOURCES_H

#include "base/buf.h"
#include "diagnosis/collect.h"
#include "diagnosis/recent.h"
#include "evidence/hooks_arming.h"
#include "evidence/listener_snapshot.h"
#include "evidence/netns_switch.h"
#include "evidence/polled.h"
#include "evidence/question_cache.h"
#include "evidence/rule_traces.h"
#include "kernel/stall_hooks.h"
#include "kernel/tracer.h"

struct evidence_sources {
	struct tracer *tracer;
	struct stall_hooks *hooks;
	struct polled *polled; /* in place of the tracer and the hooks, which are NULL then */
	struct hooks_arming arming;
	struct socket_reader
		*socket_reader; /* NULL: no iterators over tasks; /proc is read instead */
	struct netns_switch netns;
	struct recent *recent; /* what recent events reported */
	struct stall_kernel kernel;
	struct question_cache places, listeners_elsewhere, queues, programs;
	struct question_cache routes, prohibits, ipsec, policies, neighbours, ports, devices,
		addresses, conntracks;
	struct listener_snapshots listeners;
	struct rule_traces rule_traces;
	uint64_t places_ns; /* no search of other namespaces before; CLOCK_MONOTONIC */
	struct stall_reject reject;
	uint64_t reject_asked_ns; /* ... of then; CLOCK_MONOTONIC */
	uint64_t reject_ns;	  /* no route is followed for it before */
	uint64_t rules_ns;	  /* no rules are read before; CLOCK_MONOTONIC */
	uint64_t holders_ns;	  /* no search for who holds a socket before; CLOCK_MONOTONIC */
	uint64_t programs_ns;	  /* no search for who has a tun open before; CLOCK_MONOTONIC */
	uint64_t conntracks_ns;	  /* the counters of all namespaces are not read before */
	uint64_t entries_ns;	  /* likewise for going through a whole table of entries */
	struct buf *recording; /* of a recording, for the records that are read here; NULL: none */
};

/*
 * The tracer, the hooks and the lists are opened by the caller, who hears what is missing, and
 * belong to the sources from then on. 0 or -errno.
 */
int evidence_sources_init(struct evidence_sources *sources);
void evidence_sources_release(struct evidence_sources *sources);

#endif
