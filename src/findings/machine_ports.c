/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Local ports towards one destination; limits of minisockets, orphans and tracked connections. Pure. */
#include "findings/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WARN_PERCENT 80
#define CRITICAL_PERCENT 95
#define TIME_WAIT_MS (60 * SECOND)
#define RECENT_MS (10 * SECOND) /* of TIME_WAITs: how fast they come */

struct range {
	uint64_t low, high;
};

static struct range range_of(const struct judging *judging, uint32_t netns)
{
	return (struct range){setting_of(judging, netns, SPACE_PORT_LOW),
			      setting_of(judging, netns, SPACE_PORT_HIGH)};
}

/* A client's end: its port was taken from the range, nobody listens there. */
static bool is_client_end(const struct judging *judging, const struct socket_detail *socket)
{
	struct range range;

	if (socket->state == TCP_STATE_LISTEN || socket->form == SOCKET_REQUEST)
		return false;
	range = range_of(judging, socket->flow.netns);
	return socket->flow.local.port >= range.low && socket->flow.local.port <= range.high &&
	       !listener_of(judging, socket);
}

static int by_destination(const void *a, const void *b, void *context)
{
	const struct socket_detail *sockets = context;
	const struct flow *left = &sockets[*(const uint32_t *)a].flow;
	const struct flow *right = &sockets[*(const uint32_t *)b].flow;
	int order;

	if (left->netns != right->netns)
		return left->netns < right->netns ? -1 : 1;
	order = compare_end(&left->remote, &right->remote);
	return order ? order : memcmp(left->local.addr, right->local.addr, 16);
}

static bool same_destination(const struct flow *a, const struct flow *b)
{
	return a->netns == b->netns && !compare_end(&a->remote, &b->remote) &&
	       !memcmp(a->local.addr, b->local.addr, 16);
}

struct users {
	uint32_t time_waits, recent, expiring;
	uint32_t pid, votes; /* most of the others, by majority vote */
	uint32_t sample;
};

static void count_user(struct users *users, const struct socket_detail *socket, uint32_t index)
{
	if (socket->state == TCP_STATE_TIME_WAIT) {
		users->time_waits++;
		users->recent += socket->timer_ms > (int32_t)(TIME_WAIT_MS - RECENT_MS);
		users->expiring += socket->timer_ms < (int32_t)RECENT_MS;
		return;
	}
	if (!users->votes) {
		users->pid = socket->flow.pid;
		users->sample = index;
	}
	users->votes += socket->flow.pid == users->pid ? 1u : -1u;
}

static void tell_trend(struct finding *finding, const struct users *users, uint64_t left)
{
	uint32_t come = users->recent, go = users->expiring;

	if (!come)
		return;
	finding->rate_milli = (uint64_t)come * 1000 * 1000 / RECENT_MS;
	finding_line(finding,
		     "%u connections a second end here in TIME_WAIT, which holds a port for "
		     "60 s",
		     come / (RECENT_MS / SECOND));
	if (come > go)
		finding->limit.eta_ms = left * RECENT_MS / (come - go);
	if (finding->limit.eta_ms != UINT64_MAX)
		finding_line(finding, "used up in %s at this rate",
			     span_text(finding->limit.eta_ms).s);
}

static int tell_ports(const struct judging *judging, const uint32_t *list, size_t count,
		      struct findings *findings)
{
	const struct socket_detail *sockets = judging->evidence->sockets;
	const struct socket_detail *socket = &sockets[list[0]];
	struct range range = range_of(judging, socket->flow.netns);
	uint64_t room = range.high - range.low + 1;
	struct finding finding = machine_finding(FINDING_PORTS_RUN_OUT);
	struct users users = {};
	bool chosen = false;

	if (count * 100 < room * WARN_PERCENT)
		return 0;
	for (size_t i = 0; i < count; i++) {
		count_user(&users, &sockets[list[i]], list[i]);
		machine_connection(&finding, list[i]);
		chosen |= is_chosen(judging, list[i]);
	}
	if (!chosen)
		return 0;
	finding.count = (uint32_t)count;
	finding.severity = count * 100 >= room * CRITICAL_PERCENT ? FINDING_CRITICAL : FINDING_WARN;
	finding.confidence = FINDING_HIGH;
	finding_subject_of(judging, &finding, users.votes ? &sockets[users.sample] : socket);
	finding.limit = (struct finding_limit){
		.name = "local ports", .used = count, .max = room, .eta_ms = UINT64_MAX};
	finding_title(&finding,
		      "ports from %s to %s: %zu of %llu used, connect() %s with "
		      "EADDRNOTAVAIL",
		      addr_text(&socket->flow.local).s, end_text(&socket->flow.remote).s, count,
		      (unsigned long long)room, count >= room ? "fails" : "will fail");
	finding_line(&finding, "%u in TIME_WAIT, %zu in other states%s%s", users.time_waits,
		     count - users.time_waits, users.votes && users.pid ? ", most of " : "",
		     users.votes && users.pid
			     ? who_text(users.pid, sockets[users.sample].flow.comm).s
			     : "");
	finding_line(&finding, "ip_local_port_range %llu-%llu", (unsigned long long)range.low,
		     (unsigned long long)range.high);
	tell_trend(&finding, &users, room > count ? room - count : 0);
	finding_advice(&finding,
		       "keep connections open and use them again; or more source addresses, "
		       "a wider range");
	finding_command(judging, &finding, "ss -tan dst %s", end_text(&socket->flow.remote).s);
	return findings_add(findings, &finding);
}

