/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel side's names of processes whose descriptors changed -> a sorted list. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>

#include "kernel/internal.h"

#define TOUCHED_MAX 4096 /* as the map has */

static int compare(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return (left > right) - (left < right);
}

int touched_drain(struct tracer_bpf *bpf, uint32_t *ret_pids, size_t room)
{
	static uint32_t pids[TOUCHED_MAX], values[TOUCHED_MAX]; /* too large for a small stack */
	uint32_t position, count = TOUCHED_MAX;
	int err = bpf_map_lookup_and_delete_batch(bpf_map__fd(bpf->maps.touched), NULL, &position,
						  pids, values, &count, NULL);

	if (err && errno != ENOENT) /* ENOENT: that was all */
		return -errno;
	if (bpf->bss->touched_lost || count > room) {
		bpf->bss->touched_lost = 0;
		return -E2BIG;
	}
	qsort(pids, count, sizeof(*pids), compare);
	for (uint32_t i = 0; i < count; i++)
		ret_pids[i] = pids[i];
	return (int)count;
}
