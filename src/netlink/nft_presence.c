/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* /proc/modules and /proc/kallsyms -> is nf_tables in this kernel? */
#include "netlink/nft_presence.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

#define MODULE "nf_tables "	       /* "NAME SIZE USERS ..." */
#define FUNCTION " nf_tables_getchain" /* "ADDRESS TYPE NAME"; a compiler may add a suffix */
#define LINE_SIZE 512

static FILE *open_text(const char *proc, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", proc, name);
	return fopen(path, "re");
}

static bool has_line(FILE *file, const char *words, bool at_start)
{
	char line[LINE_SIZE];

	while (fgets(line, sizeof(line), file)) {
		const char *found = strstr(line, words);

		if (found && (!at_start || found == line))
			return true;
	}
	return false;
}

/* Without CONFIG_MODULES the kernel has symbols, but neither file. */
static bool loads_no_modules(const char *proc)
{
	_cleanup_(cleanup_fclose) FILE *loader = open_text(proc, "sys/kernel/modprobe");

	return !loader && errno == ENOENT;
}

static int find_built_in(const char *proc, bool has_modules)
{
	_cleanup_(cleanup_fclose) FILE *symbols = open_text(proc, "kallsyms");

	if (!symbols)
		return -ENODATA;
	if (has_line(symbols, FUNCTION, false) || (!has_modules && loads_no_modules(proc)))
		return 0;
	return has_modules ? -ENOENT : -ENODATA;
}

static int find_module(const char *proc, bool *ret_has_modules)
{
	_cleanup_(cleanup_fclose) FILE *modules = open_text(proc, "modules");

	if (!modules && errno != ENOENT)
		return -errno;
	*ret_has_modules = modules;
	return modules && has_line(modules, MODULE, true) ? 0 : -ENOENT;
}

int nft_presence_find(const char *proc)
{
	bool has_modules;
	int err = find_module(proc, &has_modules);

	return err == -ENOENT ? find_built_in(proc, has_modules) : err;
}

/* What is built in stays so, and going through all symbols takes 20 ms and more. */
int nft_presence(void)
{
	static bool searched;
	static int built_in;
	bool has_modules;
	int err;

	if (searched && !built_in)
		return 0;
	err = find_module("/proc", &has_modules);
	if (err != -ENOENT)
		return err;
	if (!searched)
		built_in = find_built_in("/proc", has_modules);
	searched = true;
	return built_in;
}
