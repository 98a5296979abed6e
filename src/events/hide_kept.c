/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A kept report about a connect without what identifies the machine: every address and name in it. Pure. */
#include "events/hide.h"

#include <string.h>

#include "base/cleanup.h"
#include "netstate/stall_kept.h"

static void hide_end(const struct hide *hide, struct endpoint *end)
{
	hide_address(hide, end->addr);
}

static void hide_own(const struct hide *hide, struct stall *stall)
{
	struct endpoint *const ends[] = {
		&stall->flow.local,  &stall->flow.remote, &stall->icmp.from,
		&stall->stranger,    &stall->next_hop,	  &stall->policy.other_hop,
		&stall->fallback.to, &stall->reset_end,	  &stall->reject.to,
	};
	char *const devices[] = {stall->device, stall->policy.other_device, stall->hop_place.device,
				 stall->icmp_place.device};

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		hide_end(hide, ends[i]);
	hide_text(hide, stall->flow.comm, sizeof(stall->flow.comm));
	hide_text(hide, stall->ports.comm, sizeof(stall->ports.comm));
	for (size_t i = 0; i < ARRAY_SIZE(devices); i++)
		hide_text(hide, devices[i], sizeof(stall->device));
	hide_text(hide, stall->reject.table, sizeof(stall->reject.table));
	hide_text(hide, stall->reject.chain, sizeof(stall->reject.chain));
	memset(stall->route_text, 0, sizeof(stall->route_text));
	memset(stall->reroute.text, 0, sizeof(stall->reroute.text));
	hide_text(hide, stall->queued.comm, sizeof(stall->queued.comm));
	memset(stall->policy.rule, 0, sizeof(stall->policy.rule));
	for (unsigned int i = 0; i < STALL_DROPS_MAX; i++) {
		hide_end(hide, &stall->drops[i].from);
		hide_end(hide, &stall->drops[i].to);
	}
}

static void hide_peer(const struct hide *hide, struct stall_peer *peer)
{
	struct endpoint *const ends[] = {&peer->seen_end,   &peer->seen_from, &peer->later.to,
					 &peer->later.from, &peer->end,	      &peer->elsewhere_end,
					 &peer->other_end};

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		hide_end(hide, ends[i]);
	hide_text(hide, peer->comm, sizeof(peer->comm));
	hide_text(hide, peer->other_comm, sizeof(peer->other_comm));
	hide_text(hide, peer->onward_device, sizeof(peer->onward_device));
}

static void hide_tracking(const struct hide *hide, struct stall_tracking *tracking)
{
	struct endpoint *const ends[] = {
		&tracking->from,	   &tracking->to,
		&tracking->nat_from,	   &tracking->nat_to,
		&tracking->other_nat_from, &tracking->other_nat_to,
		&tracking->taken_from,	   &tracking->taken_to,
		&tracking->holder_from,	   &tracking->holder_to,
	};

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		hide_end(hide, ends[i]);
	hide_text(hide, tracking->holder_comm, sizeof(tracking->holder_comm));
}

/* Its text may hold addresses and comments. */
static void hide_rule(const struct hide *hide, struct stall_rule *rule)
{
	hide_text(hide, rule->table, sizeof(rule->table));
	hide_text(hide, rule->chain, sizeof(rule->chain));
	memset(rule->text, 0, sizeof(rule->text));
}

void hide_kept(const struct hide *hide, void *record)
{
	struct stall_kept kept;

	memcpy(&kept, record, sizeof(kept));
	hide_own(hide, &kept.stall);
	hide_peer(hide, &kept.stall.peer);
	for (unsigned int i = 0; i < STALL_TRACKINGS_MAX; i++)
		hide_tracking(hide, &kept.stall.trackings[i]);
	hide_rule(hide, &kept.stall.rule);
	memcpy(record, &kept, sizeof(kept));
}
