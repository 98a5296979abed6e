/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names of services and users -> numbers. 0 or -ENOENT. */
#ifndef NAMES_NUMBERS_H
#define NAMES_NUMBERS_H

#include <stddef.h>
#include <stdint.h>

/* A TCP service of services(5). The port is in host byte order. */
int number_of_service(const char *name, uint16_t *ret_port);
/* ":http" or "ADDRESS:http" with the number in its place, in `text`, which has room for the word and
 * five digits; any other word itself. */
const char *number_for_service(const char *word, char *text, size_t room);
int number_of_user(const char *name, uint32_t *ret_uid);

#endif
