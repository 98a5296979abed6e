/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Opens, loads and attaches the tracer's BPF programs. */
#include "kernel/tracer.h"
#include "netstate/sock_memory.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/membarrier.h>
#include <linux/perf_event.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/debug.h"
#include "base/memory_left.h"
#include "kernel/bpf_names.h"
#include "kernel/internal.h"
#include "kernel/features.h"
#include "kernel/sweep.h"
#include "kernel/tracefs.h"

/* A scan of every entry, about 0.1 us each; and what closed so long ago is not about to be used
 * again. */
#define SWEEP_INTERVAL_NS 5000000000
#define SWEEP_AGE_NS 1000000000

/* ---------------------------------------------------------------- attach */

static void keep_link(struct tracer *tracer, struct bpf_program *program, struct bpf_link *link)
{
	debug_say("attached %s (%s)", bpf_plain_name(bpf_program__name(program)),
		  bpf_program__section_name(program));
	tracer->links[tracer->link_count] = link;
	tracer->link_count++;
}

static int attach_typed(struct tracer *tracer, struct bpf_program *program)
{
	struct bpf_link *link = bpf_program__attach(program);

	if (!link)
		return -errno;
	keep_link(tracer, program, link);
	return 0;
}

static int attach_classic(struct tracer *tracer, struct bpf_program *program, int tracefs_fd,
			  const char *event)
{
	struct bpf_link *link;
	int err = tracefs_attach(program, tracefs_fd, event, &link);

	if (!err)
		keep_link(tracer, program, link);
	return err;
}

/* In their place, at some cost for every system call. */
static int attach_typed_calls(struct tracer *tracer)
{
	struct bpf_program *exits = tracer->bpf->progs.call_exit;
	int err = bpf_program__autoload(exits) ? attach_typed(tracer, exits) : -ENOTSUP;

	return err ? err : attach_typed(tracer, tracer->bpf->progs.call_enter);
}

static void attach_calls(struct tracer *tracer, struct tracer_report *report)
{
	const struct {
		struct bpf_program *program;
		const char *event;
		const char *cost;
	} calls[] = {
		{tracer->bpf->progs.connect_exit, "syscalls/sys_exit_connect", "connect events"},
		{tracer->bpf->progs.connect_enter, "syscalls/sys_enter_connect", "connect events"},
		{tracer->bpf->progs.accept_exit, "syscalls/sys_exit_accept", "accept events"},
		{tracer->bpf->progs.accept4_exit, "syscalls/sys_exit_accept4", "accept events"},
		{tracer->bpf->progs.bind_exit, "syscalls/sys_exit_bind", "bind events"},
		{tracer->bpf->progs.listen_exit, "syscalls/sys_exit_listen", "listen events"},
	};
	_cleanup_(cleanup_close) int tracefs_fd = tracefs_open();

	if (tracefs_fd < 0 && !attach_typed_calls(tracer))
		return;
	if (tracefs_fd < 0) {
		tracer_warn(
			report,
			"cannot open tracefs (%s): connect/accept events disabled; accepted sockets are "
			"attributed to the listener",
			strerror(-tracefs_fd));
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		int err = attach_classic(tracer, calls[i].program, tracefs_fd, calls[i].event);

		if (err)
			tracer_warn(report, "cannot attach %s (%s); %s are missing", calls[i].event,
				    strerror(-err), calls[i].cost);
	}
}

/* Whether it is attached now. */
static bool attach_optional(struct tracer *tracer, struct bpf_program *program, const char *cost,
			    struct tracer_report *report)
{
	int err;

	if (!bpf_program__autoload(program))
		return false;
	err = attach_typed(tracer, program);
	if (err)
		tracer_warn(report, "cannot attach %s (%s); %s",
			    bpf_plain_name(bpf_program__name(program)), strerror(-err), cost);
	return !err;
}

/* Where some of them are missing the regular look at every process finds what they would report. */
static void attach_touch(struct tracer *tracer, struct tracer_report *report)
{
	static const char cost[] = "who holds a socket is known later";
	const struct {
		struct bpf_program *program;
		const char *event;
	} calls[] = {
		{tracer->bpf->progs.close_enter, "syscalls/sys_enter_close"},
		{tracer->bpf->progs.dup2_enter, "syscalls/sys_enter_dup2"},
		{tracer->bpf->progs.dup3_enter, "syscalls/sys_enter_dup3"},
		{tracer->bpf->progs.close_range_exit, "syscalls/sys_exit_close_range"},
		{tracer->bpf->progs.pidfd_getfd_exit, "syscalls/sys_exit_pidfd_getfd"},
		{tracer->bpf->progs.recvmsg_exit, "syscalls/sys_exit_recvmsg"},
		{tracer->bpf->progs.recvmmsg_exit, "syscalls/sys_exit_recvmmsg"},
		{tracer->bpf->progs.seccomp_exit, "syscalls/sys_exit_seccomp"},
	};
	_cleanup_(cleanup_close) int tracefs_fd = tracefs_open();

	attach_optional(tracer, tracer->bpf->progs.process_forks, cost, report);
	attach_optional(tracer, tracer->bpf->progs.process_executes, cost, report);
	attach_optional(tracer, tracer->bpf->progs.process_exits, cost, report);
	for (size_t i = 0; tracefs_fd >= 0 && i < ARRAY_SIZE(calls); i++) {
		if (bpf_program__autoload(calls[i].program))
			attach_classic(tracer, calls[i].program, tracefs_fd, calls[i].event);
	}
}

