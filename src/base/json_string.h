/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Any bytes -> a JSON string that is also safe on a terminal. */
#ifndef BASE_JSON_STRING_H
#define BASE_JSON_STRING_H

#include "base/buf.h"

/*
 * Quoted. Valid UTF-8 stays as it is, but what steers a terminal (controls, DEL, C1, separators,
 * bidirectional controls) is escaped; each byte that is no UTF-8 becomes \ufffd.
 */
void json_string(struct buf *out, const char *bytes, size_t size);

#endif
