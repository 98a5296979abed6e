/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the kernel side does with a record, written once more: see struct kernel_filter. Not its cgroup. */
#ifndef TESTS_FILTER_KERNEL_PASSES_H
#define TESTS_FILTER_KERNEL_PASSES_H

#include "filter/filter.h"

static inline bool kernel_passes(const struct kernel_filter *kernel, const struct flow *flow,
				 unsigned int state)
{
	return (!kernel->pid || kernel->pid == flow->pid) &&
	       (!kernel->netns || kernel->netns == flow->netns) &&
	       (!kernel->family || kernel->family == flow->family) &&
	       (!kernel->lport || kernel->lport == flow->local.port) &&
	       (!kernel->rport || kernel->rport == flow->remote.port) &&
	       (!kernel->port || kernel->port == flow->local.port ||
		kernel->port == flow->remote.port) &&
	       (!kernel->states || kernel->states >> state & 1);
}

#endif
