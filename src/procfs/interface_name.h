/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The order in which netstat lists interfaces. Pure. */
#ifndef PROCFS_INTERFACE_NAME_H
#define PROCFS_INTERFACE_NAME_H

/*
 * netstat's natural order: by the part before the trailing digits, then by their number, then as
 * text; labels with a number ("eth0:2") follow their interface by it. As strcmp.
 */
int interface_name_compare(const char *a, const char *b);

#endif
