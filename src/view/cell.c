/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Columns of text in a terminal that is too narrow for all. Pure. */
#include "view/cell.h"

#include <string.h>

#include "base/rune_width.h"

enum size {
	AS_IS,
	LEAST,
	TINY,
};

static unsigned int total(const struct cell *cells, unsigned int count, enum size size)
{
	unsigned int sum = 0;

	for (unsigned int i = 0; i < count; i++) {
		const struct cell *cell = &cells[i];

		if (cell->width)
			sum += 1u + (size == AS_IS   ? cell->width
				     : size == LEAST ? cell->least
						     : cell->tiny);
	}
	return sum ? sum - 1 : 0;
}

static bool drop_last(struct cell *cells, unsigned int count, enum cell_drop drop)
{
	while (count--) {
		if (cells[count].width && cells[count].drop == drop) {
			cells[count].width = 0;
			return true;
		}
	}
	return false;
}

static bool shrink_widest(struct cell *cells, unsigned int count, bool tiny)
{
	struct cell *widest = NULL;

	for (unsigned int i = 0; i < count; i++) {
		struct cell *cell = &cells[i];

		if (cell->width > (tiny ? cell->tiny : cell->least) &&
		    (!widest || cell->width > widest->width))
			widest = cell;
	}
	if (widest)
		widest->width--;
	return widest;
}

void cell_fit_all(struct cell *cells, unsigned int count, unsigned int width)
{
	while (total(cells, count, LEAST) > width && drop_last(cells, count, CELL_GOES))
		;
	while (total(cells, count, TINY) > width && drop_last(cells, count, CELL_GOES_LAST))
		;
	while (total(cells, count, AS_IS) > width &&
	       (shrink_widest(cells, count, false) || shrink_widest(cells, count, true)))
		;
}

/* Hosts differ at both ends of an address. */
static size_t cut_middle(struct buf *out, size_t at, unsigned int width, const char *colon)
{
	char *text = out->data + at;
	size_t size = out->len - at, tail = size - (size_t)(colon - text);

	tail += tail + 1 < width ? (width - 1 - tail) / 2 : 0;
	tail = tail < width ? tail : width - 1;
	text[width - 1 - tail] = '~';
	memmove(text + width - tail, text + size - tail, tail);
	out->len = at + width;
	return width;
}

size_t cell_cut(struct buf *out, size_t at, unsigned int width, bool end)
{
	size_t size = out->len - at, columns, fits;
	const char *colon;

	if (out->failed || !width)
		return 0;
	fits = text_fitting(out->data + at, size, width, &columns);
	if (fits == size)
		return columns;
	colon = end ? memrchr(out->data + at, ':', size) : NULL;
	if (colon)
		return cut_middle(out, at, width, colon);
	fits = text_fitting(out->data + at, size, width - 1, &columns);
	out->len = at + fits;
	buf_putc(out, '~');
	return columns + 1;
}
