/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Of a crowd without an answer connection tracking is asked about some: the others of the same process
 * and destination are reported with them, unless one that was asked about has its entry. Pure.
 */
#include "findings/machine.h"
#include "findings/rules_established.h"

#define KEYS_MAX 64 /* so many are asked about */

struct keys {
	uint64_t list[KEYS_MAX];
	uint32_t count;
};

static bool has_key(const struct keys *keys, uint64_t key)
{
	for (uint32_t i = 0; i < keys->count; i++) {
		if (keys->list[i] == key)
			return true;
	}
	return false;
}

/* Of the sockets of this kind that were asked about. */
static struct keys keys_of(const struct judging *judging, unsigned int kind)
{
	const struct evidence *evidence = judging->evidence;
	struct keys keys = {};

	for (uint32_t i = 0; i < evidence->socket_count && keys.count < KEYS_MAX; i++) {
		const struct socket_detail *socket = &evidence->sockets[i];
		uint64_t key;

		if (judging->kinds[i] != kind || !is_asked_about(judging, socket))
			continue;
		key = key_process_remote(judging, socket);
		if (!has_key(&keys, key))
			keys.list[keys.count++] = key;
	}
	return keys;
}

int machine_forgotten(struct judging *judging, struct findings *findings, bool explain)
{
	const struct evidence *evidence = judging->evidence;
	struct keys lost = keys_of(judging, FINDING_CONNTRACK_FORGOT), known;

	if (!lost.count)
		return 0;
	known = keys_of(judging, FINDING_UNACKNOWLEDGED);
	for (uint32_t i = 0; i < evidence->socket_count; i++) {
		const struct socket_detail *socket = &evidence->sockets[i];
		uint64_t key;

		if (judging->kinds[i] != FINDING_UNACKNOWLEDGED || is_asked_about(judging, socket))
			continue;
		key = key_process_remote(judging, socket);
		if (has_key(&lost, key) && !has_key(&known, key))
			judging->kinds[i] = FINDING_CONNTRACK_FORGOT;
	}
	return 0;
}
