/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Questions to the routing and neighbour tables of a namespace -> evidence. */
#include "evidence/path.h"

#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "diagnosis/drops.h"
#include "netlink/qdisc.h"
#include "netlink/rule.h"
#include "netlink/xfrm_policy.h"

#define ROUTE_KEEP_NS 500000000u
#define RULES_SHARE 20		    /* rules are read at most one part in so many of the time */
#define POLICY_KEEP_NS 50000000u    /* what accuses is not of a moment ago */
#define NEIGHBOUR_KEEP_NS 50000000u /* its state may come and go while a connect hangs */

static struct question question_about(uint32_t netns, const struct endpoint *to)
{
	struct question question = {.netns = netns, .to = *to};

	question.to.port = 0;
	return question;
}

static struct question question_for(uint32_t netns, const struct route_question *asked)
{
	return (struct question){
		.netns = netns,
		.uid = asked->uid,
		.mark = asked->mark,
		.ifindex = asked->ifindex,
		.from = asked->from,
		.to = asked->to,
	};
}

bool path_ask_route(struct evidence_sources *sources, uint32_t netns,
		    const struct route_question *asked, struct route_answer *ret_answer)
{
	const struct question question = question_for(netns, asked);
	uint64_t now = clock_monotonic_ns();
	const struct route_answer *known =
		question_cache_find(&sources->routes, &question, now, ROUTE_KEEP_NS);
	int err;

	if (known) {
		*ret_answer = *known;
		return true;
	}
	if (netns_switch_enter(&sources->netns, netns))
		return false;
	err = route_ask(asked, ret_answer);
	netns_switch_leave(&sources->netns);
	if (err)
		return false;
	question_cache_store(&sources->routes, &question, now, ret_answer);
	return true;
}

void path_collect_prohibits(struct evidence_sources *sources, struct stall *stall)
{
	struct question question = question_about(stall->flow.netns, &stall->flow.remote);
	uint64_t now = clock_monotonic_ns();
	const uint8_t *known =
		question_cache_find(&sources->prohibits, &question, now, ROUTE_KEEP_NS);

	stall->some_prohibited = known ? *known : STALL_NOT_KNOWN;
	if (known || netns_switch_enter(&sources->netns, question.netns))
		return;
	stall->some_prohibited = route_prohibits_some(&stall->flow.remote);
	netns_switch_leave(&sources->netns);
	if (stall->some_prohibited != STALL_NOT_KNOWN)
		question_cache_store(&sources->prohibits, &question, now, &stall->some_prohibited);
}

/* enum stall_neighbour of the next hop. */
static uint8_t ask_neighbour(struct evidence_sources *sources, uint32_t netns,
			     const struct route_answer *route)
{
	struct question question = question_about(netns, &route->next_hop);
	uint64_t now = clock_monotonic_ns();
	const uint8_t *known;
	uint8_t neighbour = STALL_NEIGHBOUR_UNKNOWN;
	int err;

	question.ifindex = route->ifindex;
	known = question_cache_find(&sources->neighbours, &question, now, NEIGHBOUR_KEEP_NS);
	if (known)
		return *known;
	if (netns_switch_enter(&sources->netns, netns))
		return STALL_NEIGHBOUR_UNKNOWN;
	err = neighbour_ask(route->ifindex, &question.to, &neighbour);
	netns_switch_leave(&sources->netns);
	if (!err)
		question_cache_store(&sources->neighbours, &question, now, &neighbour);
	return neighbour;
}

/* The SYN comes to an address of its own namespace. */
static void note_local(struct stall *stall)
{
	if (stall->peer.seen)
		return;
	stall->peer.seen = true;
	stall->peer.seen_netns = stall->flow.netns;
	stall->peer.seen_end = stall->flow.remote;
}

/* A SYN_SENT's own source is the one that its route gave it, and changes nothing. */
static struct route_question question_of(const struct stall *stall,
					 const struct socket_options *options)
{
	struct route_question question = {.to = stall->flow.remote, .uid = stall->flow.uid};

	if (options) {
		question.from = options->local;
		question.mark = options->mark;
		question.ifindex = options->ifindex;
	}
	return question;
}

