/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Any text as a FILTER: an error lies within it, and the kernel is never told to drop what matches.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "netstate/tcp_state.h"
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

static int kernel_passes(const struct kernel_filter *kernel, const struct flow *flow,
			 unsigned int state)
{
	return (!kernel->pid || kernel->pid == flow->pid) &&
	       (!kernel->netns || kernel->netns == flow->netns) &&
	       (!kernel->family || kernel->family == flow->family) &&
	       (!kernel->lport || kernel->lport == flow->local.port) &&
	       (!kernel->rport || kernel->rport == flow->remote.port) &&
	       (!kernel->port || kernel->port == flow->local.port ||
		kernel->port == flow->remote.port) &&
	       (!kernel->states || kernel->states >> state & 1) && !kernel->cgroup_id;
}

static void check(const struct filter *filter)
{
	struct kernel_filter kernel = {0};
	bool possible = filter_push_down(filter, &kernel);

	for (size_t i = 0; i < ARRAY_SIZE(flows); i++) {
		for (unsigned int state = 0; state < TCP_STATE_MAX; state++) {
			struct filter_subject subject = {
				.flow = &flows[i],
				.state = state,
				.cgroup = state & 1 ? "/a/b" : NULL,
				.age_ns = state * 1000,
			};

			if (filter_match(filter, &subject) &&
			    !(possible && kernel_passes(&kernel, &flows[i], state)))
				abort();
		}
	}
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
