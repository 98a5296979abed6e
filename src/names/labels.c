/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Containers and network namespaces -> what people call them. */
#include "names/labels.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "names/containers.h"
#include "namespaces/device_name.h"
#include "namespaces/residents.h"
#include "netstate/cgroup_unit.h"

#define STALE_NS 5000000000u /* what is known is read anew after this */
#define CHECK_NS 20000000u   /* whether it is still so is looked at after this */
#define AGAIN_NS 500000000u  /* so is what is not known, at the latest */
#define SHARE 20	     /* reading takes at most one part in so many of the time */
#define PATH_SIZE 512
#define DEVICES 64
#define CGROUP_SIZE 4096

struct device {
	uint32_t netns, index; /* 0: free */
	uint64_t read_ns;
	char name[IF_NAMESIZE];
};

struct labels {
	const char *root;
	struct containers *containers;
	struct residents residents;
	char **texts;	      /* of each resident, once asked for; NULL: not yet, or none */
	uint64_t *checked_ns; /* when each was last seen to be in that namespace */
	uint64_t read_ns;     /* 0: not yet */
	uint64_t took_ns;     /* to read them all */
	char text[256];	      /* the one that is being made */
	struct device devices[DEVICES];
	size_t (*by_root)(void *context, const char *path); /* NULL: nobody can say */
	void *context;
};

int labels_new(const char *root, struct labels **ret_labels)
{
	struct labels *labels = calloc(1, sizeof(*labels));

	if (!labels)
		return -ENOMEM;
	labels->root = root;
	if (containers_new(root, &labels->containers)) {
		free(labels);
		return -ENOMEM;
	}
	*ret_labels = labels;
	return 0;
}

static void forget(struct labels *labels)
{
	for (size_t i = 0; labels->texts && i < labels->residents.count; i++)
		free(labels->texts[i]);
	free(labels->texts);
	free(labels->checked_ns);
	labels->texts = NULL;
	labels->checked_ns = NULL;
	residents_release(&labels->residents);
}

void labels_free(struct labels *labels)
{
	if (!labels)
		return;
	containers_free(labels->containers);
	forget(labels);
	free(labels);
}

void labels_check_units(struct labels *labels, size_t (*by_root)(void *context, const char *path),
			void *context)
{
	labels->by_root = by_root;
	labels->context = context;
}

const char *labels_container(struct labels *labels, const char *id, const char *pod_uid)
{
	return containers_find(labels->containers, id, pod_uid, clock_monotonic_ns());
}

/* Where it fails, what was known stays. */
static void refresh(struct labels *labels, uint64_t now)
{
	char proc[PATH_SIZE], names[PATH_SIZE];
	struct residents fresh;
	uint64_t *checked;
	char **texts;

	snprintf(proc, sizeof(proc), "%s/proc", labels->root);
	snprintf(names, sizeof(names), "%s/run/netns", labels->root);
	labels->read_ns = now;
	if (residents_read(proc, names, &fresh))
		return;
	labels->took_ns = clock_monotonic_ns() - now;
	texts = calloc(fresh.count + 1, sizeof(*texts));
	checked = calloc(fresh.count + 1, sizeof(*checked));
	if (!texts || !checked) {
		free(texts);
		free(checked);
		residents_release(&fresh);
		return;
	}
	for (size_t i = 0; i < fresh.count; i++)
		checked[i] = now;
	forget(labels);
	labels->checked_ns = checked;
	labels->residents = fresh;
	labels->texts = texts;
}

static bool read_file(const struct labels *labels, pid_t pid, const char *file, char *text,
		      size_t size)
{
	char proc[PATH_SIZE];

	snprintf(proc, sizeof(proc), "%s/proc", labels->root);
	return resident_read(proc, pid, file, text, size);
}

/* `process`: a number, or "self". */
static bool lives_in(const struct labels *labels, const char *process, uint32_t netns)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s/proc/%s/ns/net", labels->root, process);
	return residents_is(netns, path, true);
}

/* Only version 2's folders ("0::/path") can be looked at. */
static size_t by_root(const struct labels *labels, const char *line, const char *path)
{
	if (!labels->by_root || strncmp(line, "0::", 3))
		return CGROUP_UNIT_UNCHECKED;
	return labels->by_root(labels->context, path);
}

/* The container's or unit's name from one line of /proc/PID/cgroup, "9:name=systemd:/path". */
static bool label_of_cgroup(struct labels *labels, char *line)
{
	char *path = strchr(line, ':');
	struct cgroup_unit unit;
	const char *name;

	path = path ? strchr(path + 1, ':') : NULL;
	if (!path)
		return false;
	cgroup_unit_of(path + 1, by_root(labels, line, path + 1), &unit);
	if (!unit.size)
		return false;
	name = unit.container[0] ? labels_container(labels, unit.container, unit.pod_uid) : NULL;
	if (name)
		cgroup_unit_set_name(&unit, name);
	snprintf(labels->text, sizeof(labels->text), "%.*s", (int)unit.size, unit.text);
	return true;
}

