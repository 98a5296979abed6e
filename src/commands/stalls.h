/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the files of `netstate stalls` share. */
#ifndef COMMANDS_STALLS_H
#define COMMANDS_STALLS_H

#include "base/loop.h"
#include "commands/selection.h"
#include "diagnosis/attempts.h"
#include "diagnosis/recent.h"
#include "netlink/route.h"
#include "sink/output.h"
#include "evidence/netns_switch.h"
#include "kernel/stall_hooks.h"
#include "kernel/tracer.h"
#include "view/stall.h"

#define STALLS_SUMMARY_MAX 256 /* destinations with a verdict; more are counted together */

struct stalls_sum {
	struct endpoint remote;
	const char *verdict;
	uint64_t count, longest_ns;
	uint32_t pid; /* of the last */
	char comm[FLOW_COMM_SIZE];
};

struct stalls_summary {
	struct stalls_sum rows[STALLS_SUMMARY_MAX];
	unsigned int count;
	uint64_t others;
};

/*
 * Answers of the routing tables, for many connects that hang and storms of failures: asked anew
 * after STALLS_ANSWER_NS; what may come and go while a connect hangs (the state of a neighbour,
 * the length of an accept queue) after STALLS_SIGHT_NS.
 */
#define STALLS_ANSWERS 1024
#define STALLS_ANSWER_NS 500000000u
#define STALLS_SIGHT_NS 50000000u

struct stalls_answer {
	uint64_t at_ns; /* 0: none */
	uint32_t netns;
	uint32_t asker; /* a neighbour's device, a route's user; else 0 */
	struct endpoint end;
	union {
		struct route_answer route;
		uint8_t neighbour; /* enum stall_neighbour */
		struct stall_ports ports;
		bool prohibits;
	};
};

/* Who holds this socket. pid 0: not found. */
struct stalls_owner {
	uint64_t sock, inode; /* inode 0: not known */
	uint32_t pid, uid;
	char comm[FLOW_COMM_SIZE];
};

struct stalls_listener {
	struct wire_stall_listener sock;
	struct stalls_owner owner;
	uint64_t owner_ns; /* when it was looked for; 0: not yet */
};

/* The listeners of a namespace at one moment. */
#define STALLS_SIGHTS                                                                              \
	16 /* namespaces; the one that was not used for the longest time gives way                 \
	    */
struct stalls_sight {
	uint32_t netns;
	uint64_t until_ns, used_ns;
	uint64_t owners_until_ns; /* no pass over all descriptors before */
	bool whole;		  /* these are all that there were */
	size_t count, room;
	struct stalls_listener *rows; /* by address of the socket */
};

struct stalls {
	/* settings */
	struct selection selection;
	bool json, summary, listeners;
	int time, color;
	uint64_t threshold_ns, duration_ns, count;
	const char *record_path;
	/* at work */
	struct view view;
	struct output output, record;
	struct tracer *tracer;
	struct stall_hooks *hooks;
	struct socket_lists *lists;
	struct netns_switch netns;
	struct attempts *attempts;
	struct recent *recent;
	struct stall_kernel kernel;
	struct stalls_summary totals;
	struct stalls_answer routes[STALLS_ANSWERS], neighbours[STALLS_ANSWERS],
		ports[STALLS_ANSWERS], prohibits[STALLS_ANSWERS];
	struct stalls_sight sights[STALLS_SIGHTS];
	bool ended, armed;
	bool ipv6_used;	    /* some namespace had an address at the start that others may reach */
	uint64_t ipv6_ns;   /* else: the last IPv6 connect to another machine; 0: none of late */
	uint64_t unused_ns; /* since when the hooks on the packet path are not needed */
	uint64_t reports, undecoded;
	unsigned int batch; /* events since the last look at everything else */
};

/* stalls_look.c: what only the kernel and /proc can tell about a connect. */
bool stalls_watch(void *stalls, struct attempt *attempt);
void stalls_unwatch(void *stalls, struct attempt *attempt);
bool stalls_look(void *stalls, struct attempt *attempt);
/* Connects that hang already, in every namespace. */
void stalls_find_old(struct stalls *stalls);

/* stalls_hooks.c: attaches and detaches what is on the packet path. Returns when to call again. */
uint64_t stalls_keep_hooks(struct stalls *stalls, uint64_t now);
/* Where no address told it at the start: is this a connect to another machine? */
void stalls_use_ipv6(struct stalls *stalls, const struct event *event);

/* --record: what the verdicts rest on, in the order in which it was taken. */
void stalls_keep(struct stalls *stalls, const void *record, size_t size);

/*
 * stalls_answer.c: the slot of this question among STALLS_ANSWERS; *ret_fresh: it holds an answer
 * younger than keep_ns. Else it is made ready for a new one.
 */
struct stalls_answer *stalls_answer(struct stalls_answer *answers, uint64_t keep_ns, uint32_t netns,
				    uint32_t asker, const struct endpoint *end, bool *ret_fresh);
/* False: not known. */
bool stalls_ask_route(struct stalls *stalls, uint32_t netns, uint32_t uid,
		      const struct endpoint *remote, struct route_answer *ret_answer);
bool stalls_ask_prohibits_some(struct stalls *stalls, uint32_t netns,
			       const struct endpoint *remote);
/* enum stall_neighbour of the next hop. */
uint8_t stalls_ask_neighbour(struct stalls *stalls, uint32_t netns,
			     const struct route_answer *route);

/* stalls_sight.c: as it is now, or was STALLS_SIGHT_NS ago at most (longer where a look is dear).
 */
struct stalls_sight *stalls_sight(struct stalls *stalls, uint32_t netns);
/* `listener` is of this sight; `pid` may be its process (0: nobody known). */
const struct stalls_owner *stalls_sight_owner(struct stalls *stalls, struct stalls_sight *sight,
					      struct stalls_listener *listener, uint32_t pid);
void stalls_sights_release(struct stalls *stalls);

/* stalls_owner.c: one pass over all descriptors, by the iterator or else through /proc; puts
 * `owners` into order for the next function. */
void stalls_find_owners(struct stalls *stalls, struct stalls_owner *owners, size_t count);
/* NULL: not among them. */
const struct stalls_owner *stalls_owner_of(const struct stalls_owner *owners, size_t count,
					   uint64_t sock);
/* Does this process have a descriptor of owner->inode? It is filled then. */
bool stalls_holds(uint32_t pid, struct stalls_owner *owner);

/* stalls_peer.c: in a namespace that was entered by the caller, or entered here. */
void stalls_look_peer(struct stalls *stalls, struct stall *stall);
void stalls_look_ports(struct stalls *stalls, struct stall *stall);

/* stalls_report.c */
void stalls_report(void *stalls, struct attempt *attempt, enum stall_update update);
bool stalls_wanted(void *stalls, const struct flow *flow);
bool stalls_excluded(void *stalls, const struct flow *flow);
void stalls_print_summary(struct stalls *stalls);

/* stalls_listeners.c: netstate stalls --listeners. An exit status. */
int stalls_watch_listeners(struct stalls *stalls);

#endif
