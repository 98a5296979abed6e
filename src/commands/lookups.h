/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names that options and filters use -> numbers. 0 or -ENOENT. */
#ifndef COMMANDS_LOOKUPS_H
#define COMMANDS_LOOKUPS_H

#include <stdint.h>

int number_of_service(const char *name, uint16_t *ret_port);
int number_of_user(const char *name, uint32_t *ret_uid);

/* A name below /run/netns, a path (/proc/PID/ns/net) or an inode number. */
int number_of_netns(const char *text, uint32_t *ret_inode);

#endif
