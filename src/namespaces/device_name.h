/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Index of a network device in some network namespace -> its name. */
#ifndef NAMESPACES_DEVICE_NAME_H
#define NAMESPACES_DEVICE_NAME_H

#include <net/if.h>
#include <stdint.h>

/*
 * `path` leads to the namespace (/proc/PID/ns/net, /run/netns/NAME; NULL: none is known), whose inode
 * is `netns`. Where it leads there no more, any other way to it is taken. This thread enters the
 * namespace and comes back. 0; -ENOENT, -EPERM ...; the name comes from outside.
 */
int device_name_read(const char *path, uint32_t netns, uint32_t index, char name[IF_NAMESIZE]);

#endif
