/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Any bytes as /proc/kallsyms: a name that ends, of nothing but what stands there. */
#include <stdio.h>

#include "fuzz/fuzz.h"
#include "kernel/symbols.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char name[SYMBOL_SIZE];
	uint64_t address;
	FILE *file;

	if (size <= sizeof(address))
		return 0;
	memcpy(&address, data, sizeof(address));
	file = fmemopen((void *)(data + sizeof(address)), size - sizeof(address), "r");
	if (!file)
		return 0;
	symbols_search(file, address, name);
	FUZZ_CHECK(memchr(name, '\0', sizeof(name)));
	FUZZ_CHECK(strlen(name) < size);
	fclose(file);
	return 0;
}
