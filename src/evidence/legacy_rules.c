/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* /proc/net/ip_tables_names and ip6_tables_names -> which tables there are. */
#include "evidence/legacy_rules.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

#define NAME_SIZE 64 /* XT_TABLE_MAXNAMELEN is 32 */

static bool file_has(const char *path, const char *table)
{
	_cleanup_(cleanup_fclose) FILE *file = fopen(path, "re");
	char line[NAME_SIZE];

	while (file && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (!table || !strcmp(line, table))
			return true;
	}
	return false;
}

bool legacy_rules_have_of(bool ipv6, const char *table)
{
	return file_has(ipv6 ? "/proc/thread-self/net/ip6_tables_names"
			     : "/proc/thread-self/net/ip_tables_names",
			table);
}

bool legacy_rules_have(const char *table)
{
	return legacy_rules_have_of(false, table) || legacy_rules_have_of(true, table);
}
