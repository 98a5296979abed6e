/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lines and cells of a frame. Pure. */
#include "view/frame_put.h"

#include <string.h>

#include "base/format.h"
#include "base/rune_width.h"

void frame_release(struct frame *frame)
{
	buf_release(&frame->text);
	buf_release(&frame->scratch);
}

void frame_begin(struct frame *frame, enum frame_style style)
{
	if (frame->count < FRAME_LINES_MAX)
		frame->lines[frame->count] =
			(struct frame_line){.at = frame->text.len, .style = (uint8_t)style};
}

void frame_end(struct frame *frame)
{
	struct frame_line *line = &frame->lines[frame->count];
	size_t columns;

	if (frame->count == FRAME_LINES_MAX || frame->text.failed)
		return;
	line->size = text_fitting(frame->text.data + line->at, frame->text.len - line->at,
				  frame->width, &columns);
	frame->text.len = line->at + line->size;
	if (frame->count < frame->height)
		frame->count++;
}

void frame_text(struct frame *frame, enum frame_style style, const char *text)
{
	frame_begin(frame, style);
	buf_puts(&frame->text, text);
	frame_end(frame);
}

unsigned int frame_text_lines(const char *text)
{
	unsigned int count = 0;

	for (; text && *text; text++)
		count += *text == '\n';
	return count;
}

void frame_words(struct frame *frame, const char *text)
{
	const struct buf *out = &frame->text;
	size_t begin = frame->lines[frame->count].at, used, fits, size = strlen(text);

	if (out->failed)
		return;
	text_fitting(out->data + begin, out->len - begin, SIZE_MAX, &used);
	fits = text_fitting(text, size, used < frame->width ? frame->width - used : 0, &used);
	while (fits < size && fits && text[fits] != ' ')
		fits--;
	while (fits < size && fits && strchr(" ,;:(", text[fits - 1]))
		fits--;
	buf_put(&frame->text, text, fits);
}

void frame_cell(struct frame *frame, const char *text, size_t size, unsigned int width, bool right)
{
	size_t columns, fits = text_fitting(text, size, width, &columns);

	if (fits < size && width) {
		fits = text_fitting(text, size, width - 1, &columns);
		buf_put(&frame->text, text, fits);
		buf_fill(&frame->text, ' ', width - 1 - columns); /* half of a wide character */
		buf_putc(&frame->text, '~');
		return;
	}
	if (right)
		buf_fill(&frame->text, ' ', width - columns);
	buf_put(&frame->text, text, fits);
	if (!right)
		buf_fill(&frame->text, ' ', width - columns);
}

void frame_count(struct buf *out, uint64_t count)
{
	char digits[FORMAT_U64_MAX];
	size_t size = (size_t)(format_u64(digits, count) - digits);

	for (size_t i = 0; i < size; i++) {
		if (i && (size - i) % 3 == 0)
			buf_putc(out, ',');
		buf_putc(out, digits[i]);
	}
}

void frame_scroll(struct frame_choice *choice, size_t count, unsigned int page)
{
	if (choice->selected >= count)
		choice->selected = count ? count - 1 : 0;
	if (choice->first > choice->selected)
		choice->first = choice->selected;
	if (page && choice->selected >= choice->first + page)
		choice->first = choice->selected - page + 1;
	if (choice->first + page > count)
		choice->first = count > page ? count - page : 0;
}
