/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Local ports towards one destination. Pure. */
#include "findings/machine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WARN_PERCENT 80
#define CRITICAL_PERCENT 95
#define TIME_WAIT_MS (60 * SECOND)
#define RECENT_MS (10 * SECOND) /* of TIME_WAITs: how fast they come */
#define RECENT_MIN_MS SECOND

struct range {
	uint64_t low, high;
};

static struct range range_of(const struct judging *judging, uint32_t netns)
{
	return (struct range){setting_of(judging, netns, SPACE_PORT_LOW),
			      setting_of(judging, netns, SPACE_PORT_HIGH)};
}

static uint64_t room_of(struct range range)
{
	return range.high - range.low + 1;
}

#define SHARES 4096u /* a power of two */

/* Connections by a hash of their destination: most are too few to be sorted. */
struct shares {
	uint32_t counts[SHARES];
};

static uint32_t share_of(const struct flow *flow)
{
	uint64_t hash = flow->netns, words[2];

	memcpy(words, flow->remote.addr, sizeof(words));
	hash = (hash ^ words[0] ^ flow->remote.port) * 0x9e3779b97f4a7c15ULL;
	hash = (hash ^ hash >> 29 ^ words[1]) * 0x94d049bb133111ebULL;
	return (uint32_t)(hash >> 40) & (SHARES - 1);
}

static bool has_port(const struct socket_detail *socket)
{
	return socket->state != TCP_STATE_LISTEN && socket->form != SOCKET_REQUEST;
}

static struct shares *count_shares(const struct evidence *evidence)
{
	struct shares *shares = calloc(1, sizeof(*shares));

	for (size_t i = 0; shares && i < evidence->socket_count; i++)
		shares->counts[share_of(&evidence->sockets[i].flow)] +=
			has_port(&evidence->sockets[i]);
	return shares;
}

/* A client's end of one of many connections: its port was taken from the range, nobody listens there. */
static bool is_client_end(const struct judging *judging, const struct socket_detail *socket)
{
	struct range range;

	if (!has_port(socket))
		return false;
	range = range_of(judging, socket->flow.netns);
	return socket->flow.local.port >= range.low && socket->flow.local.port <= range.high &&
	       (uint64_t)judging->shares->counts[share_of(&socket->flow)] * 100 >=
		       room_of(range) * WARN_PERCENT &&
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

/* A watch shows what comes now; of a single snapshot the last seconds must do. */
static uint32_t recent_ms(const struct judging *judging)
{
	uint64_t watch_ms = judging->evidence->watch_ns / 1000000;

	if (!watch_ms || watch_ms > RECENT_MS)
		return RECENT_MS;
	return watch_ms < RECENT_MIN_MS ? RECENT_MIN_MS : (uint32_t)watch_ms;
}

static void count_user(struct users *users, const struct socket_detail *socket, uint32_t index,
		       uint32_t recent)
{
	if (socket->state == TCP_STATE_TIME_WAIT) {
		users->time_waits++;
		users->recent += socket->timer_ms > (int32_t)(TIME_WAIT_MS - recent);
		users->expiring += socket->timer_ms < (int32_t)recent;
		return;
	}
	if (!users->votes) {
		users->pid = socket->flow.pid;
		users->sample = index;
	}
	users->votes += socket->flow.pid == users->pid ? 1u : -1u;
}

/* Minisockets have no process: who closed the most of them while it was watched; NULL. */
static const struct evidence_event *maker_of(const struct judging *judging, const struct flow *flow)
{
	const struct evidence *evidence = judging->evidence;
	const struct evidence_event *most = NULL;

	for (size_t i = 0; i < evidence->event_count; i++) {
		const struct evidence_event *event = &evidence->events[i];

		if (event->kind == EVIDENCE_STATE && event->value == TCP_STATE_TIME_WAIT &&
		    event->flow.pid && event->netns == flow->netns &&
		    same_end(&event->flow.remote, &flow->remote) &&
		    (!most || event->value2 > most->value2))
			most = event;
	}
	return most;
}

static void describe_maker(const struct judging *judging, struct finding *finding,
			   const struct flow *flow)
{
	const struct evidence_event *maker = maker_of(judging, flow);

	if (!maker)
		return;
	finding_line(finding, "%s made %u of the TIME_WAITs in the %s that were watched",
		     who_text(maker->flow.pid, maker->flow.comm).s, maker->value2,
		     span_text(judging->evidence->watch_ns / 1000000).s);
	if (finding->pid)
		return;
	finding->pid = maker->flow.pid;
	memcpy(finding->comm, maker->flow.comm, sizeof(finding->comm));
}

static void describe_trend(struct finding *finding, const struct users *users, uint64_t left,
			   uint32_t recent)
{
	uint32_t come = users->recent, go = users->expiring;

	if (!come)
		return;
	finding->rate_milli = (uint64_t)come * 1000 * 1000 / recent;
	finding_line(finding,
		     "%u.%u connections a second ended here in TIME_WAIT, which holds a port for "
		     "60 s, in the last %s",
		     (unsigned int)(finding->rate_milli / 1000),
		     (unsigned int)(finding->rate_milli % 1000 / 100), span_text(recent).s);
	if (come > go)
		finding->limit.eta_ms = left * recent / (come - go);
	if (finding->limit.eta_ms != UINT64_MAX)
		finding_line(finding, "used up in %s at this rate",
			     span_text(finding->limit.eta_ms).s);
}

static int describe_ports(struct judging *judging, const uint32_t *list, size_t count,
			  struct findings *findings)
{
	const struct socket_detail *sockets = judging->evidence->sockets;
	const struct socket_detail *socket = &sockets[list[0]];
	struct range range = range_of(judging, socket->flow.netns);
	uint64_t room = room_of(range);
	uint32_t recent = recent_ms(judging);
	struct finding finding = machine_finding(FINDING_PORTS_RUN_OUT);
	struct users users = {};
	bool chosen = false;

	if (count * 100 < room * WARN_PERCENT)
		return 0;
	for (size_t i = 0; i < count; i++) {
		count_user(&users, &sockets[list[i]], list[i], recent);
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
	describe_maker(judging, &finding, &socket->flow);
	finding_line(&finding, "ip_local_port_range %llu-%llu", (unsigned long long)range.low,
		     (unsigned long long)range.high);
	describe_trend(&finding, &users, room > count ? room - count : 0, recent);
	finding_advice(&finding,
		       "reuse connections; or add source addresses, or widen the port range");
	finding_command(judging, &finding, "ss -tan dst %s", end_text(&socket->flow.remote).s);
	return findings_add(findings, &finding);
}

int machine_ports(struct judging *judging, struct findings *findings, bool explain)
{
	static const struct grouping grouping = {is_client_end, by_destination, same_destination,
						 describe_ports};
	int err;

	judging->shares = count_shares(judging->evidence);
	err = judging->shares ? machine_group(judging, &grouping, findings) : -ENOMEM;
	free(judging->shares);
	judging->shares = NULL;
	return err;
}