void path_collect_ipsec(struct evidence_sources *sources, const struct socket_options *options,
			const struct route_answer *route, struct stall *stall)
{
	struct route_question asked = question_of(stall, options);
	struct question question;
	uint64_t now = clock_monotonic_ns();
	const uint8_t *known;

	asked.from = endpoint_has_address(&stall->flow.local) ? stall->flow.local : route->source;
	if (route->route != STALL_ROUTE_FOUND || route->local || !endpoint_has_address(&asked.from))
		return;
	question = question_for(stall->flow.netns, &asked);
	known = question_cache_find(&sources->ipsec, &question, now, POLICY_KEEP_NS);
	if (known) {
		stall->ipsec_blocks = *known;
		return;
	}
	if (netns_switch_enter(&sources->netns, question.netns))
		return;
	stall->ipsec_blocks = xfrm_policy_blocks(&asked, route->ifindex);
	netns_switch_leave(&sources->netns);
	if (stall->ipsec_blocks != STALL_NOT_KNOWN)
		question_cache_store(&sources->ipsec, &question, now, &stall->ipsec_blocks);
}

/*
 * IPv4 has no route from an address that its namespace does not have, whatever its tables say
 * (ip_route_output_key_hash_rcu() in net/ipv4/route.c): those are asked about without it.
 */
static bool ask_tables(struct evidence_sources *sources, uint32_t netns,
		       const struct route_question *asked, struct route_answer *ret_answer)
{
	struct route_question question = *asked, own = {.to = asked->from};
	struct route_answer answer, source;

	own.to.port = 0;
	if (!path_ask_route(sources, netns, asked, &answer))
		return false;
	if (answer.route == STALL_ROUTE_NONE && endpoint_is_v4(&asked->to) &&
	    endpoint_has_address(&asked->from)) {
		if (!path_ask_route(sources, netns, &own, &source))
			return false;
		question.from = (struct endpoint){};
		if (!source.local && !path_ask_route(sources, netns, &question, &answer))
			return false;
	}
	*ret_answer = answer;
	return true;
}

bool path_ask(struct evidence_sources *sources, const struct socket_options *options,
	      const struct stall *stall, struct route_answer *ret_answer)
{
	struct route_question question = question_of(stall, options);

	return ask_tables(sources, stall->flow.netns, &question, ret_answer);
}

/* IPv4 asks for a route without a source, then for one with the source that the first one gives:
 * ip_route_connect() in include/net/route.h. A rule may refuse that source. */
bool path_ask_refused(struct evidence_sources *sources, const struct socket_options *options,
		      const struct stall *stall, struct route_answer *ret_answer)
{
	struct route_question question = question_of(stall, options);
	struct route_answer answer;

	if (!options &&
	    endpoint_has_address(&stall->flow.local)) /* closed already: its call reported it */
		question.from = stall->flow.local;
	if (!ask_tables(sources, stall->flow.netns, &question, &answer))
		return false;
	if (answer.route == STALL_ROUTE_FOUND && endpoint_is_v4(&question.to) &&
	    !endpoint_has_address(&question.from) && endpoint_has_address(&answer.source)) {
		memcpy(question.from.addr, answer.source.addr, sizeof(question.from.addr));
		if (!path_ask_route(sources, stall->flow.netns, &question, &answer))
			return false;
		answer.source =
			question.from; /* the kernel names none where it is asked with one */
	}
	*ret_answer = answer;
	return true;
}

static void collect_queue(struct evidence_sources *sources, uint32_t ifindex, struct stall *stall)
{
	const struct question question = {.netns = stall->flow.netns, .ifindex = ifindex};
	uint64_t now = clock_monotonic_ns();
	const struct qdisc_answer *known =
		question_cache_find(&sources->queues, &question, now, NEIGHBOUR_KEEP_NS);
	struct qdisc_answer answer;
	int err;

	stall->queue_known = false;
	stall->queue_packets = 0;
	if (!known) {
		if (netns_switch_enter(&sources->netns, question.netns))
			return;
		err = qdisc_ask(ifindex, &answer);
		netns_switch_leave(&sources->netns);
		if (err)
			return;
		question_cache_store(&sources->queues, &question, now, &answer);
		known = &answer;
	}
	stall->queue_known = true;
	stall->queue_packets = known->packets;
	snprintf(stall->queue_kind, sizeof(stall->queue_kind), "%s", known->kind);
}