static int attach(struct tracer *tracer, struct tracer_report *report)
{
	static const char no_uring[] =
		"connects and accepts by io_uring show no connect and accept events";
	struct tracer_bpf *bpf = tracer->bpf;
	int err = attach_typed(tracer, bpf->progs.state);

	if (err)
		return tracer_fail(
			report, err,
			"cannot attach to inet_sock_set_state (%s), without which there is nothing to "
			"trace",
			strerror(-err));
	bpf->bss->second_attached =
		attach_optional(tracer, bpf->progs.state_again,
				"a transition that interrupts another may be missed", report);
	attach_calls(tracer, report);
	attach_optional(tracer, bpf->progs.compat_executes,
			"the first connects and accepts of a 32-bit program may be missing",
			report);
	attach_optional(tracer, bpf->progs.uring_submit_req, no_uring, report);
	attach_optional(tracer, bpf->progs.uring_submit_sqe, no_uring, report);
	attach_optional(tracer, bpf->progs.uring_complete, no_uring, report);
	tracer->follows = bpf_program__autoload(bpf->progs.process_forks);
	if (tracer->follows)
		attach_touch(tracer, report);
	return 0;
}

/* Runs the iterator once: it visits every descriptor of every process. */
static int run_scan(struct tracer *tracer)
{
	struct bpf_link *link = bpf_program__attach_iter(tracer->bpf->progs.scan, NULL);
	uint64_t begin_ns = clock_monotonic_ns();
	char nothing[64];
	ssize_t size;
	int err = 0;

	if (!link)
		return -errno;
	_cleanup_(cleanup_close) int fd = bpf_iter_create(bpf_link__fd(link));

	do {
		size = fd < 0 ? fd : read(fd, nothing, sizeof(nothing));
	} while (size > 0 ||
		 (size < 0 && errno == EAGAIN)); /* EAGAIN: a million descriptors behind, go on */
	if (size < 0)
		err = -errno;
	bpf_link__destroy(link);
	debug_say("scanned the descriptors of all processes in %" PRIu64 " us: %s",
		  (clock_monotonic_ns() - begin_ns) / 1000, strerror(-err));
	return err;
}

void tracer_scan(struct tracer *tracer, struct tracer_report *report)
{
	int err = run_scan(tracer);

	if (err)
		tracer_warn(
			report,
			"cannot scan the descriptors of all processes (%s); sockets older than this start "
			"have no owner",
			strerror(-err));
	else if (tracer->bpf->bss->scan_is_short)
		tracer_warn(
			report,
			"of the sockets older than this start only %u have owners: %s at the start",
			tracer->bpf->rodata->scan_max, memory_left_text());
}

static void attach_compat_calls(struct tracer *tracer)
{
	struct bpf_program *program = tracer->bpf->progs.compat_exit;

	if (bpf_program__autoload(program) && !tracer->bpf->bss->compat_attached)
		tracer->bpf->bss->compat_attached = !attach_typed(tracer, program);
}

void tracer_do(struct tracer *tracer, enum tracer_chore chore)
{
	if (chore == TRACER_SWEEP)
		sweep_closed(bpf_map__fd(tracer->bpf->maps.sock_hash),
			     clock_monotonic_ns() - SWEEP_AGE_NS);
	else if (chore == TRACER_COMPAT_CALLS)
		attach_compat_calls(tracer);
	else if (chore == TRACER_SCAN)
		run_scan(tracer);
}

void tracer_set_chores(struct tracer *tracer, tracer_chore_fn chore, void *context)
{
	tracer->chore = chore;
	tracer->chore_context = context;
}

void tracer_have_done(struct tracer *tracer, enum tracer_chore chore)
{
	if (tracer->chore)
		tracer->chore(tracer->chore_context, chore);
	else
		tracer_do(tracer, chore);
}

/* Between batches of records, and once more when none came for a while. */
static void sweep_now_and_then(struct tracer *tracer, bool records)
{
	uint64_t now = clock_monotonic_ns();

	tracer->unswept |= records;
	if (!tracer->unswept || now - tracer->swept_ns < SWEEP_INTERVAL_NS)
		return;
	tracer_have_done(tracer, TRACER_SWEEP);
	tracer->swept_ns = now;
	tracer->unswept = records;
}

