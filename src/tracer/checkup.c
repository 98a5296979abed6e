/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What this kernel offers, as rows. */
#include "tracer/checkup.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "tracer/lists.h"
#include "tracer/offers.h"
#include "tracer/quiet.h"
#include "tracer/socket_iterators.h"
#include "tracer/stall_hooks.h"
#include "tracer/tracer.h"

#define NO_NETNS 1 /* an inode number that no namespace has: the tried programs pass nothing on */

struct feature {
	size_t offset; /* of a bool in struct offers */
	const char *name;
	const char *gives;
	const char *without;
};

#define OFFER(member) offsetof(struct offers, member)

static const struct feature features[] = {
	{OFFER(ring_buffer), "BPF ring buffer", "events reach the program",
	 "nothing can be traced; Linux 5.8 has it"},
	{OFFER(sock_storage), "socket storage",
	 "no transition is missed when one interrupts another; sockets without limit",
	 "a nested transition may be missed; Linux 5.11 has it"},
	{OFFER(socket_cookie), "socket cookies", "each connection has its cookie in every event",
	 "the cookie is null until ss -e or sock_diag has asked for it; Linux 5.12 has it"},
	{OFFER(task_pt_regs), "arguments at a call's end",
	 "accepts that fail for want of descriptors, connects entered before the start",
	 "accepts that fail for want of descriptors, and connects entered before the start, are not shown; Linux 5.15 has it"},
	{OFFER(hash_allocates), "maps that grow in any context", "memory is taken as sockets come",
	 "8 MiB of memory are taken at the start; Linux 6.1 has it"},
	{OFFER(rdonly_cast), "typed reads from addresses", "the cheapest reads",
	 "what is known by address is read at about twice the cost; Linux 6.2 has it"},
	{OFFER(task_storage), "task storage in tracepoints", "a call's start waits with its thread",
	 "a call's start waits in a hash map, which costs a little more"},
	{OFFER(uring), "io_uring tracepoints", "connect and accept by io_uring",
	 "connects and accepts by io_uring show no connect and accept events; Linux 6.0 has it"},
};

static bool is_there(const struct offers *offers, const struct feature *feature)
{
	return *((const bool *)((const char *)offers + feature->offset));
}

static void tell_features(const struct offers *offers, checkup_take take, void *context)
{
	for (size_t i = 0; i < ARRAY_SIZE(features); i++) {
		const struct feature *feature = &features[i];
		bool there = is_there(offers, feature);
		struct checkup_row row = {"trace", feature->name, there, feature->gives,
					  there ? NULL : feature->without};

		take(context, &row);
	}
}

/* What its command would warn of at the start. */
static void tell_lack(const char *part, const char *warning, checkup_take take, void *context)
{
	struct checkup_row row = {part, "not all of it", false, "more of it", warning};

	take(context, &row);
}

static bool try_trace(checkup_take take, void *context)
{
	struct tracer_settings settings = {.filter.netns = NO_NETNS};
	struct tracer_report report;
	struct tracer *tracer = NULL;
	struct checkup_row row = {.part = "trace",
				  .name = "its programs",
				  .gives = "every transition, connect and accept"};

	row.there = !tracer_new(&settings, &report, &tracer);
	row.lacks = row.there ? NULL : report.error;
	tracer_free(tracer);
	take(context, &row);
	for (unsigned int i = 0; row.there && i < report.warning_count; i++)
		tell_lack("trace", report.warnings[i], take, context);
	return row.there;
}

static void try_stalls(checkup_take take, void *context)
{
	struct stall_hooks_report report;
	struct stall_hooks *hooks = NULL;
	struct checkup_row row = {
		.part = "stalls", .name = "its programs", .gives = "why a connect hangs or fails"};

	row.there = !stall_hooks_new(&report, &hooks);
	row.lacks = row.there ? NULL : report.error;
	stall_hooks_free(hooks);
	take(context, &row);
	for (unsigned int i = 0; row.there && i < report.warning_count; i++)
		tell_lack("stalls", report.warnings[i], take, context);
}

static void try_lists(checkup_take take, void *context)
{
	struct socket_iterators *iterators = NULL;
	struct lists *lists = NULL;
	int err = lists_new(&lists);
	char why[160];
	struct checkup_row row = {"live, list", "BPF iterators", !err,
				  "the kernel's own lists of sockets and descriptors",
				  err ? why : NULL};

	snprintf(why, sizeof(why), "sock_diag and /proc serve instead, slower (%s)",
		 strerror(-err));
	take(context, &row);
	lists_free(lists);
	err = socket_iterators_new(&iterators);
	row = (struct checkup_row){"netstat -p", "BPF iterators", !err,
				   "many sockets in a fraction of the time", err ? why : NULL};
	snprintf(why, sizeof(why), "/proc serves instead, with the same bytes (%s)",
		 strerror(-err));
	take(context, &row);
	socket_iterators_free(iterators);
}

bool checkup(checkup_take take, void *context)
{
	struct checkup_row row = {"all", "BTF", true, "one program for every kernel", NULL};
	struct offers offers;
	struct btf *btf;
	bool works;

	quiet_libbpf();
	btf = btf__load_vmlinux_btf();
	if (!btf) {
		row.there = false;
		row.lacks = "this kernel has no /sys/kernel/btf/vmlinux "
			    "(CONFIG_DEBUG_INFO_BTF); only netstat's listing works";
	}
	take(context, &row);
	if (!btf)
		return false;
	offers_read(btf, &offers);
	btf__free(btf);
	tell_features(&offers, take, context);
	works = try_trace(take, context);
	try_stalls(take, context);
	try_lists(take, context);
	return works;
}
