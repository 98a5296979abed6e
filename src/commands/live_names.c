/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* live's host names, by a child process. */
#include "commands/live_names.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/address.h"
#include "base/safe.h"
#include "commands/live_child.h"
#include "names/lookup.h"

#define NOBODY 65534

enum name_stage {
	NAME_EMPTY,
	NAME_WANTED,
	NAME_ASKED,
	NAME_KNOWN,
	NAME_NONE, /* the address has no name, or nobody reports it */
};

/* ---------------------------------------------------------------- in the child */

/* The resolver parses what strangers send: it is nobody, and has no capability. */
static bool become_nobody(void)
{
	return !geteuid() ? !setgroups(0, NULL) && !setresgid(NOBODY, NOBODY, NOBODY) &&
				    !setresuid(NOBODY, NOBODY, NOBODY)
			  : true;
}

static void answer(void *context, const struct helper_question *question,
		   struct helper_answer *ret_answer)
{
	struct endpoint end = {};
	bool v4;
	char *name;

	ret_answer->err = -EINVAL;
	if (question->size != sizeof(end.addr))
		return;
	if (!become_nobody())
		_exit(1);
	memcpy(end.addr, question->data, sizeof(end.addr));
	v4 = endpoint_is_v4(&end);
	name = lookup_host(v4 ? AF_INET : AF_INET6, v4 ? end.addr + 12 : end.addr);
	ret_answer->err = name ? 0 : -ENOENT;
	if (!name)
		return;
	snprintf(ret_answer->text, sizeof(ret_answer->text), "%s", name);
	ret_answer->size = (uint32_t)strlen(ret_answer->text) + 1;
	free(name);
}

/* ---------------------------------------------------------------- in live */

void live_names_start(struct live_names *names)
{
	live_child_start(answer, NULL, HELPER_BECOMES, &names->helper);
}

static size_t slot_of(const uint8_t addr[16])
{
	uint32_t hash = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < 16; i++)
		hash = (hash ^ addr[i]) * 16777619u;
	return hash % LIVE_NAMES;
}

const char *live_names_get(void *context, const struct endpoint *end)
{
	struct live_names *names = context;
	struct name_slot *slot = &names->slots[slot_of(end->addr)];

	if (address_is_any(end->addr))
		return NULL;
	if (slot->stage != NAME_EMPTY && !memcmp(slot->addr, end->addr, sizeof(slot->addr)))
		return slot->stage == NAME_KNOWN ? slot->name : NULL;
	if (slot->stage == NAME_ASKED) /* its answer comes to this place */
		return NULL;
	memcpy(slot->addr, end->addr, sizeof(slot->addr));
	slot->stage = NAME_WANTED;
	return NULL;
}

void live_names_turn(struct live_names *names)
{
	for (size_t i = 0; names->helper && !names->asked && i < LIVE_NAMES; i++) {
		size_t at = (names->next + i) % LIVE_NAMES;
		struct name_slot *slot = &names->slots[at];
		const struct helper_question question = {.data = slot->addr,
							 .size = sizeof(slot->addr)};

		if (slot->stage != NAME_WANTED)
			continue;
		if (live_child_send(&names->helper, &question))
			return;
		slot->stage = NAME_ASKED;
		names->asked = true;
		names->asked_slot = at;
		names->next = at + 1;
	}
}

bool live_names_receive(struct live_names *names)
{
	struct name_slot *slot = &names->slots[names->asked_slot];
	struct helper_answer came = {};
	int err = live_child_receive(&names->helper, &came);

	if (err == -EAGAIN)
		return false;
	names->asked = false;
	slot->stage = err ? NAME_NONE : NAME_KNOWN;
	if (err)
		return false;
	came.text[sizeof(slot->name) - 1] = '\0'; /* longer ones are cut */
	memcpy(slot->name, came.text, sizeof(slot->name));
	safe_name(slot->name, strlen(slot->name));
	return true;
}
