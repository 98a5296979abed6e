/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Any bytes as /proc/self/mountinfo, whose paths users choose: network namespaces with paths that end. */
#include "fuzz/fuzz.h"
#include "namespaces/namespaces.h"

static void take(char *text, size_t size, void *context)
{
	struct namespace space;

	text[size] = '\0';
	if (namespace_parse_mount(text, &space))
		return;
	FUZZ_CHECK(space.way == NAMESPACE_BY_MOUNT);
	FUZZ_CHECK(memchr(space.path, '\0', sizeof(space.path)) && space.path[0]);
	namespaces_add(context, &space);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct namespaces spaces = {};

	fuzz_lines(data, size, take, &spaces);
	for (size_t i = 1; i < spaces.count; i++)
		FUZZ_CHECK(spaces.list[i - 1].inode < spaces.list[i].inode);
	namespaces_release(&spaces);
	return 0;
}
