/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lines of text -> lines that fit a terminal. Pure. */
#include "view/wrap.h"

#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/rune_width.h"

#define ROOM_MIN 16 /* columns beside the indent; in fewer nothing is broken */

/* "\033[1;31m" */
static size_t escape_size(const char *text, size_t size)
{
	const char *end = size && *text == '\033' ? memchr(text, 'm', size) : NULL;

	return end ? (size_t)(end - text) + 1 : 0;
}

static size_t columns_of(const char *text, size_t size)
{
	size_t sum = 0, columns;

	while (size) {
		size_t escape = escape_size(text, size);
		const char *next = escape ? NULL : memchr(text + 1, '\033', size - 1);
		size_t part = escape ? escape : next ? (size_t)(next - text) : size;

		if (!escape) {
			text_fitting(text, part, SIZE_MAX, &columns);
			sum += columns;
		}
		text += part;
		size -= part;
	}
	return sum;
}

static size_t word_end(const char *line, size_t size, size_t i)
{
	while (i < size && line[i] == ' ')
		i++;
	while (i < size && line[i] != ' ')
		i++;
	return i;
}

/* Of "5.1 s," and "12.5 ms": a number is not parted from its unit. */
static bool ends_in_digit(const char *line, size_t size)
{
	return size && line[size - 1] >= '0' && line[size - 1] <= '9';
}

static bool is_unit(const char *word, size_t size)
{
	size_t letters = size > 1 && word[1] == 'm' ? 3 : 2;

	return size >= letters && size <= letters + 1 && word[letters - 1] == 's';
}

/* Blanks, and the word behind them. */
static size_t word_size(const char *line, size_t size)
{
	size_t end = word_end(line, size, 0), next = word_end(line, size, end);

	return ends_in_digit(line, end) && is_unit(line + end, next - end) ? next : end;
}

static void put_line(struct buf *out, const char *line, size_t size, unsigned int width,
		     unsigned int indent)
{
	size_t column = 0;

	while (size) {
		size_t word = word_size(line, size), columns = columns_of(line, word);

		if (column > indent && column + columns > width && word && *line == ' ') {
			size_t blanks = strspn(line, " ");

			blanks = blanks < word ? blanks : word;
			buf_printf(out, "\n%*s", (int)indent, "");
			buf_put(out, line + blanks, word - blanks);
			column = indent + columns - blanks;
		} else {
			buf_put(out, line, word);
			column += columns;
		}
		line += word;
		size -= word;
	}
}

void view_wrap(struct buf *out, size_t begin, unsigned int width, unsigned int indent)
{
	_cleanup_(buf_release) struct buf text = {};
	const char *at, *end;

	if (width < indent + ROOM_MIN || out->failed || out->len == begin)
		return;
	buf_put(&text, out->data + begin, out->len - begin);
	if (text.failed)
		return;
	out->len = begin;
	for (at = text.data; at < text.data + text.len; at = end + 1) {
		end = memchr(at, '\n', (size_t)(text.data + text.len - at));
		if (!end)
			end = text.data + text.len;
		put_line(out, at, (size_t)(end - at), width, indent);
		if (end < text.data + text.len)
			buf_putc(out, '\n');
	}
}
