/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the fuzz targets share: bytes -> lines in memory of exactly their size, so that a step
 * beyond is seen. */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_CHECK(holds)                                                                          \
	do {                                                                                       \
		if (!(holds))                                                                      \
			abort();                                                                   \
	} while (0)

/* The first byte chooses options; 0 where there is none. */
static inline uint8_t fuzz_choice(const uint8_t **data, size_t *size)
{
	if (!*size)
		return 0;
	--*size;
	return *(*data)++;
}

/* Calls `line` for each, on the heap, with the '\n' (kept) or '\0' that readers of /proc have
 * behind it; not in `size`. */
static inline void fuzz_lines(const uint8_t *data, size_t size,
			      void (*line)(char *text, size_t size, void *context), void *context)
{
	while (size) {
		const uint8_t *newline = memchr(data, '\n', size);
		size_t length = newline ? (size_t)(newline - data) : size;
		char *copy = malloc(length + 1);

		if (!copy)
			return;
		memcpy(copy, data, length);
		copy[length] = newline ? '\n' : '\0';
		line(copy, length, context);
		free(copy);
		length += newline ? 1 : 0;
		data += length;
		size -= length;
	}
}

#endif
