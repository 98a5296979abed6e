/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Names of what an event or a row has as a number: cgroups, containers, network namespaces, devices.
 * Looked up here, or, once privileges are dropped, by the helper that kept them; remembered in either
 * case. Texts come from outside.
 */
#ifndef COMMANDS_LOOKUPS_H
#define COMMANDS_LOOKUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "privilege/helper.h"

struct lookups; /* opaque */

/* Kinds of questions to the helper; a command's own follow. */
enum lookup_kind {
	LOOKUP_CGROUP,	    /* number: id */
	LOOKUP_CONTAINER,   /* text: id, more: uid of the pod */
	LOOKUP_NETNS,	    /* number: inode */
	LOOKUP_DEVICE,	    /* number: inode, index: the device's */
	LOOKUP_NETNS_ENTER, /* number: inode */
	/* data: what a user typed, with a NUL; answered by a number */
	LOOKUP_SERVICE_PORT,
	LOOKUP_USER_ID,
	LOOKUP_NETNS_INODE,
	LOOKUP_CGROUP_ID,
	LOOKUP_KINDS,
};

/* 0 or -ENOMEM. */
int lookups_new(struct lookups **ret_lookups);
void lookups_free(struct lookups *lookups);

/* From now on `helper` is asked, whose handler calls lookups_answer(). NULL: nobody. */
void lookups_ask(struct lookups *lookups, struct helper *helper);
/* While it is busy with another question: what is remembered serves. */
void lookups_pause(struct lookups *lookups, bool paused);
/* True where the question was one of these. */
bool lookups_answer(struct lookups *lookups, const struct helper_question *question,
		    struct helper_answer *ret_answer);

/*
 * Starts a helper that answers these questions alone, asks it from now on, and gives this process's
 * privileges up. Without a helper (it could not be started) nothing changes. To be stopped.
 */
struct helper *lookups_drop_privileges(struct lookups *lookups);

/* NULL: not known. Valid until the next call. */
const char *lookups_cgroup(struct lookups *lookups, uint64_t id);
const char *lookups_container(struct lookups *lookups, const char *id, const char *pod_uid);
const char *lookups_netns(struct lookups *lookups, uint32_t netns);
/* See labels_netns_enter(). */
const char *lookups_netns_enter(struct lookups *lookups, uint32_t netns);
const char *lookups_device(struct lookups *lookups, uint32_t netns, uint32_t index);

/* See cgroups_id_by_root() and cgroups_by_root(); the latter before privileges are dropped. */
size_t lookups_cgroup_by_root(struct lookups *lookups, uint64_t id);
size_t lookups_path_by_root(struct lookups *lookups, const char *path);

/* 0 or -errno; of the last four kinds. See number_of_service(), ..., cgroups_id(). */
int lookups_number(struct lookups *lookups, enum lookup_kind kind, const char *text,
		   uint64_t *ret_number);

#endif
