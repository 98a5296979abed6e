/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One question to the C library, which asks what nsswitch.conf says and may block for seconds. */
#ifndef NAMES_LOOKUP_H
#define NAMES_LOOKUP_H

#include <stdint.h>

/* netstat keeps a name in 128 bytes. */
#define LOOKUP_NAME_MAX 127

/* Heap text, or NULL where there is no name. The first may run in any thread, the others in one. */
char *lookup_host(int family, const uint8_t *addr);
char *lookup_network4(const uint8_t addr[4]);
char *lookup_user(uint32_t uid);

#endif
