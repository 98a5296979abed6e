/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * RFC 4648 base64, with padding: what OSC 52 copies to a terminal's clipboard. No library that is
 * linked exports it; glibc's b64_ntop() is in libresolv, one library more for these ten lines.
 */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/buf.h"

void base64_put(struct buf *out, const void *bytes, size_t size);

#endif
