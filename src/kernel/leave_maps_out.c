/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which maps of an object are created. */
#include "kernel/leave_maps_out.h"

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <string.h>

#include "kernel/bpf_names.h"

static bool is_kept(const char *name, const char *const *kept)
{
	for (; *kept; kept++) {
		if (!strcmp(name, *kept))
			return true;
	}
	return false;
}

void leave_maps_out(struct bpf_object *object, const char *const *kept)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object)
	{
		if (!bpf_map__is_internal(map) &&
		    !is_kept(bpf_plain_name(bpf_map__name(map)), kept))
			bpf_map__set_autocreate(map, false);
	}
}