/* Version 2's line is the last one, and may be "/" where version 1 is in use beside it. */
static bool label_of_unit(struct labels *labels, pid_t pid)
{
	char text[CGROUP_SIZE], *rest = text, *line;
	bool found = false;

	if (!read_file(labels, pid, "cgroup", text, sizeof(text)))
		return false;
	while ((line = strsep(&rest, "\n")))
		found = label_of_cgroup(labels, line) || found;
	return found;
}

static bool label_of_command(struct labels *labels, pid_t pid)
{
	if (!read_file(labels, pid, "comm", labels->text, sizeof(labels->text)))
		return false;
	labels->text[strcspn(labels->text, "\n")] = '\0';
	return true;
}

/* Kernel threads live in the initial network namespace, and are visible in the initial pid
 * namespace alone, where kthreadd is pid 2. */
static bool is_host(struct labels *labels, const struct resident *resident)
{
	char text[64];

	return read_file(labels, 2, "comm", text, sizeof(text)) && !strcmp(text, "kthreadd\n") &&
	       lives_in(labels, "2", resident->netns);
}

static bool label_of(struct labels *labels, const struct resident *resident)
{
	if (resident->name) {
		snprintf(labels->text, sizeof(labels->text), "%s", resident->name);
		return true;
	}
	if (is_host(labels, resident)) {
		snprintf(labels->text, sizeof(labels->text), "host");
		return true;
	}
	return resident->pid &&
	       (label_of_unit(labels, resident->pid) || label_of_command(labels, resident->pid));
}

/* The kernel gives the number of a namespace that is gone to the next one. */
static bool still_lives_there(struct labels *labels, const struct resident *resident, uint64_t now)
{
	uint64_t *checked = &labels->checked_ns[resident - labels->residents.list];
	char path[PATH_SIZE];

	if (now - *checked <= CHECK_NS)
		return true;
	*checked = now;
	if (resident->name)
		snprintf(path, sizeof(path), "%s/run/netns/%s", labels->root, resident->name);
	else
		snprintf(path, sizeof(path), "%s/proc/%d/ns/net", labels->root, (int)resident->pid);
	return residents_is(resident->netns, path, !resident->name);
}

/* A namespace that is not known may be a new one. */
static uint64_t again_ns(const struct labels *labels)
{
	uint64_t pause = labels->took_ns * SHARE;

	if (pause > AGAIN_NS)
		return AGAIN_NS;
	return pause < CHECK_NS ? CHECK_NS : pause;
}

static const struct resident *resident_of(struct labels *labels, uint32_t netns)
{
	uint64_t now = clock_monotonic_ns();
	const struct resident *resident;

	if (!labels->read_ns || now - labels->read_ns > STALE_NS)
		refresh(labels, now);
	resident = residents_find(&labels->residents, netns);
	if (resident && !still_lives_there(labels, resident, now)) {
		refresh(labels, now);
		return residents_find(&labels->residents, netns);
	}
	if (!resident && now - labels->read_ns > again_ns(labels)) {
		refresh(labels, now);
		resident = residents_find(&labels->residents, netns);
	}
	return resident;
}

const char *labels_netns(struct labels *labels, uint32_t netns)
{
	const struct resident *resident = resident_of(labels, netns);
	char **text;

	if (!resident)
		return NULL;
	text = &labels->texts[resident - labels->residents.list];
	if (!*text && label_of(labels, resident))
		*text = strdup(labels->text);
	return *text;
}

/* Nothing in it means anything to a shell, nor looks like an option. */
static bool is_plain(const char *name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:@+-";

	return *name != '-' && name[strspn(name, plain)] == '\0';
}

const char *labels_netns_enter(struct labels *labels, uint32_t netns)
{
	const struct resident *resident;

	if (lives_in(labels, "self", netns))
		return "";
	resident = resident_of(labels, netns);
	if (!resident)
		return NULL;
	if (resident->name && is_plain(resident->name))
		snprintf(labels->text, sizeof(labels->text), "ip netns exec %s ", resident->name);
	else if (resident->pid)
		snprintf(labels->text, sizeof(labels->text), "nsenter -t %d -n ",
			 (int)resident->pid);
	else
		return NULL;
	return labels->text;
}

static void read_device(struct labels *labels, struct device *device)
{
	const struct resident *resident = resident_of(labels, device->netns);
	char path[PATH_SIZE];
	int err;

	device->name[0] = '\0';
	device->read_ns = clock_monotonic_ns();
	if (resident && resident->pid)
		snprintf(path, sizeof(path), "%s/proc/%d/ns/net", labels->root, (int)resident->pid);
	else if (resident)
		snprintf(path, sizeof(path), "%s/run/netns/%s", labels->root, resident->name);
	err = device_name_read(resident ? path : NULL, device->netns, device->index, device->name);
	if (err == -ENODEV)
		snprintf(device->name, sizeof(device->name), "%u", device->index);
	else if (err)
		device->name[0] = '\0';
}

const char *labels_device(struct labels *labels, uint32_t netns, uint32_t index)
{
	struct device *device = &labels->devices[(netns * 31 + index) % DEVICES];

	if (device->netns != netns || device->index != index ||
	    clock_monotonic_ns() - device->read_ns > CHECK_NS) {
		device->netns = netns;
		device->index = index;
		read_device(labels, device);
	}
	return device->name[0] ? device->name : NULL;
}