static bool is_standard(uint32_t table)
{
	return !table || table == RT_TABLE_MAIN || table == RT_TABLE_LOCAL ||
	       table == RT_TABLE_DEFAULT;
}

/* What another socket of its user would do. */
static void ask_other(struct evidence_sources *sources, const struct stall *stall,
		      const struct route_answer *route, struct stall_policy *policy)
{
	struct route_question plain = {.to = stall->flow.remote, .uid = stall->flow.uid};
	struct route_answer other;

	if (!path_ask_route(sources, stall->flow.netns, &plain, &other))
		return;
	policy->differs = other.table != route->table;
	policy->other_route = other.route;
	policy->other_hop = other.next_hop;
	snprintf(policy->other_device, sizeof(policy->other_device), "%s", other.device);
}

static void ask_rule(struct evidence_sources *sources, uint32_t netns,
		     const struct route_question *asked, struct stall_policy *policy)
{
	uint64_t before = clock_monotonic_ns();
	struct rule_answer rule;

	if (before < sources->rules_ns || netns_switch_enter(&sources->netns, netns))
		return;
	if (!rule_ask(asked, policy->table, &rule)) {
		policy->priority = rule.priority;
		snprintf(policy->rule, sizeof(policy->rule), "%s", rule.text);
	}
	netns_switch_leave(&sources->netns);
	sources->rules_ns = before + (clock_monotonic_ns() - before) * RULES_SHARE;
}

void path_collect_policy(struct evidence_sources *sources, const struct socket_options *options,
			 const struct route_answer *route, struct stall *stall)
{
	struct route_question asked = question_of(stall, options);
	struct question question = question_for(stall->flow.netns, &asked);
	struct stall_policy policy = {.table = route->table};
	uint64_t now = clock_monotonic_ns();
	const struct stall_policy *known;

	if (route->route != STALL_ROUTE_FOUND || is_standard(route->table)) {
		stall->policy = (struct stall_policy){};
		return;
	}
	known = question_cache_find(&sources->policies, &question, now, ROUTE_KEEP_NS);
	if (known && known->table == route->table) {
		stall->policy = *known;
		return;
	}
	ask_rule(sources, stall->flow.netns, &asked, &policy);
	ask_other(sources, stall, route, &policy);
	if (policy.rule[0])
		question_cache_store(&sources->policies, &question, now, &policy);
	stall->policy = policy;
}

void path_collect(struct evidence_sources *sources, const struct route_answer *route,
		  struct stall *stall)
{
	stall->route = route->route;
	snprintf(stall->route_text, sizeof(stall->route_text), "%s", route->text);
	snprintf(stall->device, sizeof(stall->device), "%s", route->device);
	stall->next_hop = route->next_hop;
	if (route->local)
		note_local(stall);
	if (stall->end == STALL_GOES_ON && route->ifindex && !route->local &&
	    (stall->in_host || stall->data_in_host || stall->retries_busy || stall->retries_failed))
		stall->neighbour = ask_neighbour(sources, stall->flow.netns, route);
	if (stall->end == STALL_GOES_ON && route->ifindex && !route->local && stall->in_host)
		collect_queue(sources, route->ifindex, stall);
}

void path_collect_local(struct evidence_sources *sources, struct stall *stall)
{
	struct route_answer route;

	if (path_ask(sources, NULL, stall, &route) && route.local)
		note_local(stall);
}

/* As ip_route_me_harder() asks (net/ipv4/netfilter.c): by the packet, not by the socket. */
void path_collect_reroute(struct evidence_sources *sources, const struct socket_options *options,
			  struct stall *stall)
{
	const struct stall_drop *drop = drop_may_be_reroute(stall, clock_monotonic_ns());
	struct stall_reroute reroute = {};
	struct route_question question;
	struct route_answer answer;

	if (drop) {
		question = (struct route_question){
			.to = drop->to,
			.from = drop->from,
			.mark = drop->mark,
			.ifindex = options->ifindex,
		};
		question.to.port = question.from.port = 0;
		reroute.mark = drop->mark;
		if (path_ask_route(sources, stall->flow.netns, &question, &answer)) {
			reroute.route = answer.route;
			snprintf(reroute.text, sizeof(reroute.text), "%s", answer.text);
		}
	}
	stall->reroute = reroute;
}
