/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names as an attacker gives them, and what no output may have of them: for unit tests and fuzzers. */
#ifndef HOSTILE_H
#define HOSTILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/safe.h"

/* Begins what a name tries to put on a line of its own. */
#define HOSTILE_FORGED "FORGED"

/* Each short enough to be the name of a process, but for the last. */
static const char *const hostile_names[] = {
	"\033[2J\033[H\033[31m", /* clears the screen */
	"a\033[8mhid",		 /* concealed: SGR, but none of ours */
	"a\nFORGED b",		 /* a line of its own */
	"a\r\nFORGED",		 /* overwrites the line */
	"\x9b"
	"2J\xc2\x9b"
	"2J\x7f\b\a", /* C1, DEL, backspace, bell */
	"\xe2\x80\xae"
	"gpj.exe", /* right-to-left override */
	"\xe2\x81\xa6"
	"iso\xe2\x81\xa9",		    /* isolates */
	"ng\xe2\x80\x8binx\xc2\xad",	    /* U+200B, U+00AD: not seen */
	"\xf3\xa0\x81\x81\xf3\xa0\x81\xbf", /* tags */
	"\xef\xbf\xb9"
	"a\xef\xbf\xba"
	"b\xef\xbf\xbb",		/* interlinear marks */
	"\xff\xfe\xc0\xaf\xed\xa0\x80", /* no UTF-8 */
	"\",\"x\":\"\\",		/* ends a JSON string */
	"\xe2\x80\xa8"
	"FORGED\xc2\x85", /* separators of lines */
	"\033]0;title\a\033]52;c;aaaa\a\nFORGED line of a longer name \033P\033\\ with \xe2\x80\x8f and \t tabs",
};
#define HOSTILE_NAMES (sizeof(hostile_names) / sizeof(hostile_names[0]))

static inline void hostile_put(char *to, size_t size, unsigned int which)
{
	snprintf(to, size, "%s", hostile_names[which % HOSTILE_NAMES]);
}

/* What of `out` may not be there: its place, or -1. Text may have the colours of the views. */
static inline long hostile_in_text(const struct buf *out, bool colored)
{
	char copy[65536];
	size_t begin = 0;

	for (size_t i = 0; i < out->len; i++) {
		size_t size = i + 1 - begin;

		if (out->data[i] != '\n' && i + 1 != out->len)
			continue;
		if (size >= sizeof(HOSTILE_FORGED) - 1 &&
		    !memcmp(out->data + begin, HOSTILE_FORGED, sizeof(HOSTILE_FORGED) - 1))
			return (long)begin;
		size = size < sizeof(copy) ? size : sizeof(copy);
		memcpy(copy, out->data + begin, size);
		if (colored)
			safe_terminal(copy, size);
		else
			safe_plain(copy, size);
		for (size_t at = 0; at < size; at++) {
			if (copy[at] != out->data[begin + at])
				return (long)(begin + at);
		}
		begin = i + 1;
	}
	return -1;
}

/* One object a line; nothing that is not seen, and no sign outside of strings but JSON's own. */
static inline long hostile_in_json(const struct buf *out)
{
	bool in_string = false;

	if (!out->len || out->data[0] != '{' || out->data[out->len - 1] != '\n')
		return 0;
	for (size_t i = 0; i + 1 < out->len;) {
		size_t length = safe_sequence(out->data + i, out->len - i);
		char c = out->data[i];

		if (!length && c != '\n')
			return (long)i;
		if (c == '\n' && (in_string || out->data[i - 1] != '}' || out->data[i + 1] != '{'))
			return (long)i;
		if (in_string && c == '\\') {
			if (!strchr("\"\\/bfnrtu", out->data[i + 1]))
				return (long)i;
			length = 2;
		} else if (c == '"') {
			in_string = !in_string;
		} else if (!in_string && c != '\n' && !strchr("0123456789-+.eEtrufalsn:,{}[]", c)) {
			return (long)i;
		}
		i += length ? length : 1;
	}
	return in_string ? 0 : -1;
}

#endif
