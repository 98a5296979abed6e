/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Files of container engines -> a container's name. */
#include "names/container_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

#define FILE_MAX (4u << 20) /* a bundle's config.json has some 30 KiB */

typedef struct json_object json;

static void cleanup_json(json **object)
{
	json_object_put(*object);
}

static void cleanup_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

/* Only what root wrote: another user's file could give a container any name. */
static json *read_json(const char *path)
{
	_cleanup_(cleanup_close) int fd =
		open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	struct stat info;

	if (fd < 0 || fstat(fd, &info) || !S_ISREG(info.st_mode) || info.st_uid ||
	    info.st_size > FILE_MAX)
		return NULL;
	return json_object_from_fd(fd);
}

/* NULL: there is no such member, or `object` is none. */
static json *member(json *object, const char *key)
{
	json *value = NULL;

	if (json_object_is_type(object, json_type_object))
		json_object_object_get_ex(object, key, &value);
	return value;
}

static const char *string(json *value)
{
	return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
}

static const char *string_of(json *object, const char *key)
{
	return string(member(object, key));
}

/* Labels of docker, annotations of containerd's and cri-o's bundles. */
static bool name_of_pod(json *labels, char name[CONTAINER_NAME_SIZE])
{
	static const struct {
		const char *space, *pod, *container;
	} rows[] = {
		{"io.kubernetes.cri.sandbox-namespace", "io.kubernetes.cri.sandbox-name",
		 "io.kubernetes.cri.container-name"},
		{"io.kubernetes.pod.namespace", "io.kubernetes.pod.name",
		 "io.kubernetes.container.name"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *space = string_of(labels, rows[i].space);
		const char *pod = string_of(labels, rows[i].pod);
		const char *container = string_of(labels, rows[i].container);

		if (!space || !pod)
			continue;
		snprintf(name, CONTAINER_NAME_SIZE, "%s/%s%s%s", space, pod, container ? "/" : "",
			 container ? container : "");
		return true;
	}
	return false;
}

static bool set_name(const char *text, char name[CONTAINER_NAME_SIZE])
{
	if (!text || !*text)
		return false;
	snprintf(name, CONTAINER_NAME_SIZE, "%s", text);
	return true;
}

bool container_name_by_docker(const char *root, const char *id, char name[CONTAINER_NAME_SIZE])
{
	_cleanup_(cleanup_json) json *config = NULL;
	char path[PATH_MAX];
	const char *text;

	snprintf(path, sizeof(path), "%s/var/lib/docker/containers/%s/config.v2.json", root, id);
	config = read_json(path);
	if (name_of_pod(member(member(config, "Config"), "Labels"), name))
		return true;
	text = string_of(config, "Name");
	return set_name(text && *text == '/' ? text + 1 : text, name);
}

bool container_name_by_bundle(const char *root, const char *id, char name[CONTAINER_NAME_SIZE])
{
	static const struct {
		const char *folder, *file;
	} rows[] = {
		{"/run/containerd/io.containerd.runtime.v2.task/k8s.io", "config.json"},
		{"/run/containerd/io.containerd.runtime.v2.task/default", "config.json"},
		{"/run/containerd/io.containerd.runtime.v2.task/moby", "config.json"},
		{"/run/containers/storage/overlay-containers", "userdata/config.json"},
		{"/var/lib/containers/storage/overlay-containers", "userdata/config.json"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(cleanup_json) json *config = NULL;
		json *annotations;
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "%s%s/%s/%s", root, rows[i].folder, id, rows[i].file);
		config = read_json(path);
		annotations = member(config, "annotations");
		if (name_of_pod(annotations, name) ||
		    set_name(string_of(annotations, "nerdctl/name"), name))
			return true;
	}
	return false;
}

/* Does this list of containers/storage name it? */
static bool listed_in(const char *path, const char *id, char name[CONTAINER_NAME_SIZE])
{
	_cleanup_(cleanup_json) json *list = read_json(path);
	size_t count =
		json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;

	for (size_t i = 0; i < count; i++) {
		json *row = json_object_array_get_idx(list, i), *names = member(row, "names");
		const char *row_id = string_of(row, "id");

		if (!row_id || strcmp(row_id, id))
			continue;
		return json_object_is_type(names, json_type_array) &&
		       json_object_array_length(names) > 0 &&
		       set_name(string(json_object_array_get_idx(names, 0)), name);
	}
	return false;
}

bool container_name_by_storage(const char *root, const char *id, char name[CONTAINER_NAME_SIZE])
{
	static const char *const drivers[] = {"overlay", "vfs", "btrfs", "zfs", "aufs"};
	static const char *const files[] = {"containers.json", "volatile-containers.json"};

	for (size_t i = 0; i < ARRAY_SIZE(drivers) * ARRAY_SIZE(files); i++) {
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "%s/var/lib/containers/storage/%s-containers/%s", root,
			 drivers[i / ARRAY_SIZE(files)], files[i % ARRAY_SIZE(files)]);
		if (listed_in(path, id, name))
			return true;
	}
	return false;
}

/* "POD_NAMESPACE_CONTAINER-ID.log"; none of the three may hold a '_'. */
static bool name_of_log(const char *file, const char *id, char name[CONTAINER_NAME_SIZE])
{
	size_t size = strlen(file), tail = CONTAINER_ID_SIZE + sizeof("-.log") - 1;
	size_t pod = strcspn(file, "_"), space;

	if (size <= tail || memcmp(file + size - tail + 1, id, CONTAINER_ID_SIZE) || !file[pod])
		return false;
	space = strcspn(file + pod + 1, "_");
	if (pod + 1 + space + 1 >= size - tail)
		return false;
	snprintf(name, CONTAINER_NAME_SIZE, "%.*s/%.*s/%.*s", (int)space, file + pod + 1, (int)pod,
		 file, (int)(size - tail - pod - space - 2), file + pod + space + 2);
	return true;
}

/* "NAMESPACE_POD_UID" */
static bool name_of_pod_folder(const char *folder, const char *uid, char name[CONTAINER_NAME_SIZE])
{
	size_t size = strlen(folder), tail = strlen(uid) + 1, space = strcspn(folder, "_");

	if (size <= tail || folder[size - tail] != '_' || strcmp(folder + size - tail + 1, uid) ||
	    space + 1 >= size - tail)
		return false;
	snprintf(name, CONTAINER_NAME_SIZE, "%.*s/%.*s", (int)space, folder,
		 (int)(size - tail - space - 1), folder + space + 1);
	return true;
}

/* The first entry of root's folder that `is_it` takes a name from. */
static bool entry_of(const char *root, const char *folder, const char *key,
		     bool (*is_it)(const char *entry, const char *key,
				   char name[CONTAINER_NAME_SIZE]),
		     char name[CONTAINER_NAME_SIZE])
{
	_cleanup_(cleanup_dir) DIR *dir = NULL;
	struct dirent *entry;
	char path[PATH_MAX];
	struct stat info;

	snprintf(path, sizeof(path), "%s%s", root, folder);
	dir = opendir(path);
	if (!dir || fstat(dirfd(dir), &info) || info.st_uid)
		return false;
	while ((entry = readdir(dir))) {
		if (is_it(entry->d_name, key, name))
			return true;
	}
	return false;
}

bool container_name_by_log(const char *root, const char *id, char name[CONTAINER_NAME_SIZE])
{
	return entry_of(root, "/var/log/containers", id, name_of_log, name);
}

bool container_name_by_pod(const char *root, const char *uid, char name[CONTAINER_NAME_SIZE])
{
	return entry_of(root, "/var/log/pods", uid, name_of_pod_folder, name);
}
