/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Memory of closed sockets that no new socket has taken over. */
#include "kernel/sweep.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "netstate/sock_memory.h"
#include "netstate/tcp_state.h"

#define SWEEP_BATCH 4096 /* entries a system call: 256 KiB */

struct batch {
	__u64 keys[SWEEP_BATCH];
	struct sock_memory memories[SWEEP_BATCH];
};

static bool is_left(const struct sock_memory *memory, uint64_t closed_before_ns)
{
	return memory->last_new == TCP_STATE_CLOSE && memory->since_ns < closed_before_ns;
}

/* Once more, right before it goes: since the batch was read, milliseconds ago, a new socket may
 * have taken it over. */
static bool is_still_left(int fd, const __u64 *key, uint64_t closed_before_ns)
{
	struct sock_memory memory;

	return !bpf_map_lookup_elem(fd, key, &memory) && is_left(&memory, closed_before_ns);
}

static int sweep_batch(int fd, const struct batch *batch, __u32 count, uint64_t closed_before_ns)
{
	int swept = 0;

	for (__u32 i = 0; i < count; i++) {
		if (is_left(&batch->memories[i], closed_before_ns) &&
		    is_still_left(fd, &batch->keys[i], closed_before_ns) &&
		    !bpf_map_delete_elem(fd, &batch->keys[i]))
			swept++;
	}
	return swept;
}

int sweep_closed(int sock_hash_fd, uint64_t closed_before_ns)
{
	_cleanup_(cleanup_free) struct batch *batch = malloc(sizeof(*batch));
	__u64 position;
	bool first = true, last = false;
	int swept = 0;

	if (!batch)
		return -ENOMEM;
	while (!last) {
		__u32 count = SWEEP_BATCH;
		int err = bpf_map_lookup_batch(sock_hash_fd, first ? NULL : &position, &position,
					       batch->keys, batch->memories, &count, NULL);

		if (err && err != -ENOENT)
			return err == -ENOSPC ? swept : err; /* one bucket holds more than a batch:
								left for later */
		last = err == -ENOENT;
		first = false;
		swept += sweep_batch(sock_hash_fd, batch, count, closed_before_ns);
	}
	return swept;
}
