/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Parts of matching that are of use on their own. */
#ifndef FILTER_MATCH_H
#define FILTER_MATCH_H

#include <stdbool.h>
#include <stdint.h>

/* Do the first `bits` bits agree? */
bool match_prefix(const uint8_t addr[16], const uint8_t prefix[16], unsigned int bits);

bool match_glob(const char *pattern, const char *text);

#endif
