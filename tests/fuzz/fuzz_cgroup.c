/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Any bytes as the path of a cgroup, any part of it root's: a unit within its bounds, named by root's part alone. */
#include "fuzz/fuzz.h"
#include "netstate/cgroup_unit.h"

static void check(const struct cgroup_unit *unit)
{
	FUZZ_CHECK(unit->size <= sizeof(unit->text));
	FUZZ_CHECK(memchr(unit->container, '\0', sizeof(unit->container)));
	FUZZ_CHECK(memchr(unit->pod_uid, '\0', sizeof(unit->pod_uid)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t choice = fuzz_choice(&data, &size);
	struct cgroup_unit unit, none;
	char *text = malloc(size + 1);
	size_t length;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	length = strlen(text);
	cgroup_unit_of(text, choice < 250 ? choice : length, &unit);
	check(&unit);
	cgroup_unit_set_name(&unit, text);
	check(&unit);
	cgroup_unit_of(text, 0, &none);
	FUZZ_CHECK(!none.size && !none.container[0]);
	free(text);
	return 0;
}
