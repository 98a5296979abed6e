/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Path of a cgroup -> the container or systemd unit that it names. Pure. */
#include "netstate/cgroup_unit.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"

#define ID_SIZE 64	 /* of a container, hexadecimal */
#define ID_SHOWN_SIZE 12 /* what docker ps and the like show of it */

static void set(struct cgroup_unit *unit, const char *prefix, const char *name, size_t size)
{
	size_t prefix_size = strlen(prefix), room = sizeof(unit->text) - prefix_size;

	if (size > room)
		size = room;
	memcpy(unit->text, prefix, prefix_size);
	memcpy(unit->text + prefix_size, name, size);
	unit->size = prefix_size + size;
	unit->engine_size = prefix_size;
	unit->container[0] = '\0';
}

static void set_id(struct cgroup_unit *unit, const char *engine, const char *id)
{
	set(unit, engine, id, ID_SHOWN_SIZE);
	memcpy(unit->container, id, ID_SIZE);
	unit->container[ID_SIZE] = '\0';
}

static bool is_id(const char *text, size_t size)
{
	if (size < ID_SIZE)
		return false;
	for (size_t i = 0; i < ID_SIZE; i++) {
		if (!isxdigit((unsigned char)text[i]))
			return false;
	}
	return true;
}

static bool starts(const char *text, size_t size, const char *with)
{
	return size >= strlen(with) && !memcmp(text, with, strlen(with));
}

/* "docker-<id>.scope": systemd's cgroup driver. */
static bool is_scope(const char *part, size_t size, struct cgroup_unit *unit)
{
	static const struct {
		const char *prefix;
		const char *shown;
		bool has_id;
	} engines[] = {
		{"docker-", "docker:", true},	 {"libpod-", "podman:", true},
		{"crio-", "crio:", true},	 {"cri-containerd-", "containerd:", true},
		{"lxc.payload.", "lxc:", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(engines); i++) {
		size_t skip = strlen(engines[i].prefix);

		if (!starts(part, size, engines[i].prefix) || size == skip)
			continue;
		if (engines[i].has_id && !is_id(part + skip, size - skip))
			continue;
		if (engines[i].has_id)
			set_id(unit, engines[i].shown, part + skip);
		else
			set(unit, engines[i].shown, part + skip, size - skip);
		return true;
	}
	return false;
}

/* "/docker/<id>": cgroupfs driver; a pod's containers lie one level below it. */
static bool is_plain(const char *path, const char *part, size_t size, struct cgroup_unit *unit)
{
	if (size != ID_SIZE || !is_id(part, size))
		return false;
	set_id(unit,
	       part - path >= 8 && !memcmp(part - 8, "/docker/", 8) ? "docker:" : "container:",
	       part);
	return true;
}

/* "kubepods-burstable-podUID.slice", where systemd writes the UID's dashes as '_'; or "podUID". */
static void parse_pod_uid(const char *part, size_t size, struct cgroup_unit *unit)
{
	static const char end[] = ".slice";
	size_t end_size = sizeof(end) - 1, uid_size = sizeof(unit->pod_uid) - 1;
	const char *uid;

	if (size > end_size && !memcmp(part + size - end_size, end, end_size))
		size -= end_size;
	if (size < 3 + uid_size)
		return;
	uid = part + size - uid_size;
	if (memcmp(uid - 3, "pod", 3))
		return;
	for (size_t i = 0; i < uid_size; i++) {
		if (!isxdigit((unsigned char)uid[i]) && uid[i] != '-' && uid[i] != '_')
			return;
	}
	for (size_t i = 0; i < uid_size; i++)
		unit->pod_uid[i] = uid[i] == '_' ? '-' : uid[i];
	unit->pod_uid[uid_size] = '\0';
}

static bool is_unit(const char *part, size_t size)
{
	static const char *const ends[] = {".service", ".scope", ".socket", ".mount", ".swap"};

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		size_t end = strlen(ends[i]);

		if (size > end && !memcmp(part + size - end, ends[i], end))
			return true;
	}
	return false;
}

/* "user@1000.service" */
static size_t user_manager_size(const char *part, size_t size)
{
	static const char begin[] = "user@", end[] = ".service";
	size_t digits =
		strspn(part + (starts(part, size, begin) ? strlen(begin) : size), "0123456789");

	if (!starts(part, size, begin) || !digits || size != strlen(begin) + digits + strlen(end) ||
	    memcmp(part + size - strlen(end), end, strlen(end)))
		return 0;
	return strlen(begin) + digits;
}

/* What a user's manager runs: marked, and never a container that root runs. */
static void mark(struct cgroup_unit *unit, const char *manager, size_t size)
{
	char text[sizeof(unit->text)];
	size_t name_size = unit->size;

	memcpy(text, unit->text, name_size);
	if (name_size > sizeof(text) - size - 1)
		name_size = sizeof(text) - size - 1;
	memcpy(unit->text, manager, size);
	unit->text[size] = ':';
	memcpy(unit->text + size + 1, text, name_size);
	unit->size = size + 1 + name_size;
	unit->engine_size = size + 1;
	unit->container[0] = unit->pod_uid[0] = '\0';
}

/* The innermost name below the user's manager, without a container's priority over units. */
static void parse_user_manager(const char *part, size_t manager_size, struct cgroup_unit *unit)
{
	const char *manager = part, *rest = part + strcspn(part, "/");

	if (!*rest)
		return;
	cgroup_unit_of(rest, CGROUP_UNIT_UNCHECKED, unit);
	if (unit->size)
		mark(unit, manager, manager_size);
	else
		set(unit, "", manager, strcspn(manager, "/"));
}

void cgroup_unit_of(const char *path, size_t by_root, struct cgroup_unit *ret_unit)
{
	bool container = false;

	*ret_unit = (struct cgroup_unit){.size = 0};
	for (const char *part = path; *part && (size_t)(part - path) < by_root;) {
		size_t size = strcspn(part, "/"), manager = user_manager_size(part, size);

		if (manager && !container && part != path) {
			set(ret_unit, "", part, size);
			parse_user_manager(part, manager, ret_unit);
			return;
		}
		if (is_scope(part, size, ret_unit) || is_plain(path, part, size, ret_unit))
			container = true;
		else if (!container && is_unit(part, size))
			set(ret_unit, "", part, size);
		parse_pod_uid(part, size, ret_unit);
		part += size + !!part[size];
	}
}

void cgroup_unit_set_name(struct cgroup_unit *unit, const char *name)
{
	size_t size = strlen(name), room = sizeof(unit->text) - unit->engine_size;

	if (size > room)
		size = room;
	memcpy(unit->text + unit->engine_size, name, size);
	unit->size = unit->engine_size + size;
}