int machine_ports(struct judging *judging, struct findings *findings, bool explain)
{
	const struct socket_detail *sockets = judging->evidence->sockets;
	size_t count, begin = 0;
	uint32_t *list;
	int err;

	if (explain)
		return 0;
	err = machine_collect(judging, is_client_end, by_destination, &list, &count);
	if (err)
		return err;
	for (size_t i = 1; !err && i <= count; i++) {
		if (i < count &&
		    same_destination(&sockets[list[begin]].flow, &sockets[list[i]].flow))
			continue;
		err = tell_ports(judging, list + begin, i - begin, findings);
		begin = i;
	}
	free(list);
	return err;
}

/* ---------------------------------------------------------------- limits */

static bool is_near(uint64_t used, uint64_t max, unsigned int percent)
{
	return max && max != EVIDENCE_UNKNOWN64 && used != EVIDENCE_UNKNOWN64 &&
	       used * 100 >= max * percent;
}

static int tell_limit(struct judging *judging, struct findings *findings, unsigned int kind,
		      const struct evidence_space *space, const char *setting, uint64_t used,
		      uint64_t max, const char *what)
{
	struct finding finding = machine_finding(kind);

	if (!is_space_chosen(judging, space))
		return 0;
	finding.count = (uint32_t)used;
	finding.severity = is_near(used, max, CRITICAL_PERCENT) ? FINDING_CRITICAL : FINDING_WARN;
	finding.confidence = FINDING_HIGH;
	finding.netns = space->netns;
	memcpy(finding.netns_name, space->name, sizeof(finding.netns_name));
	finding.limit = (struct finding_limit){.used = used, .max = max, .eta_ms = UINT64_MAX};
	snprintf(finding.limit.name, sizeof(finding.limit.name), "%s", setting);
	finding_title(&finding, "%s: %llu of %llu (%s)%s", space_text(judging, space->netns).s,
		      (unsigned long long)used, (unsigned long long)max, setting, what);
	finding_advice(&finding, "raise the limit, or find what makes so many");
	finding_command(judging, &finding, "sysctl -a -r %s", setting);
	return findings_add(findings, &finding);
}

static int limits_of(struct judging *judging, struct findings *findings,
		     const struct evidence_space *space)
{
	const struct evidence *evidence = judging->evidence;
	uint64_t tracked = space->settings[SPACE_CT_COUNT], max = space->settings[SPACE_CT_MAX];
	uint64_t buckets = space->settings[SPACE_TW_BUCKETS], waiting = 0;
	int err = 0;

	for (size_t i = 0; i < evidence->socket_count; i++)
		waiting += evidence->sockets[i].form == SOCKET_TIME_WAIT &&
			   evidence->sockets[i].flow.netns == space->netns;
	if (is_near(waiting, buckets, WARN_PERCENT))
		err = tell_limit(
			judging, findings, FINDING_TIME_WAIT_LIMIT, space, "tcp_max_tw_buckets",
			waiting, buckets,
			" in TIME_WAIT: beyond, they are dropped at once and late segments "
			"meet a new connection");
	if (!err && is_near(tracked, max, 90))
		err = tell_limit(judging, findings, FINDING_CONNTRACK_FULL, space,
				 "nf_conntrack_max", tracked, max,
				 " tracked connections: beyond, new connections are dropped");
	return err;
}

static int tell_orphans(struct judging *judging, struct findings *findings)
{
	const struct evidence *evidence = judging->evidence;
	uint64_t orphans = 0, max = EVIDENCE_UNKNOWN64;

	for (size_t i = 0; i < evidence->socket_count; i++)
		orphans += evidence->sockets[i].flags & SOCKET_ORPHAN ? 1 : 0;
	for (size_t i = 0; i < evidence->space_count; i++) {
		if (evidence->spaces[i].settings[SPACE_ORPHANS] != EVIDENCE_UNKNOWN64)
			max = evidence->spaces[i].settings[SPACE_ORPHANS];
	}
	if (!is_near(orphans, max, 50))
		return 0;
	return tell_limit(judging, findings, FINDING_ORPHAN_LIMIT, &evidence->spaces[0],
			  "tcp_max_orphans", orphans, max,
			  " orphans: beyond, connections are reset at close");
}

int machine_limits(struct judging *judging, struct findings *findings, bool explain)
{
	const struct evidence *evidence = judging->evidence;
	int err = 0;

	if (explain)
		return 0;
	for (size_t i = 0; !err && i < evidence->space_count; i++)
		err = limits_of(judging, findings, &evidence->spaces[i]);
	return err ? err : tell_orphans(judging, findings);
}
