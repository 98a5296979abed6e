/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Evidence with its indexes: listeners, processes, namespaces. Pure. */
#include "findings/judging.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

/* ---------------------------------------------------------------- rows by number */

const struct socket_detail *peer_of(const struct judging *judging,
				    const struct socket_detail *socket)
{
	uint32_t peer = judging->peers[socket - judging->evidence->sockets];

	return peer == NO_SOCKET ? NULL : &judging->evidence->sockets[peer];
}

const struct evidence_process *process_of(const struct judging *judging, uint32_t pid)
{
	const struct evidence *evidence = judging->evidence;
	size_t low = 0, high = evidence->process_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (evidence->processes[middle].pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < evidence->process_count && evidence->processes[low].pid == pid && pid
		       ? &evidence->processes[low]
		       : NULL;
}

const struct evidence_space *space_of(const struct judging *judging, uint32_t netns)
{
	const struct evidence *evidence = judging->evidence;

	size_t low = 0, high = evidence->space_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (evidence->spaces[middle].netns < netns)
			low = middle + 1;
		else
			high = middle;
	}
	return low < evidence->space_count && evidence->spaces[low].netns == netns
		       ? &evidence->spaces[low]
		       : NULL;
}

bool is_abandoned(const struct judging *judging, uint32_t netns)
{
	const struct evidence *evidence = judging->evidence;
	const struct evidence_space *space = space_of(judging, netns);

	if (!evidence->holders_known || netns == evidence->own_netns || (space && space->name[0]))
		return false;
	for (size_t i = 0; i < evidence->process_count; i++) {
		if (evidence->processes[i].netns == netns)
			return false;
	}
	return true;
}

uint64_t setting_of(const struct judging *judging, uint32_t netns, enum space_setting setting)
{
	const struct evidence_space *space = space_of(judging, netns);

	return space ? space->settings[setting] : EVIDENCE_UNKNOWN64;
}

const struct evidence_space *space_with_address(const struct judging *judging,
						const uint8_t addr[16])
{
	const struct evidence *evidence = judging->evidence;

	for (size_t i = 0; i < evidence->space_count; i++) {
		const struct evidence_space *space = &evidence->spaces[i];

		for (uint32_t j = 0; j < space->device_count && j < EVIDENCE_DEVICES_MAX; j++) {
			if (!memcmp(space->devices[j].addr, addr, 16))
				return space;
		}
	}
	return NULL;
}

/* Holders are in the order of socket, process and descriptor. */
static size_t first_holder(const struct evidence *evidence, uint64_t sock)
{
	size_t low = 0, high = evidence->holder_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (evidence->holders[middle].sock < sock)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_holder(const struct evidence *evidence, size_t at,
		      const struct socket_detail *socket)
{
	return socket->flow.sock && at < evidence->holder_count &&
	       evidence->holders[at].sock == socket->flow.sock &&
	       evidence->holders[at].cookie == socket->flow.cookie;
}

struct holders holders_of(const struct judging *judging, const struct socket_detail *socket)
{
	const struct evidence *evidence = judging->evidence;
	struct holders holders = {};
	const struct evidence_holder *last = NULL;

	for (size_t at = first_holder(evidence, socket->flow.sock); is_holder(evidence, at, socket);
	     at++) {
		const struct evidence_holder *holder = &evidence->holders[at];

		if (last && last->pid == holder->pid)
			continue; /* another descriptor of the same process */
		if (!holders.processes)
			holders.first = holder;
		else if (holders.processes == 1)
			holders.second = holder;
		holders.processes++;
		last = holder;
	}
	return holders;
}

static bool is_like(const struct flow *flow, const struct flow *wanted)
{
	if (flow->pid || wanted->pid)
		return flow->pid == wanted->pid;
	return flow->netns == wanted->netns && flow->local.port == wanted->local.port;
}

uint32_t connections_like(const struct judging *judging, uint32_t index)
{
	const struct evidence *evidence = judging->evidence;
	const struct flow *wanted = &evidence->sockets[index].flow;
	uint32_t count = 0;

	for (size_t i = 0; i < evidence->socket_count; i++)
		count += evidence->sockets[i].state != TCP_STATE_LISTEN &&
			 is_like(&evidence->sockets[i].flow, wanted);
	return count;
}

bool is_held_by(const struct judging *judging, const struct socket_detail *socket, uint32_t pid)
{
	const struct evidence *evidence = judging->evidence;

	for (size_t at = first_holder(evidence, socket->flow.sock); is_holder(evidence, at, socket);
	     at++) {
		if (evidence->holders[at].pid == pid)
			return true;
	}
	return false;
}

/* ---------------------------------------------------------------- life */

static bool is_whole(const struct judging *judging)
{
	for (int i = 0; i < JUDGING_CHAINS; i++) {
		if (!judging->heads[i] || !judging->nexts[i])
			return false;
	}
	return judging->peers && judging->listeners && judging->waiting && judging->kinds;
}

int judging_init(struct judging *judging, const struct evidence *evidence,
		 const struct findings_choice *choice)
{
	size_t count = evidence->socket_count + 1;

	*judging = (struct judging){.evidence = evidence, .buckets = 64, .choice = choice};
	while (judging->buckets < count && judging->buckets < 1u << 24)
		judging->buckets *= 2;
	for (int i = 0; i < JUDGING_CHAINS; i++) {
		judging->heads[i] = malloc(judging->buckets * sizeof(uint32_t));
		judging->nexts[i] = malloc(count * sizeof(uint32_t));
	}
	judging->peers = malloc(count * sizeof(uint32_t));
	judging->listeners = malloc(count * sizeof(uint32_t));
	judging->waiting = malloc(count * sizeof(uint32_t));
	judging->kinds = calloc(count, 1);
	if (!is_whole(judging)) {
		judging_release(judging);
		return -ENOMEM;
	}
	judging_join_ends(judging);
	judging_index_listeners(judging);
	judging_index_waiting(judging);
	if (judging_index_events(judging)) {
		judging_release(judging);
		return -ENOMEM;
	}
	return 0;
}

void judging_release(struct judging *judging)
{
	for (int i = 0; i < JUDGING_CHAINS; i++) {
		free(judging->heads[i]);
		free(judging->nexts[i]);
	}
	free(judging->peers);
	free(judging->listeners);
	free(judging->waiting);
	free(judging->kinds);
	free(judging->event_heads);
	free(judging->event_nexts);
}
