/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A socket of a chain -> the row of a list. */
#ifndef BPF_WALK_ROW_BPF_H
#define BPF_WALK_ROW_BPF_H

#include "walk_place.bpf.h"

typedef struct wire_listed walk_row;

static __always_inline void read_minisocket(walk_row *to, const struct sock_common *common,
					    __u8 state)
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

static __always_inline void read_full(walk_row *to, const struct sock_common *common, __u8 state)
{
	to->state = state;
	read_address_sock(&to->sock, (const void *)common);
	listed_tcp(to, OBJECT(common, struct tcp_sock), request.details, has_rdonly_cast);
}

static __always_inline void read_row(walk_row *to, const struct sock_common *common, __u8 state)
{
	if (request.details) {
		to->device = GET(has_rdonly_cast, common, skc_bound_dev_if);
		to->sharing = read_sharing(common);
	}
	if (state == TIME_WAIT || state == NEW_SYN_RECV)
		read_minisocket(to, common, state);
	else
		read_full(to, common, state);
}

#endif
