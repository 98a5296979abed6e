/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * /proc/PID/fd of all processes -> the owner of each socket, by inode. Several threads may scan at
 * the same time, each with a part of its own; the owner is then the same as if one had: the first
 * in the order of /proc.
 */
#ifndef PROCFS_OWNERS_H
#define PROCFS_OWNERS_H

#include <stdbool.h>

#include "netstate/socket_row.h"

struct owners;

#define OWNERS_PARTS 2 /* threads that can scan at the same time */

/* Lists the processes of `proc`, reads nothing of them yet. 0 or -errno. */
int owners_new(const char *proc, bool want_context, struct owners **ret_owners);
void owners_free(struct owners *owners);

/* Takes process after process until none is left. `part` < OWNERS_PARTS. 0 or -errno. */
int owners_scan(struct owners *owners, unsigned int part);

/* All are read: closes `proc`, so that who has only a few descriptors left can open the tables. */
void owners_seal(struct owners *owners);

/* One socket of a process, from another source than the scan, into part `number`; processes in ascending order. 0 or
 * -errno. */
int owners_add(struct owners *owners, unsigned int number, int32_t pid, uint64_t inode);

/* After all scans. NULL: no process has it. */
const struct socket_owner *owners_find(const struct owners *owners, uint64_t inode);

bool owners_denied(const struct owners *owners); /* some process could not be looked into */
bool owners_found(const struct owners *owners);	 /* at least one socket */

/* Makes the names safe for a terminal. */
void owners_make_safe(struct owners *owners);

/* "socket:[123]" or "[0000]:123" -> 123, else 0. Pure. */
uint64_t owners_link_inode(const char *link, size_t size);

#endif
