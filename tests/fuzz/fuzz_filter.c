/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Any text as a FILTER: an error lies within it, and the kernel is never told to drop what matches.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "netstate/tcp_state.h"
#include "unit/filter/kernel_passes.h"
#include "unit/filter/lookups.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct flow flows[] = {
	{.pid = 1,
	 .owner = 1,
	 .netns = 1,
	 .family = AF_INET,
	 .comm = "a",
	 .local = {{[10] = 255, 255, 10, 0, 0, 1}, 22},
	 .remote = {{[10] = 255, 255}, 0}},
	{.pid = 2,
	 .owner = 2,
	 .netns = 2,
	 .family = AF_INET6,
	 .comm = "bb",
	 .remote = {{0x20, 1, [15] = 1}, 80}},
	{.family = AF_INET6, .uid = 33, .local = {{[15] = 1}, 443}, .remote = {{[15] = 1}, 443}},
	{0},
};

/* By its number: details or none, several holders, the paths of a UNIX socket. */
static struct filter_subject subject_of(const struct flow *flow, unsigned int state,
					uint64_t *values)
{
	static const struct connection_owner owners[] = {{.pid = 1, .comm = "a"},
							 {.pid = 7, .uid = 33, .comm = "worker"}};
	struct filter_subject subject = {
		.flow = flow,
		.state = state,
		.cgroup = state & 1 ? "/a/b" : NULL,
		.age_ns = state == 2 ? UINT64_MAX : state * 1000,
		.age_at_least = state & 4,
		.knows = state,
		.device = state & 1 ? "lo" : NULL,
		.mark = state,
		.autobound = state & 8,
		.values = state & 3 ? values : NULL,
		.path = state & 2 ? "/run/a" : NULL,
		.peer_path = state & 4 ? "/run/b" : NULL,
		.owners = state & 8 ? owners : NULL,
		.owner_count = state & 8 ? ARRAY_SIZE(owners) : 0,
	};

	for (unsigned int i = 0; i < FILTER_VALUES; i++)
		values[i] = (i + state) & 1 ? FILTER_UNKNOWN : state * 1000000000ull;
	return subject;
}

static void check(const struct filter *filter)
{
	struct kernel_filter kernel = {0};
	bool possible = filter_push_down(filter, &kernel);
	uint64_t values[FILTER_VALUES];

	for (size_t i = 0; i < ARRAY_SIZE(flows); i++) {
		for (unsigned int state = 0; state < TCP_STATE_MAX; state++) {
			struct filter_subject subject = subject_of(&flows[i], state, values);
			bool matches = filter_match(filter, &subject);

			if (matches && !filter_may_match(filter, &subject))
				abort();
			subject.owners = NULL; /* the kernel decides of the flow's owner alone */
			subject.owner_count = 0;
			if (filter_match(filter, &subject) &&
			    !(possible && !kernel.cgroup_id &&
			      kernel_passes(&kernel, &flows[i], state)))
				abort();
		}
	}
	filter_wants_details(filter);
	filter_wants_cgroup(filter);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct filter_error error;
	struct filter *filter;

	memcpy(text, data, size);
	text[size] = '\0';
	if (!filter_parse(text, &test_lookups, &filter, &error)) {
		check(filter);
		filter_free(filter);
	} else if (error.offset + error.length > strlen(text) ||
		   !memchr(error.text, '\0', sizeof(error.text))) {
		abort();
	}
	free(text);
	return 0;
}
