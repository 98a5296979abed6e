/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An enum of the running kernel, from its BTF: number -> name without its prefix. */
#ifndef TRACER_KERNEL_WORDS_H
#define TRACER_KERNEL_WORDS_H

#include <stddef.h>
#include <stdint.h>

struct btf;

struct kernel_words {
	struct kernel_word {
		int32_t value;
		char *name;
	} * rows;
	size_t count;
};

/* 0; -ENOENT where this kernel has no such enum; -ENOMEM. */
int kernel_words_read(const struct btf *btf, const char *enum_name, const char *prefix,
		      struct kernel_words *ret_words);
void kernel_words_release(struct kernel_words *words);
const char *kernel_words_find(const struct kernel_words *words, uint32_t value);

#endif
