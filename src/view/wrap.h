/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lines of text -> lines that fit a terminal. Pure. */
#ifndef VIEW_WRAP_H
#define VIEW_WRAP_H

#include <stddef.h>

#include "base/buf.h"

/*
 * Breaks the lines of out->data[begin..] at blanks, so that none is wider than `width` columns where
 * that is possible; what follows is indented by `indent`. Colours take no columns. 0: nothing is
 * broken.
 */
void view_wrap(struct buf *out, size_t begin, unsigned int width, unsigned int indent);

#endif
