/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* RFC 4648 base64, with padding. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/buf.h"

void base64_put(struct buf *out, const void *bytes, size_t size);

#endif
