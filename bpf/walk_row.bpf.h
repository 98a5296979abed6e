/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A node of a chain -> a row. */
#ifndef BPF_WALK_ROW_BPF_H
#define BPF_WALK_ROW_BPF_H

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
	__type(value, struct wire_listed);
} netstate_rows SEC(".maps");

__u64 now_ns, deadline_ns;
__u32 steps;

static __always_inline void read_minisocket(struct wire_listed *to,
					    const struct sock_common *common, __u8 state)
{
	const struct sock_common *plain = OBJECT(common, struct sock_common);
	__u64 copy[SOCK_COMMON_SIZE / 8];

	if (!has_rdonly_cast) {
		if (bpf_probe_read_kernel(copy, sizeof(copy), common))
			return;
		plain = (const void *)copy;
	}
	read_ends(&to->sock, plain);
	to->sock.sock = (__u64)common;
	to->sock.cookie = (__u64)GET(has_rdonly_cast, common, skc_cookie.counter);
	to->sock.netns = netns_of(common);
	if (state == TIME_WAIT)
		listed_time_wait(to, OBJECT(common, struct tcp_timewait_sock), has_rdonly_cast);
	else
		listed_request(to, (const void *)common);
}

static __always_inline void read_full(struct wire_listed *to, const struct sock_common *common,
				      __u8 state)
{
	to->state = state;
	read_address_sock(&to->sock, (const void *)common);
	listed_tcp(to, OBJECT(common, struct tcp_sock), request.details, has_rdonly_cast);
}

/* 1: there is no room. A function of its own: the verifier reads it once. */
__attribute__((noinline)) int put_row(__u64 address)
{
	const struct sock_common *common = OBJECT(address, struct sock_common);
	__u8 state = GET(has_rdonly_cast, common, skc_state);
	__u32 number = answer.rows;
	struct wire_listed *to = bpf_map_lookup_elem(&netstate_rows, &number);

	if (!to)
		return 1;
	__builtin_memset(to, 0, sizeof(*to));
	to->ktime_ns = now_ns;
	to->bucket = place.bucket;
	if (state == TIME_WAIT || state == NEW_SYN_RECV)
		read_minisocket(to, common, state);
	else
		read_full(to, common, state);
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
