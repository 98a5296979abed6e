/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the BPF programs counted, and what the kernel counted of them. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "kernel/internal.h"
#include "kernel/skips.h"

static void add_counters(struct counters *sum, const struct counters *one)
{
	const __u64 *from = (const __u64 *)one;
	__u64 *to = (__u64 *)sum;

	for (size_t i = 0; i < sizeof(*sum) / sizeof(__u64); i++)
		to[i] += from[i];
}

int tracer_counters(const struct tracer *tracer, struct counters *ret_counters)
{
	int cpus = libbpf_num_possible_cpus();
	_cleanup_(cleanup_free) struct counters *each = NULL;
	struct counters sum = {0};

	if (cpus < 0)
		return cpus;
	each = calloc((size_t)cpus, sizeof(*each));
	if (!each)
		return -ENOMEM;
	for (__u32 set = 0; set < COUNTERS_SETS; set++) {
		int err = bpf_map__lookup_elem(tracer->bpf->maps.counters, &set, sizeof(set), each,
					       (size_t)cpus * sizeof(*each), 0);

		if (err)
			return err;
		for (int cpu = 0; cpu < cpus; cpu++)
			add_counters(&sum, &each[cpu]);
	}
	*ret_counters = sum;
	return 0;
}

void tracer_skipped(const struct tracer *tracer, const struct counters *counters,
		    uint64_t *ret_transitions, uint64_t *ret_calls)
{
	const struct tracer_bpf *bpf = tracer->bpf;
	uint64_t first = skips_of_program(bpf->progs.state);

	/* what the second copy did in its place was not lost */
	*ret_transitions = first > counters->rescued ? first - counters->rescued : 0;
	*ret_calls = skips_of_program(bpf->progs.connect_exit) +
		     skips_of_program(bpf->progs.accept_exit) +
		     skips_of_program(bpf->progs.accept4_exit);
}

uint64_t tracer_skipped_events(const struct tracer *tracer)
{
	uint64_t transitions, calls;
	struct counters counters;

	if (!tracer || tracer_counters(tracer, &counters))
		return 0;
	tracer_skipped(tracer, &counters, &transitions, &calls);
	return transitions + calls;
}
