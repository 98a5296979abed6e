/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A device that leads to a program of this host -> that program. */
#include "evidence/programs.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "diagnosis/facts.h"
#include "procfs/tun_holders.h"

#define KEEP_NS 1000000000u
#define SHARE 20 /* descriptors are searched at most one part in so many of the time */
/* While the next search is not due, what was found so long ago serves. */
#define PAUSE_NS (20ull * KEEP_NS)

void programs_collect(struct evidence_sources *sources, struct stall *stall)
{
	const struct stall_peer *peer = &stall->peer;
	const char *device = peer->seen_ns ? peer->onward_device : stall->device;
	struct question question = {.netns = peer->seen_ns ? peer->seen_netns : stall->flow.netns};
	uint64_t now = clock_monotonic_ns();
	const struct tun_holder *known;
	struct tun_holder holder;

	stall->queued.pid = 0;
	if (!stall_to_program(stall) || !device[0])
		return;
	memcpy(question.to.addr, device, strnlen(device, sizeof(question.to.addr)));
	known = question_cache_find(&sources->programs, &question, now,
				    now < sources->programs_ns ? PAUSE_NS : KEEP_NS);
	if (!known) {
		if (now < sources->programs_ns ||
		    tun_holder_find("/proc", device, question.netns, &holder))
			return;
		sources->programs_ns = now + (clock_monotonic_ns() - now) * SHARE;
		question_cache_store(&sources->programs, &question, now, &holder);
		known = &holder;
	}
	stall->queued.pid = (uint32_t)known->pid;
	snprintf(stall->queued.comm, sizeof(stall->queued.comm), "%s", known->comm);
}
