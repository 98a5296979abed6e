/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Events for the tests of the views. */
#ifndef UNIT_VIEW_SAMPLE_H
#define UNIT_VIEW_SAMPLE_H

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "netstate/event.h"
#include "netstate/tcp_state.h"
#include "view/view.h"

#define SAMPLE_WALL_OFFSET_NS 1763633702000000000 /* 2025-11-20T10:15:02Z at ktime 0 */

static inline struct endpoint sample_end(const char *addr, uint16_t port)
{
	struct endpoint end = {.addr = {[10] = 0xff, 0xff}, .port = port};

	if (strchr(addr, ':'))
		inet_pton(AF_INET6, addr, end.addr);
	else
		inet_pton(AF_INET, addr, end.addr + 12);
	return end;
}

static inline struct event sample_state(void)
{
	return (struct event){
		.kind = EVENT_STATE,
		.old_state = TCP_STATE_SYN_SENT,
		.new_state = TCP_STATE_ESTABLISHED,
		.fd = -1,
		.ktime_ns = 120451003,
		.after_ns = 11345678,
		.latency_ns = EVENT_NS_UNKNOWN,
		.flow = {.cookie = 4711,
			 .cgroup_id = 9,
			 .netns = 4026531840,
			 .uid = 1000,
			 .pid = 10359,
			 .comm = "curl",
			 .family = AF_INET,
			 .owner = FLOW_OWNER_CONNECT,
			 .local = sample_end("10.0.0.5", 41022),
			 .remote = sample_end("93.184.216.34", 443)},
	};
}

static inline struct event sample_call(unsigned int kind, int ret, int fd)
{
	struct event event = sample_state();

	event.kind = (uint8_t)kind;
	event.old_state = event.new_state = 0;
	event.after_ns = EVENT_NS_UNKNOWN;
	event.latency_ns = 250000;
	event.ret = ret;
	event.err = ret < 0 ? -ret : 0;
	event.fd = fd;
	return event;
}

static inline struct event sample_gap(uint64_t lost)
{
	return (struct event){
		.kind = EVENT_GAP,
		.fd = -1,
		.ktime_ns = 120451003,
		.after_ns = EVENT_NS_UNKNOWN,
		.latency_ns = EVENT_NS_UNKNOWN,
		.lost = lost,
	};
}

static inline const char *sample_cgroup_path(void *context, uint64_t cgroup_id)
{
	if (context)
		++*(unsigned int *)context; /* how often it was asked */
	return cgroup_id == 9 ? "/user.slice" : cgroup_id == 10 ? "/a\"b\x1b\xff" : NULL;
}

static inline struct view sample_view(void)
{
	return (struct view){
		.time = VIEW_TIME_UTC,
		.terminal_safe = true,
		.wall_offset_ns = SAMPLE_WALL_OFFSET_NS,
		.cgroup_path = sample_cgroup_path,
	};
}

#endif
