/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A name, path or number of a network namespace -> its inode. */
#include "namespaces/by_name.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "namespaces/netns_file.h"

static int inode_of_netns(const char *text, uint32_t *ret_inode)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s", strchr(text, '/') ? "" : "/run/netns/", text);
	return netns_file_inode(AT_FDCWD, path, ret_inode);
}

/* A name goes first: it may be a number, as of a VLAN. */
int number_of_netns(const char *text, uint32_t *ret_inode)
{
	uint64_t inode;

	if (!inode_of_netns(text, ret_inode))
		return 0;
	if (number_parse(text, UINT32_MAX, &inode) || !inode)
		return -ENOENT;
	*ret_inode = (uint32_t)inode;
	return 0;
}
