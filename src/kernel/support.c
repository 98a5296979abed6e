/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What this kernel has, as rows. */
#include "kernel/support.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "kernel/bpf_why.h"
#include "kernel/socket_reader.h"
#include "kernel/features.h"
#include "kernel/kernel_btf.h"
#include "kernel/libbpf_log.h"
#include "kernel/socket_iterators.h"
#include "kernel/stall_hooks.h"
#include "kernel/tracer.h"
#include "kernel/walk.h"

#define NO_NETNS 1 /* an inode number that no namespace has: the tried programs pass nothing on */

struct feature {
	size_t offset; /* of a bool in struct features */
	const char *name;
	const char *gives;
	const char *without;
};

#define FEATURE(member) offsetof(struct features, member)

static const struct feature feature_rows[] = {
	{FEATURE(ring_buffer), "BPF ring buffer", "events reach the program",
	 "nothing can be traced; needs Linux 5.8"},
	{FEATURE(sock_storage), "socket storage",
	 "no transition is missed when one interrupts another; sockets without limit",
	 "a nested transition may be missed; needs Linux 5.11"},
	{FEATURE(socket_cookie), "socket cookies", "each connection has its cookie in every event",
	 "the cookie is null until ss -e or sock_diag asks for it; needs Linux 5.12"},
	{FEATURE(task_pt_regs), "arguments at a call's end",
	 "accepts that fail for lack of descriptors, binds and listens that fail, connects entered before the start",
	 "accepts that fail for lack of descriptors, binds and listens that fail, and connects entered before startup are not shown; needs Linux 5.15"},
	{FEATURE(hash_allocates), "maps that grow in any context",
	 "memory grows with the number of sockets",
	 "8 MiB are allocated at startup; needs Linux 6.1"},
	{FEATURE(rdonly_cast), "typed reads from addresses", "the cheapest reads",
	 "reads by address cost about twice as much; needs Linux 6.2"},
	{FEATURE(task_storage), "task storage in tracepoints",
	 "a call's start waits with its thread",
	 "a call's start waits in a hash map, which costs a little more"},
	{FEATURE(task_iterators), "iterators over one process",
	 "live follows a descriptor from process to process at once, at little cost",
	 "live looks at every process each second instead; Linux 6.1 has it"},
	{FEATURE(compat_calls), "calls of 32-bit programs",
	 "connect, accept, failed bind and listen of 32-bit programs",
	 "this kernel runs no 32-bit programs (CONFIG_COMPAT)"},
	{FEATURE(uring), "io_uring tracepoints", "connect and accept by io_uring",
	 "connects and accepts by io_uring have no connect and accept events; needs Linux 6.0"},
};

static bool is_there(const struct features *features, const struct feature *feature)
{
	return *((const bool *)((const char *)features + feature->offset));
}

static void report_features(const struct features *features, support_row_fn handle, void *context)
{
	for (size_t i = 0; i < ARRAY_SIZE(feature_rows); i++) {
		const struct feature *feature = &feature_rows[i];
		bool there = is_there(features, feature);
		struct support_row row = {"trace", feature->name, there, feature->gives,
					  there ? NULL : feature->without};

		handle(context, &row);
	}
}

/* What its command would warn of at the start. */
static void report_unavailable(const char *part, const char *warning, support_row_fn handle,
			       void *context)
{
	struct support_row row = {part, "partial support", false, "full support", warning};

	handle(context, &row);
}

static bool try_trace(support_row_fn handle, void *context)
{
	struct tracer_settings settings = {.filter.netns = NO_NETNS};
	struct tracer_report report;
	struct tracer *tracer = NULL;
	struct support_row row = {.part = "trace",
				  .name = "BPF programs",
				  .gives = "every transition, connect and accept"};

	row.there = !tracer_new(&settings, &report, &tracer);
	row.lacks = row.there ? NULL : report.error;
	tracer_free(tracer);
	handle(context, &row);
	for (unsigned int i = 0; row.there && i < report.warning_count; i++)
		report_unavailable("trace", report.warnings[i], handle, context);
	return row.there;
}

static void try_stalls(support_row_fn handle, void *context)
{
	struct stall_hooks_report report;
	struct stall_hooks *hooks = NULL;
	struct support_row row = {
		.part = "stalls", .name = "BPF programs", .gives = "why a connect hangs or fails"};

	row.there = !stall_hooks_new(&report, &hooks);
	row.lacks = row.there ? NULL : report.error;
	stall_hooks_free(hooks);
	handle(context, &row);
	for (unsigned int i = 0; row.there && i < report.warning_count; i++)
		report_unavailable("stalls", report.warnings[i], handle, context);
}

static void try_walk(support_row_fn handle, void *context)
{
	struct walk *walk = NULL;
	int err = walk_new(&walk);
	char why[400];
	struct support_row row = {
		"live, list", "walk of the hash tables", !err,
		"every namespace's sockets at once, also where nothing leads into it",
		err ? why : NULL};

	snprintf(why, sizeof(why),
		 "each network namespace is entered and read by itself; those that cannot be are "
		 "missing (%s)",
		 bpf_why(err));
	handle(context, &row);
	walk_free(walk);
}

static void try_iterators(support_row_fn handle, void *context)
{
	struct socket_iterators *iterators = NULL;
	struct socket_reader *socket_reader = NULL;
	int err = socket_reader_new(&socket_reader);
	char why[400];
	struct support_row row = {"live, list", "BPF iterators", !err,
				  "the kernel's own lists of sockets and descriptors",
				  err ? why : NULL};

	snprintf(why, sizeof(why), "sock_diag and /proc are used instead, slower (%s)",
		 bpf_why(err));
	handle(context, &row);
	socket_reader_free(socket_reader);
	err = socket_iterators_new(&iterators);
	row = (struct support_row){"netstat -p", "BPF iterators", !err,
				   "many sockets in a fraction of the time", err ? why : NULL};
	if (err == -E2BIG) /* it knows no fd_array of BPF_PROG_LOAD: no light skeleton is loaded */
		snprintf(why, sizeof(why),
			 "/proc is used instead, with the same output; needs Linux 5.14");
	else
		snprintf(why, sizeof(why), "/proc is used instead, with the same output (%s)",
			 bpf_why(err));
	handle(context, &row);
	socket_iterators_free(iterators);
}

bool support_check(support_row_fn handle, void *context)
{
	struct support_row row = {"all", "BTF", true, "one program for every kernel", NULL};
	struct features features;
	struct btf *btf;
	bool works;
	int err;

	libbpf_log_init();
	err = kernel_btf_load(&btf);
	row.there = !err;
	row.lacks = kernel_btf_why();
	handle(context, &row);
	if (err) {
		try_iterators(handle, context);
		return false;
	}
	features_read(btf, &features);
	btf__free(btf);
	report_features(&features, handle, context);
	works = try_trace(handle, context);
	try_stalls(handle, context);
	try_walk(handle, context);
	try_iterators(handle, context);
	return works;
}
