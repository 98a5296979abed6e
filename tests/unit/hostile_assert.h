/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An output with hostile names in it: clean, or the test fails and shows the place. */
#ifndef UNIT_HOSTILE_ASSERT_H
#define UNIT_HOSTILE_ASSERT_H

#include "hostile.h"
#include "unit/unit.h"

static inline void hostile_fail(const char *what, const struct buf *out, long place)
{
	char text[160] = "";

	print_message("# %.*s\n", (int)place, out->data);
	for (size_t i = (size_t)place, at = 0; i < out->len && at < sizeof(text) - 8; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, " %02x",
				       (unsigned char)out->data[i]);
	fail_msg("%s: from byte %ld of %zu on:%s", what, place, out->len, text);
}

/* Of text; clears it. */
static inline void assert_clean_text(const char *what, struct buf *out, bool colored)
{
	long place = hostile_in_text(out, colored);

	assert_false(out->failed);
	if (place >= 0)
		hostile_fail(what, out, place);
	buf_clear(out);
}

static inline void assert_clean_json(const char *what, struct buf *out)
{
	long place = hostile_in_json(out);

	assert_false(out->failed);
	if (place >= 0)
		hostile_fail(what, out, place);
	buf_clear(out);
}

#endif
