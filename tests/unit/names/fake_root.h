/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A folder that stands for "/", with the files that a test puts there. */
#ifndef UNIT_NAMES_FAKE_ROOT_H
#define UNIT_NAMES_FAKE_ROOT_H

#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/unit.h"

struct fake_root {
	char path[PATH_MAX / 4];
};

static inline void fake_root_init(struct fake_root *root)
{
	strcpy(root->path, "/tmp/netstate-root-XXXXXX");
	assert_non_null(mkdtemp(root->path));
}

static inline int fake_root_remove(const char *path, const struct stat *info, int kind,
				   struct FTW *walk)
{
	return remove(path);
}

static inline void fake_root_release(const struct fake_root *root)
{
	nftw(root->path, fake_root_remove, 16, FTW_DEPTH | FTW_PHYS);
}

/* The folders of `file` are made, too. */
static inline void fake_root_path(const struct fake_root *root, const char *file,
				  char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/%s", root->path, file);
	for (char *at = path + strlen(root->path) + 1; (at = strchr(at, '/')); at++) {
		*at = '\0';
		mkdir(path, 0755);
		*at = '/';
	}
}

static inline void fake_root_file(const struct fake_root *root, const char *file, const char *text)
{
	char path[PATH_MAX];
	FILE *stream;

	fake_root_path(root, file, path);
	stream = fopen(path, "w");
	assert_non_null(stream);
	fputs(text, stream);
	assert_int_equal(fclose(stream), 0);
}

static inline void fake_root_link(const struct fake_root *root, const char *file, const char *to)
{
	char path[PATH_MAX];

	fake_root_path(root, file, path);
	assert_int_equal(symlink(to, path), 0);
}

#endif