/* The first 32-bit program has shown itself. */
static void catch_compat_calls(struct tracer *tracer)
{
	if (tracer->compat_caught ||
	    !__atomic_load_n(&tracer->bpf->bss->compat_wanted, __ATOMIC_RELAXED))
		return;
	tracer->compat_caught = true;
	tracer_have_done(tracer, TRACER_COMPAT_CALLS);
}

int tracer_new(const struct tracer_settings *settings, struct tracer_report *ret_report,
	       struct tracer **ret_tracer)
{
	struct tracer *tracer = calloc(1, sizeof(*tracer));
	int err;

	*ret_report = (struct tracer_report){0};
	if (!tracer)
		return tracer_fail(ret_report, -ENOMEM, "out of memory");
	err = tracer_load(settings, ret_report, &tracer->bpf);
	if (!err)
		err = ring_reader_new(tracer->bpf, &tracer->reader);
	if (!err && tracer->bpf->rodata->has_sock_storage && !settings->scan_later)
		run_scan(tracer); /* so that the very first events have owners, too; tracer_scan()
				     takes in what came since */
	if (!err)
		err = attach(tracer, ret_report);
	if (!err)
		catch_compat_calls(tracer);
	if (err) {
		if (!ret_report->error[0])
			tracer_fail(ret_report, err, "cannot read the ring buffer: %s",
				    strerror(-err));
		tracer_free(tracer);
		return err;
	}
	*ret_tracer = tracer;
	return 0;
}

void tracer_stop(struct tracer *tracer)
{
	if (!tracer->link_count)
		return;
	while (tracer->link_count > 0)
		bpf_link__destroy(tracer->links[--tracer->link_count]);
	syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL,
		0); /* waits for programs that are still running (synchronize_rcu) */
}

void tracer_free(struct tracer *tracer)
{
	if (!tracer)
		return;
	tracer_stop(tracer);
	ring_reader_free(tracer->reader);
	tracer_bpf__destroy(tracer->bpf);
	free(tracer);
}

int tracer_fd(const struct tracer *tracer)
{
	return ring_reader_fd(tracer->reader);
}

int tracer_drain(struct tracer *tracer, tracer_record_fn handle, void *context)
{
	int taken;

	catch_compat_calls(tracer);
	taken = ring_reader_drain(tracer->reader, handle, context);
	sweep_now_and_then(tracer, taken != 0); /* negative: there were more than `handle` wanted */
	return taken;
}

void tracer_drain_rest(struct tracer *tracer, tracer_record_fn handle, void *context)
{
	int taken = DRAIN_TURN;

	for (int i = 0; i < DRAIN_TURNS_MAX && taken >= DRAIN_TURN; i++)
		taken = tracer_drain(tracer, handle, context);
}

int tracer_poll_ms(const struct tracer *tracer, int taken)
{
	if (taken >= DRAIN_TURN)
		return 0;
	if (taken > 0)
		return TRACER_POLL_MS;
	return tracer->unswept ? (int)(SWEEP_INTERVAL_NS / 1000000) + 1 : -1;
}

uint64_t tracer_lost(const struct tracer *tracer)
{
	return __atomic_load_n(&tracer->bpf->bss->lost_records, __ATOMIC_RELAXED);
}

uint32_t tracer_find_owner(const struct tracer *tracer, uint64_t sock, uint64_t cookie)
{
	struct sock_memory memory;

	if (!tracer ||
	    bpf_map_lookup_elem(bpf_map__fd(tracer->bpf->maps.sock_hash), &sock, &memory) ||
	    (cookie && memory.cookie && memory.cookie != cookie))
		return 0;
	return memory.owner == WIRE_OWNER_NONE ? 0 : memory.pid;
}

/* Somebody supervises: his ioctl calls may give descriptors to others. Every other ioctl pays for that. */
static void follow_supervisors(struct tracer *tracer)
{
	struct bpf_program *program = tracer->bpf->progs.ioctl_exit;
	_cleanup_(cleanup_close) int tracefs_fd = -1;

	if (tracer->supervised ||
	    !__atomic_load_n(&tracer->bpf->bss->supervisor_seen, __ATOMIC_RELAXED))
		return;
	tracer->supervised = true;
	tracefs_fd = tracefs_open();
	if (tracefs_fd >= 0)
		attach_classic(tracer, program, tracefs_fd, "syscalls/sys_exit_ioctl");
	tracer->bpf->bss->touched_lost = 1; /* one may have been given before */
}

int tracer_touched(struct tracer *tracer, uint32_t *ret_pids, size_t room)
{
	if (tracer->follows)
		follow_supervisors(tracer);
	return tracer->follows ? touched_drain(tracer->bpf, ret_pids, room) : -ENOTSUP;
}
