/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The walk of walk.bpf.c with another row: every TCP socket of every network namespace with its
 * timers, windows and sequence numbers. An object of its own, so that lists pay nothing for it.
 * Reads by typed loads alone (6.2): before, bpf/details.bpf.c serves.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>

#include "holders.bpf.h"
#include "tasks.bpf.h"
#include "detail_read.bpf.h"
#include "walk_place.bpf.h"

typedef struct wire_detail walk_row;

static __always_inline void read_row(walk_row *to, const struct sock_common *common, __u8 state)
{
	to->ktime_ns = bpf_ktime_get_ns(); /* stamps may be newer than the run's own */
	to->jiffies = bpf_jiffies64();
	to->state = state;
	to->sock.sock = (__u64)common;
	if (state == TIME_WAIT || state == NEW_SYN_RECV) {
		read_ends(&to->sock, common);
		to->sock.cookie = (__u64)common->skc_cookie.counter;
		to->sock.netns = netns_of(common);
	}
	if (state == TIME_WAIT) {
		read_time_wait(to, TYPED(common, struct tcp_timewait_sock));
	} else if (state == NEW_SYN_RECV) {
		read_request(to, TYPED(common, struct tcp_request_sock));
	} else {
		read_address_sock(&to->sock, (const void *)common);
		read_socket(to, TYPED(common, struct tcp_sock));
	}
}

#include "walk_chains.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
