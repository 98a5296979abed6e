/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A mistyped word -> the known word that was probably meant. Pure. */
#include "base/suggest.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define WORD_MAX 32 /* longer words are not compared */
#define ABBREVIATION_MIN 2

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static int same_letter(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Optimal string alignment distance, with the last three rows of its matrix. Both are at most
 * WORD_MAX long. */
static size_t distance(const char *a, const char *b)
{
	size_t rows[3][WORD_MAX + 1], a_size = strlen(a), b_size = strlen(b);

	for (size_t j = 0; j <= b_size; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_size; i++) {
		size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= b_size; j++) {
			size_t replace = above[j - 1] + !same_letter(a[i - 1], b[j - 1]);

			row[j] = smaller(replace, smaller(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) &&
			    same_letter(a[i - 2], b[j - 1]))
				row[j] = smaller(row[j], before[j - 2] + 1);
		}
	}
	return rows[a_size % 3][b_size];
}

const char *suggest_nearest(const char *word, const char *const *names, size_t count)
{
	size_t length = strlen(word), nearest = length / 3 + 1;
	const char *found = NULL;

	if (!length || length > WORD_MAX)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		size_t edits;

		if (length >= ABBREVIATION_MIN && !strncasecmp(names[i], word, length))
			return names[i];
		if (strlen(names[i]) > WORD_MAX)
			continue;
		edits = distance(word, names[i]);
		if (edits < nearest) {
			nearest = edits;
			found = names[i];
		}
	}
	return found;
}
