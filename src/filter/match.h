/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Parts of matching that are of use on their own. */
#ifndef FILTER_MATCH_H
#define FILTER_MATCH_H

#include <stdbool.h>
#include <stdint.h>

bool match_glob(const char *pattern, const char *text);

#endif
