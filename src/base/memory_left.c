/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* /proc/self/cgroup and the files of those cgroups -> bytes that are left. */
#include "base/memory_left.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/number.h"

#define TEXT_MAX 8192 /* memory.stat has some 2 KiB */
#define LEVELS_MAX 64 /* cgroups above one another */
#define MEGABYTE (1u << 20)

/* One version's files. Usage holds what is in the cgroups below, and so do these lines of memory.stat. */
struct version {
	const char *mounts[2];
	const char *max, *used, *cache[2];
};

static const struct version versions[] = {
	{{"/sys/fs/cgroup", "/sys/fs/cgroup/unified"},
	 "memory.max",
	 "memory.current",
	 {"inactive_file ", "active_file "}},
	{{"/sys/fs/cgroup/memory", NULL},
	 "memory.limit_in_bytes",
	 "memory.usage_in_bytes",
	 {"total_inactive_file ", "total_active_file "}},
};

/* With a NUL behind it; false: it cannot be read. */
static bool read_text(const char *path, char text[TEXT_MAX])
{
	_cleanup_(cleanup_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t size = 0, one = 0;

	while (fd >= 0 && size < TEXT_MAX - 1) {
		one = read(fd, text + size, (size_t)(TEXT_MAX - 1 - size));
		if (one <= 0)
			break;
		size += one;
	}
	text[size] = '\0';
	return fd >= 0 && one >= 0;
}

/* The number in front of the line's end. "max" is none. */
static bool number_of(const char *text, uint64_t *ret_number)
{
	char digits[24];
	size_t size = strcspn(text, "\n");

	if (size >= sizeof(digits))
		return false;
	memcpy(digits, text, size);
	digits[size] = '\0';
	return !number_parse(digits, UINT64_MAX, ret_number);
}

static bool read_number(const char *folder, const char *file, uint64_t *ret_number)
{
	static char path[PATH_MAX], text[TEXT_MAX]; /* too large for a small stack */

	return snprintf(path, sizeof(path), "%s/%s", folder, file) < (int)sizeof(path) &&
	       read_text(path, text) && number_of(text, ret_number);
}

static uint64_t cache_of(const struct version *version, const char *folder)
{
	static char path[PATH_MAX], text[TEXT_MAX];
	uint64_t sum = 0, one;

	if (snprintf(path, sizeof(path), "%s/memory.stat", folder) >= (int)sizeof(path) ||
	    !read_text(path, text))
		return 0;
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		for (size_t i = 0; i < ARRAY_SIZE(version->cache); i++) {
			size_t size = strlen(version->cache[i]);

			if (!strncmp(line, version->cache[i], size) && number_of(line + size, &one))
				sum += one;
		}
	}
	return sum;
}

static void read_folder(const struct version *version, const char *folder, struct memory_left *left)
{
	uint64_t max, used, cache, here;

	/* version 1 writes "no limit" as a number near 2^63 */
	if (!read_number(folder, version->max, &max) || max >= INT64_MAX / 2 ||
	    !read_number(folder, version->used, &used))
		return;
	cache = cache_of(version, folder);
	used = used > cache ? used - cache : 0;
	here = max > used ? max - used : 0;
	if (!left->limited || here < left->left)
		*left = (struct memory_left){.limited = true, .max = max, .left = here};
}

/*
 * From the cgroup upwards. In a container its path may lead to nothing, or begin with "/..", out of the
 * cgroup namespace and so out of the mount: then the mount's own root counts.
 */
static void read_version(const struct version *version, const char *root, const char *cgroup,
			 struct memory_left *left)
{
	bool has_path = strcmp(cgroup, "/") && strncmp(cgroup, "/..", 3);

	for (size_t i = 0; i < ARRAY_SIZE(version->mounts) && version->mounts[i]; i++) {
		static char folder[PATH_MAX];
		int mount = snprintf(folder, sizeof(folder), "%s%s", root, version->mounts[i]);
		int size = snprintf(folder, sizeof(folder), "%s%s%s", root, version->mounts[i],
				    has_path ? cgroup : "");

		if (size >= (int)sizeof(folder))
			continue;
		for (int level = 0; level < LEVELS_MAX; level++) {
			char *end = strrchr(folder, '/');

			read_folder(version, folder, left);
			if (!end || end - folder < mount)
				break;
			*end = '\0';
		}
	}
}

/* "0::/user.slice" of version 2, "4:memory:/user.slice" of version 1. */
static bool is_memory_of_v1(const char *controllers, size_t size)
{
	static const char name[] = "memory";

	for (size_t at = 0; at < size; at += strcspn(controllers + at, ",:") + 1) {
		if (strcspn(controllers + at, ",:") == strlen(name) &&
		    !strncmp(controllers + at, name, strlen(name)))
			return true;
	}
	return false;
}

struct memory_left memory_left_read(const char *root)
{
	struct memory_left left = {.left = UINT64_MAX};
	static char path[PATH_MAX], text[TEXT_MAX];
	char *end;

	if (snprintf(path, sizeof(path), "%s/proc/self/cgroup", root) >= (int)sizeof(path) ||
	    !read_text(path, text))
		return left;
	for (char *line = text; *line; line = end) {
		char *controllers = strchr(line, ':'), *cgroup;

		end = line + strcspn(line, "\n");
		end += *end ? (*end = '\0', 1) : 0;
		cgroup = controllers ? strchr(controllers + 1, ':') : NULL;
		if (!cgroup || cgroup[1] != '/')
			continue;
		controllers++;
		if (controllers == cgroup && !strncmp(line, "0:", 2))
			read_version(&versions[0], root, cgroup + 1, &left);
		else if (is_memory_of_v1(controllers, (size_t)(cgroup - controllers)))
			read_version(&versions[1], root, cgroup + 1, &left);
	}
	return left;
}

const struct memory_left *memory_left(void)
{
	static struct memory_left left;
	static bool is_read;

	if (!is_read)
		left = memory_left_read("");
	is_read = true;
	return &left;
}

uint32_t memory_left_count(const struct memory_left *memory, uint64_t reserve, uint64_t each,
			   uint32_t least, uint32_t max)
{
	uint64_t count;

	if (!memory->limited)
		return max;
	count = memory->left > reserve ? (memory->left - reserve) / each : 0;
	if (count < least)
		return least;
	return count < max ? (uint32_t)count : max;
}

const char *memory_left_text(void)
{
	static char text[96];
	const struct memory_left *left = memory_left();

	snprintf(text, sizeof(text), "the memory cgroup leaves %u of %u MB",
		 (unsigned int)(left->left / MEGABYTE), (unsigned int)(left->max / MEGABYTE));
	return text;
}

bool memory_is_short(uint64_t takes, const char *what, char *ret_text, size_t size)
{
	if (memory_left()->left >= takes)
		return false;
	snprintf(ret_text, size, "%s takes %u MB, and %s (memory.max)", what,
		 (unsigned int)(takes / MEGABYTE), memory_left_text());
	return true;
}
