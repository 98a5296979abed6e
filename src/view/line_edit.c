/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One line that is typed: cursor, words, history, completion. UTF-8. Pure. */
#include "view/line_edit.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

void line_edit_begin(struct line_edit *edit, const char *text)
{
	snprintf(edit->text, sizeof(edit->text), "%s", text);
	edit->cursor = strlen(edit->text);
	edit->at = 0;
}

static bool is_inside(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

static size_t before(const struct line_edit *edit, size_t at)
{
	while (at && is_inside(edit->text[--at]))
		;
	return at;
}

static size_t behind(const struct line_edit *edit, size_t at)
{
	if (edit->text[at])
		at++;
	while (is_inside(edit->text[at]))
		at++;
	return at;
}

/* A word ends at a blank or a bracket. */
static bool is_between(char byte)
{
	return byte == ' ' || byte == '(' || byte == ')' || byte == ',';
}

static size_t word_begin(const struct line_edit *edit)
{
	size_t at = edit->cursor;

	while (at && !is_between(edit->text[at - 1]))
		at--;
	return at;
}

static void cut(struct line_edit *edit, size_t from, size_t to)
{
	memmove(edit->text + from, edit->text + to, strlen(edit->text + to) + 1);
	edit->cursor = from;
}

static void cut_word(struct line_edit *edit)
{
	size_t at = edit->cursor;

	while (at && is_between(edit->text[at - 1]))
		at--;
	while (at && !is_between(edit->text[at - 1]))
		at--;
	cut(edit, at, edit->cursor);
}

static void recall(struct line_edit *edit, unsigned int at)
{
	if (at > edit->count || at == edit->at)
		return;
	if (!edit->at)
		memcpy(edit->typed, edit->text, sizeof(edit->typed));
	memcpy(edit->text, at ? edit->history[at - 1] : edit->typed, sizeof(edit->text));
	edit->at = at;
	edit->cursor = strlen(edit->text);
}

void line_edit_act(struct line_edit *edit, enum line_edit_action action)
{
	size_t at = edit->cursor;

	if (action == LINE_EDIT_LEFT)
		edit->cursor = before(edit, at);
	else if (action == LINE_EDIT_RIGHT)
		edit->cursor = behind(edit, at);
	else if (action == LINE_EDIT_HOME)
		edit->cursor = 0;
	else if (action == LINE_EDIT_END)
		edit->cursor = strlen(edit->text);
	else if (action == LINE_EDIT_BACKSPACE)
		cut(edit, before(edit, at), at);
	else if (action == LINE_EDIT_DELETE)
		cut(edit, at, behind(edit, at));
	else if (action == LINE_EDIT_WORD_BACK)
		cut_word(edit);
	else if (action == LINE_EDIT_KILL_BEFORE)
		cut(edit, 0, at);
	else if (action == LINE_EDIT_KILL_BEHIND)
		edit->text[at] = '\0';
	else if (action == LINE_EDIT_OLDER)
		recall(edit, edit->at + 1);
	else if (action == LINE_EDIT_NEWER && edit->at)
		recall(edit, edit->at - 1);
}

void line_edit_type(struct line_edit *edit, char byte)
{
	size_t size = strlen(edit->text);

	if (size + 1 >= sizeof(edit->text))
		return;
	memmove(edit->text + edit->cursor + 1, edit->text + edit->cursor, size - edit->cursor + 1);
	edit->text[edit->cursor++] = byte;
}

void line_edit_keep(struct line_edit *edit)
{
	edit->at = 0;
	if (!edit->text[0] || (edit->count && !strcmp(edit->history[0], edit->text)))
		return;
	memmove(edit->history[1], edit->history[0],
		(LINE_EDIT_HISTORY - 1) * sizeof(edit->history[0]));
	memcpy(edit->history[0], edit->text, sizeof(edit->text));
	edit->count += edit->count < LINE_EDIT_HISTORY;
}

/* How many bytes both begin with, whatever their case. */
static size_t in_common(const char *a, const char *b)
{
	size_t size = 0;

	while (a[size] && b[size] && !strncasecmp(a + size, b + size, 1))
		size++;
	return size;
}

void line_edit_complete(struct line_edit *edit, const char *const *words, char *ret_rest,
			size_t room)
{
	size_t begin = word_begin(edit), size = edit->cursor - begin, agreed = 0, used = 0;
	const char *first = NULL;
	unsigned int count = 0;

	*ret_rest = '\0';
	for (; size && *words; words++) {
		if (strncasecmp(*words, edit->text + begin, size) != 0)
			continue;
		agreed = first ? (agreed < in_common(first, *words) ? agreed
								    : in_common(first, *words))
			       : strlen(*words);
		first = first ? first : *words;
		count++;
		if (used + strlen(*words) + 2 < room)
			used += (size_t)snprintf(ret_rest + used, room - used, "%s ", *words);
	}
	if (first)
		memcpy(edit->text + begin, first, size); /* with its case */
	for (size_t i = size; first && i < agreed; i++)
		line_edit_type(edit, first[i]);
	if (count == 1)
		line_edit_type(edit, ' ');
	if (count < 2)
		*ret_rest = '\0';
}
