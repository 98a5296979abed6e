/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names of services and users -> numbers. 0 or -ENOENT. */
#ifndef NAMES_NUMBERS_H
#define NAMES_NUMBERS_H

#include <stdint.h>

/* A TCP service of services(5). The port is in host byte order. */
int number_of_service(const char *name, uint16_t *ret_port);
int number_of_user(const char *name, uint32_t *ret_uid);

#endif
