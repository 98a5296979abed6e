/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An enum of the running kernel, from its BTF. */
#include "kernel/kernel_enum.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int add_row(struct kernel_enum *words, int32_t value, const char *name, const char *prefix)
{
	size_t length = strlen(prefix);
	char *copy = strdup(strncmp(name, prefix, length) ? name : name + length);

	if (!copy)
		return -ENOMEM;
	words->rows[words->count++] = (struct kernel_enum_value){.value = value, .name = copy};
	return 0;
}

int kernel_enum_read(const struct btf *btf, const char *enum_name, const char *prefix,
		     struct kernel_enum *ret_words)
{
	int id = btf__find_by_name_kind(btf, enum_name, BTF_KIND_ENUM);
	const struct btf_type *type = id > 0 ? btf__type_by_id(btf, (__u32)id) : NULL;
	struct kernel_enum words = {};
	int err = 0;

	if (!type)
		return -ENOENT;
	words.rows = calloc(btf_vlen(type) + 1u, sizeof(*words.rows));
	if (!words.rows)
		return -ENOMEM;
	for (unsigned int i = 0; i < btf_vlen(type) && !err; i++) {
		const struct btf_enum *row = &btf_enum(type)[i];

		err = add_row(&words, row->val, btf__name_by_offset(btf, row->name_off), prefix);
	}
	if (err) {
		kernel_enum_release(&words);
		return err;
	}
	*ret_words = words;
	return 0;
}

void kernel_enum_release(struct kernel_enum *words)
{
	for (size_t i = 0; i < words->count; i++)
		free(words->rows[i].name);
	free(words->rows);
	*words = (struct kernel_enum){};
}

const char *kernel_enum_find(const struct kernel_enum *words, uint32_t value)
{
	for (size_t i = 0; i < words->count; i++) {
		if ((uint32_t)words->rows[i].value == value)
			return words->rows[i].name;
	}
	return NULL;
}
