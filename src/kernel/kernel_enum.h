/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An enum of the running kernel, from its BTF: number -> name without its prefix. */
#ifndef KERNEL_KERNEL_ENUM_H
#define KERNEL_KERNEL_ENUM_H

#include <stddef.h>
#include <stdint.h>

struct btf;

struct kernel_enum {
	struct kernel_enum_value {
		int32_t value;
		char *name;
	} * rows;
	size_t count;
};

/* 0; -ENOENT where this kernel has no such enum; -ENOMEM. */
int kernel_enum_read(const struct btf *btf, const char *enum_name, const char *prefix,
		     struct kernel_enum *ret_words);
void kernel_enum_release(struct kernel_enum *words);
const char *kernel_enum_find(const struct kernel_enum *words, uint32_t value);

#endif
