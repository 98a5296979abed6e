/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What recent events reported about listeners and about connections in TIME_WAIT. Pure. */
#include "diagnosis/recent.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/pages.h"
#include "netstate/tcp_state.h"

#define LISTENER_SLOTS 1024
#define HOLDER_SLOTS 2048
#define CONNECT_SLOTS 2048

struct listener {
	uint32_t netns;
	uint16_t lport;
	uint32_t pid;
	char comm[FLOW_COMM_SIZE];
	uint64_t last_accept_ns;
};

struct holder {
	uint32_t netns;
	struct endpoint remote;
	uint32_t pid;
	char comm[FLOW_COMM_SIZE];
	uint64_t last_ns;
	uint32_t count;
};

/* By destination: one that is under way, and the last that was answered. */
struct connects {
	uint32_t netns;
	struct endpoint remote;
	uint64_t sock, start_ns;
	struct recent_connect answered;
};

struct recent {
	struct listener listeners[LISTENER_SLOTS];
	struct holder holders[HOLDER_SLOTS];
	struct connects connects[CONNECT_SLOTS];
};

int recent_new(struct recent **ret_recent)
{
	struct recent *recent = pages_reserve_shared(sizeof(*recent));

	if (!recent)
		return -ENOMEM;
	*ret_recent = recent;
	return 0;
}

void recent_free(struct recent *recent)
{
	if (recent)
		pages_release(recent, sizeof(*recent));
}

static uint32_t mix(uint32_t hash, uint32_t word)
{
	return (hash ^ word) * 0x9e3779b1u;
}

static uint32_t listener_slot(uint32_t netns, uint16_t lport)
{
	return mix(mix(0, netns), lport) >> 22;
}

_Static_assert(LISTENER_SLOTS == 1 << (32 - 22), "the upper bits are a slot");

static uint32_t holder_slot(uint32_t netns, const struct endpoint *remote, uint32_t pid)
{
	uint32_t words[4], hash = mix(mix(0, netns), remote->port);

	memcpy(words, remote->addr, sizeof(words));
	for (int i = 0; i < 4; i++)
		hash = mix(hash, words[i]);
	return mix(hash, pid) >> 21;
}

_Static_assert(HOLDER_SLOTS == 1 << (32 - 21), "the upper bits are a slot");

static void note_listener(struct recent *recent, const struct event *event)
{
	struct listener *listener =
		&recent->listeners[listener_slot(event->flow.netns, event->flow.local.port)];

	if (listener->netns != event->flow.netns || listener->lport != event->flow.local.port)
		*listener = (struct listener){.netns = event->flow.netns,
					      .lport = event->flow.local.port};
	if (event->flow.pid) {
		listener->pid = event->flow.pid;
		memcpy(listener->comm, event->flow.comm, sizeof(listener->comm));
	}
	if (event->kind == EVENT_ACCEPT && event->ret >= 0)
		listener->last_accept_ns = event->ktime_ns;
}

static void note_holder(struct recent *recent, const struct event *event)
{
	const struct flow *flow = &event->flow;
	struct holder *holder =
		&recent->holders[holder_slot(flow->netns, &flow->remote, flow->pid)];

	if (!flow->pid)
		return;
	if (holder->netns != flow->netns || holder->pid != flow->pid ||
	    holder->remote.port != flow->remote.port ||
	    memcmp(holder->remote.addr, flow->remote.addr, sizeof(flow->remote.addr)) ||
	    event->ktime_ns > holder->last_ns + RECENT_TIME_WAIT_NS) {
		*holder = (struct holder){
			.netns = flow->netns, .remote = flow->remote, .pid = flow->pid};
		memcpy(holder->comm, flow->comm, sizeof(holder->comm));
	}
	holder->last_ns = event->ktime_ns;
	holder->count++;
}

static bool is_to(const struct connects *row, uint32_t netns, const struct endpoint *remote)
{
	return row->netns == netns && row->remote.port == remote->port &&
	       !memcmp(row->remote.addr, remote->addr, sizeof(remote->addr));
}

static void note_connect(struct recent *recent, const struct event *event)
{
	const struct flow *flow = &event->flow;
	struct connects *row = &recent->connects[holder_slot(flow->netns, &flow->remote, 0)];

	if (event->new_state == TCP_STATE_SYN_SENT) {
		if (!is_to(row, flow->netns, &flow->remote))
			*row = (struct connects){.netns = flow->netns, .remote = flow->remote};
		row->sock = flow->sock;
		row->start_ns = event->ktime_ns;
	} else if (is_to(row, flow->netns, &flow->remote) && row->sock == flow->sock) {
		row->answered =
			(struct recent_connect){.start_ns = row->start_ns, .local = flow->local};
		row->sock = 0;
	}
}

void recent_answered(const struct recent *recent, uint32_t netns, const struct endpoint *remote,
		     struct recent_connect *ret_connect)
{
	const struct connects *row = &recent->connects[holder_slot(netns, remote, 0)];

	*ret_connect = is_to(row, netns, remote) ? row->answered : (struct recent_connect){};
}

void recent_event(struct recent *recent, const struct event *event)
{
	if (event->kind == EVENT_ACCEPT ||
	    (event->kind == EVENT_STATE && event->new_state == TCP_STATE_LISTEN))
		note_listener(recent, event);
	else if (event->kind == EVENT_STATE && event->new_state == TCP_STATE_TIME_WAIT)
		note_holder(recent, event);
	else if (event->kind == EVENT_STATE && (event->new_state == TCP_STATE_SYN_SENT ||
						(event->old_state == TCP_STATE_SYN_SENT &&
						 event->new_state == TCP_STATE_ESTABLISHED)))
		note_connect(recent, event);
}

void recent_listener(const struct recent *recent, uint32_t netns, uint16_t lport,
		     struct recent_owner *ret_owner)
{
	const struct listener *listener = &recent->listeners[listener_slot(netns, lport)];

	*ret_owner = (struct recent_owner){};
	if (listener->netns != netns || listener->lport != lport)
		return;
	ret_owner->pid = listener->pid;
	ret_owner->last_accept_ns = listener->last_accept_ns;
	memcpy(ret_owner->comm, listener->comm, sizeof(ret_owner->comm));
}

void recent_holder(const struct recent *recent, uint32_t netns, const struct endpoint *remote,
		   uint64_t now_ns, struct recent_owner *ret_owner)
{
	*ret_owner = (struct recent_owner){};
	for (int i = 0; i < HOLDER_SLOTS; i++) {
		const struct holder *holder = &recent->holders[i];

		if (holder->netns != netns || holder->remote.port != remote->port ||
		    memcmp(holder->remote.addr, remote->addr, sizeof(remote->addr)) ||
		    now_ns > holder->last_ns + RECENT_TIME_WAIT_NS ||
		    holder->count <= ret_owner->count)
			continue;
		ret_owner->pid = holder->pid;
		ret_owner->count = holder->count;
		memcpy(ret_owner->comm, holder->comm, sizeof(ret_owner->comm));
	}
}
