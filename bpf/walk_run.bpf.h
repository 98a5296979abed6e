/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One run of a walk: its rows and its time. Whoever includes this declares before it what a row is,
 * `walk_row`, and how one is filled, read_row().
 */
#ifndef BPF_WALK_RUN_BPF_H
#define BPF_WALK_RUN_BPF_H

#include "walk_place.bpf.h"

#define LOOK_AT_CLOCK 15 /* a mask: each 16th step does */
/* A run makes at most 32 * 16 * 16 steps; see PER_CALL. */
#define STEPS_PER_CALL 32
#define CALLS 16

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, WIRE_WALK_ROWS);
	__type(key, __u32);
	__type(value, walk_row);
} netstate_rows SEC(".maps");

__u64 now_ns, deadline_ns;
__u32 steps;

/* 1: there is no room. A function of its own: the verifier reads it once. */
__attribute__((noinline)) int put_row(__u64 address)
{
	const struct sock_common *common = OBJECT(address, struct sock_common);
	__u8 state = GET(has_rdonly_cast, common, skc_state);
	__u32 number = answer.rows;
	walk_row *to = bpf_map_lookup_elem(&netstate_rows, &number);

	if (!to)
		return 1;
	__builtin_memset(to, 0, sizeof(*to));
	to->ktime_ns = now_ns;
	to->bucket = place.bucket;
	read_row(to, common, state);
	answer.rows = number + 1;
	return 0;
}

static __always_inline bool is_late(void)
{
	if (place.pause)
		return true;
	if (++steps & LOOK_AT_CLOCK)
		return false;
	now_ns = bpf_ktime_get_ns();
	return now_ns >= deadline_ns;
}

static __always_inline void begin_run(bool first)
{
	now_ns = bpf_ktime_get_ns();
	deadline_ns = now_ns + request.budget_ns;
	answer.rows = 0;
	answer.restarted = 0;
	answer.stop = WIRE_WALK_TIME;
	place.pause = false;
	if (!first)
		return;
	__builtin_memset(&place, 0, sizeof(place));
	__builtin_memset(&answer, 0, sizeof(answer));
}

static __always_inline void end_run(__u64 begin_ns, bool last)
{
	answer.complete = place.node ? place.begin : answer.rows;
	answer.continues = place.node && place.carried;
	if (last)
		answer.stop = WIRE_WALK_END;
	else if (place.pause)
		answer.stop = WIRE_WALK_MOVES;
	answer.run_ns = bpf_ktime_get_ns() - begin_ns;
}

#endif
