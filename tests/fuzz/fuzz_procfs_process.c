/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What /proc/PID says: cmdline, the folder's name, the links of descriptors. */
#include "fuzz.h"
#include "procfs/owners.h"
#include "procfs/process.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size + 1);
	const char *name;
	size_t length;

	if (!copy)
		return 0;
	memcpy(copy, data, size);
	copy[size] = '\0';
	process_id(copy);
	owners_link_inode(copy, size);
	free(copy);
	copy = malloc(size ? size : 1); /* cmdline ends where it ends */
	if (!copy)
		return 0;
	memcpy(copy, data, size);
	length = process_name(copy, size, &name);
	FUZZ_CHECK(length <= size && (!length || (name >= copy && name + length <= copy + size)));
	free(copy);
	return 0;
}
