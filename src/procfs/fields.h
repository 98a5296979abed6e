/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Walks the fields of one line of text, bounded on both sides, for the tables that are read once a
 * run. Numbers are taken as the C library's scanf takes them, because that is how netstat's readers
 * see the kernel's files: leading blanks and a sign are allowed, what overflows saturates at 64
 * bits and is then cut to the type, and what follows the digits is the next field. Every function
 * leaves the place unchanged in value on failure (but may have skipped blanks). Pure.
 */
#ifndef PROCFS_FIELDS_H
#define PROCFS_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fields {
	const char *at;
	const char *end;
};

static inline struct fields fields_of(const char *line, size_t size)
{
	return (struct fields){line, line + size};
}

void field_blanks(struct fields *fields);

/* The next run of bytes that are not blank; *ret_word is not terminated. Size 0: the line has
 * ended. */
size_t field_word(struct fields *fields, const char **ret_word);

/* The same, at most size - 1 bytes of it, copied and terminated; what is left of the word is the
 * next field. */
bool field_copy(struct fields *fields, char *to, size_t size);

bool field_skip_words(struct fields *fields, unsigned int count);

/* This byte, with no blanks before it. */
bool field_byte(struct fields *fields, char byte);

bool field_i32(struct fields *fields, int32_t *ret_value);
bool field_u64(struct fields *fields, uint64_t *ret_value);

/* Hexadecimal, with or without 0x, at most `width` bytes (0: any). */
bool field_hex(struct fields *fields, unsigned int width, uint64_t *ret_value);
bool field_hex32(struct fields *fields, uint32_t *ret_value);

/* Exactly 2 * count hexadecimal digits, the first byte first. */
bool field_hex_bytes(struct fields *fields, uint8_t *to, size_t count);

#endif
