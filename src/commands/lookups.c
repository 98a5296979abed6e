/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Numbers -> names, here or by the helper. */
#include "commands/lookups.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "kernel/cgroups.h"
#include "names/labels.h"
#include "names/numbers.h"
#include "namespaces/by_name.h"
#include "privilege/drop.h"

#define SLOTS 256
#define KEEP_NS 5000000000u /* an answer; the rooms that look up remember, too */
#define AGAIN_NS 500000000u /* that nothing is known */
/* The number of a namespace that is gone goes to the next one: who lives there is asked again. */
#define NETNS_KEEP_NS 20000000u

struct slot {
	struct helper_question question;
	uint64_t at_ns; /* 0: free */
	bool found;
	uint64_t number;
	char text[HELPER_TEXT_SIZE];
};

struct lookups {
	struct cgroups *cgroups;
	struct labels *labels;
	struct helper *helper; /* NULL: looked up here */
	bool paused;
	struct slot slots[SLOTS]; /* answers of the helper */
};

static size_t path_by_root(void *context, const char *path)
{
	return lookups_path_by_root(context, path);
}

int lookups_new(struct lookups **ret_lookups)
{
	struct lookups *lookups = calloc(1, sizeof(*lookups));

	if (!lookups)
		return -ENOMEM;
	if (cgroups_new(&lookups->cgroups) || labels_new("", &lookups->labels)) {
		lookups_free(lookups);
		return -ENOMEM;
	}
	labels_check_units(lookups->labels, path_by_root, lookups);
	*ret_lookups = lookups;
	return 0;
}

void lookups_free(struct lookups *lookups)
{
	if (!lookups)
		return;
	cgroups_free(lookups->cgroups);
	labels_free(lookups->labels);
	free(lookups);
}

void lookups_ask(struct lookups *lookups, struct helper *helper)
{
	lookups->helper = helper;
}

void lookups_pause(struct lookups *lookups, bool paused)
{
	lookups->paused = paused;
}

static const char *look_up(struct lookups *lookups, const struct helper_question *question)
{
	switch (question->kind) {
	case LOOKUP_CGROUP:
		return cgroups_path(lookups->cgroups, question->number);
	case LOOKUP_CONTAINER:
		return labels_container(lookups->labels, question->text, question->more);
	case LOOKUP_NETNS:
		return labels_netns(lookups->labels, (uint32_t)question->number);
	case LOOKUP_DEVICE:
		return labels_device(lookups->labels, (uint32_t)question->number, question->index);
	case LOOKUP_NETNS_ENTER:
		return labels_netns_enter(lookups->labels, (uint32_t)question->number);
	default:
		return NULL;
	}
}

static int look_up_number(struct lookups *lookups, unsigned int kind, const char *text,
			  uint64_t *ret_number)
{
	uint32_t number;
	uint16_t port;
	int err;

	switch (kind) {
	case LOOKUP_SERVICE_PORT:
		err = number_of_service(text, &port);
		*ret_number = err ? 0 : port;
		return err;
	case LOOKUP_USER_ID:
		err = number_of_user(text, &number);
		*ret_number = err ? 0 : number;
		return err;
	case LOOKUP_NETNS_INODE:
		err = number_of_netns(text, &number);
		*ret_number = err ? 0 : number;
		return err;
	default:
		return cgroups_id(lookups->cgroups, text, ret_number);
	}
}

static void answer_number(struct lookups *lookups, const struct helper_question *question,
			  struct helper_answer *ret_answer)
{
	const char *text = question->data;

	if (!question->size || text[question->size - 1])
		ret_answer->err = -EINVAL;
	else
		ret_answer->err =
			look_up_number(lookups, question->kind, text, &ret_answer->number);
}

bool lookups_answer(struct lookups *lookups, const struct helper_question *question,
		    struct helper_answer *ret_answer)
{
	const char *text;

	if (question->kind >= LOOKUP_KINDS)
		return false;
	if (question->kind >= LOOKUP_SERVICE_PORT) {
		answer_number(lookups, question, ret_answer);
		return true;
	}
	text = look_up(lookups, question);
	ret_answer->err = text ? 0 : -ENOENT;
	if (text && question->kind == LOOKUP_CGROUP)
		ret_answer->number = cgroups_id_by_root(lookups->cgroups, question->number);
	if (text)
		snprintf(ret_answer->text, sizeof(ret_answer->text), "%s", text);
	return true;
}

static void answer(void *context, const struct helper_question *question,
		   struct helper_answer *ret_answer)
{
	if (!lookups_answer(context, question, ret_answer))
		ret_answer->err = -ENOSYS;
}

