/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Id of a container -> its name, remembered. */
#include "names/containers.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "names/container_files.h"

#define SLOTS 256 /* a machine with more containers reads some files again */
#define AGAIN_NS 5000000000u

struct slot {
	char id[CONTAINER_ID_SIZE]; /* first byte 0: free */
	char name[CONTAINER_NAME_SIZE];
	bool found;
	uint64_t read_ns;
};

struct containers {
	const char *root;
	struct slot slots[SLOTS];
};

int containers_new(const char *root, struct containers **ret_containers)
{
	struct containers *containers = calloc(1, sizeof(*containers));

	if (!containers)
		return -ENOMEM;
	containers->root = root;
	*ret_containers = containers;
	return 0;
}

void containers_free(struct containers *containers)
{
	free(containers);
}

/* An id is random, so its first digits spread well. It becomes part of a path: nothing else may. */
static bool slot_number(const char *id, unsigned int *ret_number)
{
	unsigned int number = 0;

	for (size_t i = 0; i < CONTAINER_ID_SIZE; i++) {
		if (!isxdigit((unsigned char)id[i]))
			return false;
		if (i < 4)
			number = number * 31 + (unsigned char)id[i];
	}
	*ret_number = number % SLOTS;
	return true;
}

static bool read_name(const char *root, const char *id, const char *pod_uid,
		      char name[CONTAINER_NAME_SIZE])
{
	static bool (*const readers[])(const char *root, const char *id,
				       char name[CONTAINER_NAME_SIZE]) = {
		container_name_by_docker,
		container_name_by_bundle,
		container_name_by_log,
		container_name_by_storage,
	};

	for (size_t i = 0; i < ARRAY_SIZE(readers); i++) {
		if (readers[i](root, id, name))
			return true;
	}
	return *pod_uid && container_name_by_pod(root, pod_uid, name);
}

const char *containers_find(struct containers *containers, const char *id, const char *pod_uid,
			    uint64_t now_ns)
{
	char whole[CONTAINER_ID_SIZE + 1] = "";
	unsigned int number;
	struct slot *slot;

	if (strnlen(id, CONTAINER_ID_SIZE) < CONTAINER_ID_SIZE || !slot_number(id, &number))
		return NULL;
	slot = &containers->slots[number];
	if (memcmp(slot->id, id, CONTAINER_ID_SIZE) ||
	    (!slot->found && now_ns - slot->read_ns > AGAIN_NS)) {
		memcpy(whole, id, CONTAINER_ID_SIZE);
		memcpy(slot->id, id, CONTAINER_ID_SIZE);
		slot->read_ns = now_ns;
		slot->found = read_name(containers->root, whole, pod_uid, slot->name);
	}
	return slot->found ? slot->name : NULL;
}
