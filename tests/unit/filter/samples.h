/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Six subjects, and which of them a FILTER matches: bit 1 << index. */
#ifndef UNIT_FILTER_SAMPLES_H
#define UNIT_FILTER_SAMPLES_H

#include <arpa/inet.h>

#include "base/cleanup.h"
#include "netstate/tcp_state.h"
#include "unit/filter/lookups.h"
#include "unit/unit.h"

#define S(second) ((second)*1000000000ULL)

static const struct sample {
	const char *laddr, *raddr;
	uint16_t lport, rport;
	uint8_t family;
	unsigned int state;
	uint32_t pid, uid, netns;
	const char *comm, *cgroup;
	uint64_t age_ns;
	bool at_least;
	unsigned int knows;
	const char *device;
	uint32_t mark;
	bool autobound;
} samples[] = {
	/* 1: a client */
	{"::ffff:10.0.0.5", "::ffff:93.184.216.34", 41022, 443, AF_INET, TCP_STATE_ESTABLISHED,
	 10359, 1000, 4026531840, "curl", "/user.slice/user-1000.slice", S(61), false, 7, NULL, 0,
	 true},
	/* 2: a listener on IPv6 */
	{"::", "::", 22, 0, AF_INET6, TCP_STATE_LISTEN, 700, 0, 4026531840, "sshd",
	 "/system.slice/ssh.service", S(9999), true, 7, "eth0", 0x12, false},
	/* 4: v4-mapped, in another namespace */
	{"::ffff:192.168.1.9", "::ffff:10.1.2.3", 80, 50000, AF_INET6, TCP_STATE_CLOSE_WAIT, 800,
	 33, 4026532000, "nginx", "/system.slice/nginx.service", S(60), false, 0, NULL, 0, false},
	/* 8: IPv6, no owner, no cgroup, no age: an event */
	{"2001:db8::5", "2001:db8:1::9", 50001, 80, AF_INET6, TCP_STATE_TIME_WAIT, 0, 0, 0, "",
	 NULL, UINT64_MAX, false, 0, NULL, 0, false},
	/* 16: half-open */
	{"::ffff:10.0.0.5", "::ffff:10.0.0.6", 443, 33000, AF_INET, TCP_STATE_NEW_SYN_RECV, 801, 33,
	 4026531840, "systemd-resolve", "/system.slice/nginx.service/worker", S(0), false, 0, NULL,
	 0, false},
	/* 32: a connect event has no state */
	{"::ffff:10.0.0.5", "::ffff:127.0.0.1", 0, 25, AF_INET, 0, 12, 65534, 4026531840, "my prog",
	 "/", UINT64_MAX, false, 0, NULL, 0, false},
};

static inline unsigned int matches_of(const struct filter *filter)
{
	unsigned int matches = 0;

	for (size_t i = 0; i < ARRAY_SIZE(samples); i++) {
		const struct sample *sample = &samples[i];
		struct flow flow = {
			.local.port = sample->lport,
			.remote.port = sample->rport,
			.family = sample->family,
			.netns = sample->netns,
			.uid = sample->uid,
			.pid = sample->pid,
			.owner = sample->pid ? FLOW_OWNER_CONNECT : FLOW_OWNER_NONE,
		};
		struct filter_subject subject = {.flow = &flow,
						 .state = sample->state,
						 .cgroup = sample->cgroup,
						 .age_ns = sample->age_ns,
						 .age_at_least = sample->at_least,
						 .knows = sample->knows,
						 .device = sample->device,
						 .mark = sample->mark,
						 .autobound = sample->autobound};

		inet_pton(AF_INET6, sample->laddr, flow.local.addr);
		inet_pton(AF_INET6, sample->raddr, flow.remote.addr);
		strcpy(flow.comm, sample->comm);
		matches |= (unsigned int)filter_match(filter, &subject) << i;
	}
	return matches;
}

struct row {
	const char *text;
	unsigned int matches;
};

static inline void check(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct filter_error error;
		struct filter *filter;
		unsigned int matches;

		if (filter_parse(rows[i].text, &test_lookups, &filter, &error))
			fail_msg("\"%s\": at %zu: %s", rows[i].text, error.offset, error.text);
		matches = matches_of(filter);
		filter_free(filter);
		if (matches != rows[i].matches)
			fail_msg("\"%s\" matches %u, not %u", rows[i].text, matches,
				 rows[i].matches);
	}
}

#define EVERY 63

#endif