struct helper *lookups_drop_privileges(struct lookups *lookups)
{
	struct helper *helper;

	if (helper_start(answer, lookups, 0, &helper))
		return NULL;
	lookups_ask(lookups, helper);
	privilege_drop(false);
	return helper;
}

static struct slot *slot_of(struct lookups *lookups, const struct helper_question *question)
{
	uint64_t hash = question->number * 31 + question->index + question->kind;

	for (const char *at = question->text; *at; at++)
		hash = hash * 31 + (unsigned char)*at;
	return &lookups->slots[(hash * 0x9e3779b97f4a7c15u) >> 56];
}

/* Slots are found by the top byte of the hash. */
_Static_assert(SLOTS == 256, "slot_of()");

static uint64_t keep_ns(const struct slot *slot)
{
	switch (slot->question.kind) {
	case LOOKUP_NETNS:
	case LOOKUP_NETNS_ENTER:
	case LOOKUP_DEVICE:
		return NETNS_KEEP_NS;
	default:
		return slot->found ? KEEP_NS : AGAIN_NS;
	}
}

/* What the helper says; NULL: it knows nothing. */
static const struct slot *ask(struct lookups *lookups, const struct helper_question *question)
{
	struct slot *slot = slot_of(lookups, question);
	uint64_t now = clock_monotonic_ns();
	struct helper_answer answer;
	int err;
	bool same = slot->at_ns && !memcmp(&slot->question, question, sizeof(*question));

	if (lookups->paused)
		return same && slot->found ? slot : NULL;
	if (!same || now - slot->at_ns > keep_ns(slot)) {
		err = helper_ask(lookups->helper, question, &answer);
		if (err == -EBUSY) /* as while paused */
			return same && slot->found ? slot : NULL;
		slot->question = *question;
		slot->at_ns = now;
		slot->found = !err;
		if (slot->found) {
			slot->number = answer.number;
			memcpy(slot->text, answer.text, sizeof(slot->text));
		}
	}
	return slot->found ? slot : NULL;
}

static const char *find(struct lookups *lookups, const struct helper_question *question)
{
	const struct slot *slot;

	if (!lookups->helper)
		return look_up(lookups, question);
	slot = ask(lookups, question);
	return slot ? slot->text : NULL;
}

const char *lookups_cgroup(struct lookups *lookups, uint64_t id)
{
	const struct helper_question question = {.kind = LOOKUP_CGROUP, .number = id};

	return find(lookups, &question);
}

const char *lookups_container(struct lookups *lookups, const char *id, const char *pod_uid)
{
	struct helper_question question = {.kind = LOOKUP_CONTAINER};

	snprintf(question.text, sizeof(question.text), "%s", id);
	snprintf(question.more, sizeof(question.more), "%s", pod_uid);
	return find(lookups, &question);
}

const char *lookups_netns(struct lookups *lookups, uint32_t netns)
{
	const struct helper_question question = {.kind = LOOKUP_NETNS, .number = netns};

	return find(lookups, &question);
}

const char *lookups_netns_enter(struct lookups *lookups, uint32_t netns)
{
	const struct helper_question question = {.kind = LOOKUP_NETNS_ENTER, .number = netns};

	return find(lookups, &question);
}

const char *lookups_device(struct lookups *lookups, uint32_t netns, uint32_t index)
{
	const struct helper_question question = {
		.kind = LOOKUP_DEVICE, .number = netns, .index = index};

	return find(lookups, &question);
}

size_t lookups_cgroup_by_root(struct lookups *lookups, uint64_t id)
{
	const struct helper_question question = {.kind = LOOKUP_CGROUP, .number = id};
	const struct slot *slot;

	if (!lookups->helper)
		return cgroups_id_by_root(lookups->cgroups, id);
	slot = ask(lookups, &question);
	return slot ? (size_t)slot->number : 0;
}

size_t lookups_path_by_root(struct lookups *lookups, const char *path)
{
	return cgroups_by_root(lookups->cgroups, path);
}

int lookups_number(struct lookups *lookups, enum lookup_kind kind, const char *text,
		   uint64_t *ret_number)
{
	const struct helper_question question = {
		.kind = kind, .data = text, .size = strlen(text) + 1};
	struct helper_answer answered = {};
	int err;

	if (!lookups->helper)
		return look_up_number(lookups, kind, text, ret_number);
	if (question.size > HELPER_DATA_SIZE || lookups->paused)
		return -ENOENT;
	err = helper_ask(lookups->helper, &question, &answered);
	*ret_number = answered.number;
	return err;
}
