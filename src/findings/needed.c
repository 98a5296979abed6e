/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which rows of the evidence a judgement of the chosen connections rests on. Pure. */
#include "findings/needed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "findings/judging.h"

static int compare_netns(const void *key, const void *row)
{
	uint32_t netns = *(const uint32_t *)key,
		 other = ((const struct evidence_space *)row)->netns;

	return (netns > other) - (netns < other);
}

static int compare_pid(const void *key, const void *row)
{
	uint32_t pid = *(const uint32_t *)key, other = ((const struct evidence_process *)row)->pid;

	return (pid > other) - (pid < other);
}

/* The place of the row with that number in rows that are ordered by it; `count`: there is none. */
static size_t place_of(uint32_t number, const void *rows, size_t count, size_t size,
		       int (*compare)(const void *key, const void *row))
{
	const char *found = count ? bsearch(&number, rows, count, size, compare) : NULL;

	return found ? (size_t)(found - (const char *)rows) / size : count;
}

static size_t space_at(const struct evidence *evidence, uint32_t netns)
{
	return place_of(netns, evidence->spaces, evidence->space_count, sizeof(*evidence->spaces),
			compare_netns);
}

static bool has_space(const struct evidence *evidence, const struct evidence_rows *rows,
		      uint32_t netns)
{
	size_t at = space_at(evidence, netns);

	return at < evidence->space_count && rows->spaces[at];
}

static void add_space(const struct evidence *evidence, struct evidence_rows *rows, uint32_t netns)
{
	size_t at = space_at(evidence, netns);

	if (at < evidence->space_count)
		rows->spaces[at] = 1;
}

/* ---------------------------------------------------------------- kinds of rows */

/* Namespaces that are chosen, or a connection of which is. */
static void choose_spaces(const struct judging *judging, struct evidence_rows *rows)
{
	const struct evidence *evidence = judging->evidence;
	const struct findings_choice *choice = judging->choice;

	for (size_t i = 0; i < evidence->space_count; i++) {
		const struct flow anything = {.netns = evidence->spaces[i].netns};

		rows->spaces[i] = choice->wanted(choice->context, &anything, NULL);
	}
	for (uint32_t i = 0; i < evidence->socket_count; i++) {
		if (is_chosen(judging, i)) {
			rows->sockets[i] = 1;
			add_space(evidence, rows, evidence->sockets[i].flow.netns);
		}
	}
	for (size_t i = 0; i < evidence->event_count; i++) {
		if (is_event_chosen(judging, &evidence->events[i]))
			add_space(evidence, rows, evidence->events[i].flow.netns);
	}
}

/* All of these namespaces, and the other ends on this host. */
static void choose_sockets(const struct judging *judging, struct evidence_rows *rows)
{
	const struct evidence *evidence = judging->evidence;

	for (uint32_t i = 0; i < evidence->socket_count; i++) {
		if (has_space(evidence, rows, evidence->sockets[i].flow.netns))
			rows->sockets[i] = 1;
	}
	for (uint32_t i = 0; i < evidence->socket_count; i++) {
		const struct flow *flow = &evidence->sockets[i].flow;

		if (judging->peers[i] != NO_SOCKET && has_space(evidence, rows, flow->netns))
			rows->sockets[judging->peers[i]] = 1;
	}
}

static int compare_numbers(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

/* Of the sockets so far, in order. NULL: no memory. */
static uint64_t *cookies_of(const struct evidence *evidence, const struct evidence_rows *rows,
			    size_t *ret_count)
{
	uint64_t *cookies = malloc((evidence->socket_count + 1) * sizeof(*cookies));
	size_t count = 0;

	for (size_t i = 0; cookies && i < evidence->socket_count; i++) {
		if (rows->sockets[i] && evidence->sockets[i].flow.cookie)
			cookies[count++] = evidence->sockets[i].flow.cookie;
	}
	if (cookies && count)
		qsort(cookies, count, sizeof(*cookies), compare_numbers);
	*ret_count = count;
	return cookies;
}

static bool is_among(uint64_t number, const uint64_t *numbers, size_t count)
{
	return count && bsearch(&number, numbers, count, sizeof(*numbers), compare_numbers);
}

/* What holds those sockets, and what happened to them and in those namespaces. */
static int choose_rest(const struct evidence *evidence, struct evidence_rows *rows)
{
	size_t count;
	uint64_t *cookies = cookies_of(evidence, rows, &count);

	if (!cookies)
		return -ENOMEM;
	for (size_t i = 0; i < evidence->holder_count; i++)
		rows->holders[i] = is_among(evidence->holders[i].cookie, cookies, count);
	for (size_t i = 0; i < evidence->event_count; i++) {
		const struct evidence_event *event = &evidence->events[i];

		rows->events[i] = (event->cookie && is_among(event->cookie, cookies, count)) ||
				  has_space(evidence, rows, event->flow.netns) ||
				  has_space(evidence, rows, event->netns);
	}
	free(cookies);
	return 0;
}

/* ---------------------------------------------------------------- what befell the other ends */

static uint64_t hash_end(const struct endpoint *end, uint16_t port)
{
	uint64_t hash = 0xcbf29ce484222325ULL ^ port;

	for (size_t i = 0; i < sizeof(end->addr); i++)
		hash = (hash ^ end->addr[i]) * 0x100000001b3ULL;
	return hash * 0x9e3779b97f4a7c15ULL;
}

/* The same for both directions. */
static uint64_t hash_ends(const struct flow *flow)
{
	return hash_end(&flow->local, flow->local.port) +
	       hash_end(&flow->remote, flow->remote.port);
}

static uint64_t hash_remote(const struct flow *flow)
{
	return hash_end(&flow->remote, 0);
}

/* Of the sockets and events so far, in order. NULL: no memory. */
static uint64_t *hashes_of(const struct evidence *evidence, const struct evidence_rows *rows,
			   uint64_t (*hash)(const struct flow *flow), size_t *ret_count)
{
	size_t room = evidence->socket_count + evidence->event_count + 1, count = 0;
	uint64_t *hashes = malloc(room * sizeof(*hashes));

	for (size_t i = 0; hashes && i < evidence->socket_count; i++) {
		if (rows->sockets[i] && evidence->sockets[i].state != TCP_STATE_LISTEN)
			hashes[count++] = hash(&evidence->sockets[i].flow);
	}
	for (size_t i = 0; hashes && i < evidence->event_count; i++) {
		if (rows->events[i])
			hashes[count++] = hash(&evidence->events[i].flow);
	}
	if (hashes && count)
		qsort(hashes, count, sizeof(*hashes), compare_numbers);
	*ret_count = count;
	return hashes;
}

/* The reset that the other end sent, and tracking's entries of these connections. */
static int choose_their_events(const struct evidence *evidence, struct evidence_rows *rows)
{
	size_t count;
	uint64_t *hashes = hashes_of(evidence, rows, hash_ends, &count);

	if (!hashes)
		return -ENOMEM;
	for (size_t i = 0; i < evidence->event_count; i++) {
		const struct evidence_event *event = &evidence->events[i];

		if (is_among(hash_ends(&event->flow), hashes, count))
			rows->events[i] = 1;
		/* stands behind the entry that it is compared with */
		if (event->kind == EVIDENCE_TRANSLATED && i && rows->events[i - 1] &&
		    evidence->events[i - 1].kind == EVIDENCE_UNTRANSLATED)
			rows->events[i] = 1;
	}
	free(hashes);
	return 0;
}

static bool leads_to_one(const struct evidence *evidence, const struct evidence_rows *rows,
			 const struct evidence_device *device)
{
	size_t bytes = device->prefix / 8u;

	for (size_t i = 0; bytes && bytes <= sizeof(device->addr) && i < evidence->socket_count;
	     i++) {
		const struct socket_detail *socket = &evidence->sockets[i];

		if (rows->sockets[i] && socket->retransmits && socket->unacked &&
		    !memcmp(device->addr, socket->flow.remote.addr, bytes))
			return true;
	}
	return false;
}

/* Namespaces that have the other end's address, or forward to it. */
static int choose_their_spaces(const struct evidence *evidence, struct evidence_rows *rows)
{
	size_t count;
	uint64_t *hashes = hashes_of(evidence, rows, hash_remote, &count);

	if (!hashes)
		return -ENOMEM;
	for (size_t i = 0; i < evidence->space_count; i++) {
		const struct evidence_space *space = &evidence->spaces[i];

		for (uint32_t j = 0; j < space->device_count && j < EVIDENCE_DEVICES_MAX; j++) {
			struct endpoint end = {};

			memcpy(end.addr, space->devices[j].addr, sizeof(end.addr));
			if (is_among(hash_end(&end, 0), hashes, count) ||
			    (space_forwards(space, address_is_v4(end.addr)) &&
			     leads_to_one(evidence, rows, &space->devices[j])))
				rows->spaces[i] = 1;
		}
	}
	free(hashes);
	return 0;
}

/* Processes and namespaces that the rows so far name. */
static void choose_named(const struct evidence *evidence, struct evidence_rows *rows)
{
	for (size_t i = 0; i < evidence->process_count; i++)
		rows->processes[i] = has_space(evidence, rows, evidence->processes[i].netns);
	for (size_t i = 0; i < evidence->holder_count; i++) {
		size_t at = rows->holders[i]
				    ? place_of(evidence->holders[i].pid, evidence->processes,
					       evidence->process_count,
					       sizeof(*evidence->processes), compare_pid)
				    : evidence->process_count;

		if (at < evidence->process_count)
			rows->processes[at] = 1;
	}
	for (size_t i = 0; i < evidence->socket_count; i++) {
		if (rows->sockets[i])
			add_space(evidence, rows, evidence->sockets[i].flow.netns);
	}
	for (size_t i = 0; i < evidence->event_count; i++) {
		if (rows->events[i])
			add_space(evidence, rows, evidence->events[i].netns);
	}
}

/* ---------------------------------------------------------------- all of it */

static int rows_init(const struct evidence *evidence, struct evidence_rows *rows)
{
	*rows = (struct evidence_rows){
		.sockets = calloc(evidence->socket_count + 1, 1),
		.holders = calloc(evidence->holder_count + 1, 1),
		.processes = calloc(evidence->process_count + 1, 1),
		.spaces = calloc(evidence->space_count + 1, 1),
		.events = calloc(evidence->event_count + 1, 1),
	};
	return rows->sockets && rows->holders && rows->processes && rows->spaces && rows->events
		       ? 0
		       : -ENOMEM;
}

void findings_needed_release(struct evidence_rows *rows)
{
	free(rows->sockets);
	free(rows->holders);
	free(rows->processes);
	free(rows->spaces);
	free(rows->events);
	*rows = (struct evidence_rows){};
}

int findings_needed(const struct evidence *evidence, const struct findings_choice *choice,
		    struct evidence_rows *ret_rows)
{
	struct evidence_rows rows;
	struct judging judging;
	int err = judging_init(&judging, evidence, choice);

	if (err)
		return err;
	err = rows_init(evidence, &rows);
	if (!err) {
		choose_spaces(&judging, &rows);
		choose_sockets(&judging, &rows);
		err = choose_rest(evidence, &rows);
	}
	if (!err)
		err = choose_their_events(evidence, &rows);
	if (!err)
		choose_named(evidence, &rows);
	if (!err)
		err = choose_their_spaces(evidence, &rows);
	judging_release(&judging);
	if (err)
		findings_needed_release(&rows);
	else
		*ret_rows = rows;
	return err;
}
