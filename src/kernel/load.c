/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Opens and loads the tracer's BPF object, fitted to what this kernel has; says why where that
 * fails. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/debug.h"
#include "base/cleanup.h"
#include "base/descriptors.h"
#include "base/memory_left.h"
#include "kernel/internal.h"
#include "kernel/bpf_why.h"
#include "kernel/features.h"
#include "kernel/kernel_btf.h"
#include "kernel/libbpf_log.h"
#include "kernel/listed_row.h"
#include "kernel/pidns.h"
#include "kernel/tracefs.h"

#define DESCRIPTORS_WANTED 96 /* 80 are enough on 6.18 for `live` */
/*
 * Remembered by address (bpf/maps.bpf.h), where entries cost nothing in advance; the others are by
 * socket storage. The buckets do cost: those of a million sockets took 10 ms to set up at the
 * start.
 */
#define SOCKETS_MAX (1u << 18)

/*
 * In a memory cgroup. Loading takes 30 MB at its most on 6.18, with the small ring: half of it is
 * libbpf's and the verifier's, and given back. An entry of a socket takes 100 bytes and more.
 */
#define LOADING_TAKES (32u << 20)
#define RING_LEFT_MIN (256u << 20) /* less is left: the small ring */
#define RING_SMALL (2u << 20)
#define SOCKET_TAKES 192
#define SOCKETS_LEAST 4096

int tracer_fail(struct tracer_report *report, int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(report->error, sizeof(report->error), format, args);
	va_end(args);
	return err;
}

void tracer_warn(struct tracer_report *report, const char *format, ...)
{
	va_list args;

	if (report->warning_count == TRACER_WARNINGS_MAX)
		return;
	va_start(args, format);
	vsnprintf(report->warnings[report->warning_count++], sizeof(report->warnings[0]), format,
		  args);
	va_end(args);
}

#define INITIAL_PID_NAMESPACE 0xeffffffcU /* PROC_PID_INIT_INO in include/linux/proc_ns.h */

/* An iterator takes a process's number in the caller's pid namespace, the programs give the first's. */
static bool in_initial_pid_namespace(void)
{
	struct stat file;

	return !stat("/proc/self/ns/pid", &file) && file.st_ino == INITIAL_PID_NAMESPACE;
}

static void set_filter(struct tracer_bpf *bpf, const struct kernel_filter *filter)
{
	bpf->rodata->filter_cgroup = filter->cgroup_id;
	bpf->rodata->filter_pid = filter->pid;
	bpf->rodata->filter_netns = filter->netns;
	bpf->rodata->filter_states = filter->states;
	bpf->rodata->filter_family = filter->family;
	bpf->rodata->filter_lport = filter->lport;
	bpf->rodata->filter_rport = filter->rport;
	bpf->rodata->filter_port = filter->port;
}

/* Where one process cannot be looked at alone its name is of no use. */
static void set_touch(struct tracer_bpf *bpf, const struct features *features, bool follow,
		      bool uring)
{
	struct bpf_program *const programs[] = {
		bpf->progs.process_forks,    bpf->progs.process_executes, bpf->progs.process_exits,
		bpf->progs.close_enter,	     bpf->progs.dup2_enter,	  bpf->progs.dup3_enter,
		bpf->progs.close_range_exit, bpf->progs.pidfd_getfd_exit, bpf->progs.recvmsg_exit,
		bpf->progs.recvmmsg_exit,    bpf->progs.seccomp_exit,	  bpf->progs.ioctl_exit,
	};

	follow = follow && features->task_iterators && in_initial_pid_namespace();
	bpf->rodata->follows_holders = follow;
	bpf_map__set_autocreate(bpf->maps.touched, follow);
	bpf_program__set_autoload(bpf->progs.uring_touches, follow && uring);
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
		bpf_program__set_autoload(programs[i], follow);
}

/* Where the tracepoints of single calls cannot be attached. */
static void set_native_calls(struct tracer_bpf *bpf, const struct features *features)
{
	_cleanup_(cleanup_close) int tracefs_fd = features->native_calls ? tracefs_open() : -1;
	bool wanted = features->native_calls && tracefs_fd < 0;

	bpf_program__set_autoload(bpf->progs.call_enter, wanted);
	bpf_program__set_autoload(bpf->progs.call_exit, wanted);
}

static void set_features(struct tracer_bpf *bpf, const struct features *features, bool optional,
			 bool follow)
{
	bpf->rodata->has_sock_storage = features->sock_storage;
	bpf->rodata->has_socket_cookie = features->socket_cookie;
	bpf->rodata->has_rdonly_cast = features->rdonly_cast;
	bpf->rodata->has_task_storage = features->task_storage;
	bpf->rodata->has_task_pt_regs = features->task_pt_regs;
	bpf->rodata->has_compat_calls = features->compat_calls;
	bpf->rodata->pidns_inode = pidns_inode();
	bpf_map__set_autocreate(bpf->maps.connect_tasks, features->task_storage);
	bpf_map__set_max_entries(bpf->maps.connect_calls, features->task_storage ? 1 : 16384);
	bpf->rodata->io_uring_complete_form = features->uring_complete_form;
	bpf_program__set_autoload(bpf->progs.state_again, features->sock_storage);
	bpf_program__set_autoload(bpf->progs.compat_executes, features->compat_calls);
	bpf_program__set_autoload(bpf->progs.compat_exit, features->compat_calls);
	set_native_calls(bpf, features);
	set_touch(bpf, features, follow, optional && features->uring);
	if (features->hash_allocates) {
		bpf_map__set_map_flags(bpf->maps.sock_hash, BPF_F_NO_PREALLOC);
		bpf_map__set_max_entries(bpf->maps.sock_hash, SOCKETS_MAX);
	}
	if (!optional || !features->uring)
		return;
	bpf_program__set_autoload(features->uring_submit_req ? bpf->progs.uring_submit_req
							     : bpf->progs.uring_submit_sqe,
				  true);
	bpf_program__set_autoload(bpf->progs.uring_complete, true);
}

static uint32_t ring_size_of(const struct tracer_settings *settings)
{
	const struct memory_left *memory = memory_left();

	if (settings->ring_size)
		return settings->ring_size;
	return memory->limited && memory->left < RING_LEFT_MIN ? RING_SMALL : TRACER_RING_DEFAULT;
}

/* How many sockets are remembered, older ones and those that come: an eighth of what is left for each. */
static void set_memory(struct tracer_bpf *bpf)
{
	const struct memory_left *memory = memory_left();
	uint32_t room =
		memory_left_count(memory, 0, 8ull * SOCKET_TAKES, SOCKETS_LEAST, SOCKETS_MAX);

	if (!memory->limited)
		return;
	bpf->rodata->scan_max = room;
	if (bpf_map__max_entries(bpf->maps.sock_hash) > room)
		bpf_map__set_max_entries(bpf->maps.sock_hash, room);
}

static int load_once(const struct tracer_settings *settings, const struct features *features,
		     bool optional, struct tracer_bpf **ret_bpf)
{
	uint32_t ring_size = ring_size_of(settings);
	struct tracer_bpf *bpf = tracer_bpf__open();
	uint64_t begin_ns;
	int err;

	if (!bpf)
		return -errno;
	set_filter(bpf, &settings->filter);
	set_features(bpf, features, optional, settings->follow_holders);
	set_memory(bpf);
	bpf_map__set_max_entries(bpf->maps.ring, ring_size);
	bpf->rodata->wake_bytes = ring_size / 2;
	bpf->rodata->tick_us = (uint32_t)(jiffy_ns() / 1000);
	begin_ns = clock_monotonic_ns();
	err = tracer_bpf__load(bpf);
	debug_say("trace programs: loaded in %" PRIu64 " us%s: %s",
		  (clock_monotonic_ns() - begin_ns) / 1000, optional ? "" : " without io_uring",
		  strerror(-err));
	if (err) {
		tracer_bpf__destroy(bpf);
		return err;
	}
	*ret_bpf = bpf;
	return 0;
}

/* Kernels before 5.11 charge maps to RLIMIT_MEMLOCK; on later ones failing to raise it does not
 * matter. */
static void raise_limits(void)
{
	struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};

	setrlimit(RLIMIT_MEMLOCK, &all);
	descriptors_raise_limit();
}

static bool few_descriptors(void)
{
	struct rlimit limit;

	return !getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur < DESCRIPTORS_WANTED;
}

static bool memlock_is_limited(void)
{
	struct rlimit limit;

	return !getrlimit(RLIMIT_MEMLOCK, &limit) && limit.rlim_cur != RLIM_INFINITY;
}

static int explain_load(int err, const struct tracer_settings *settings,
			const struct features *features, struct tracer_report *report)
{
	unsigned int ring = ring_size_of(settings);

	if (err == -EPERM && geteuid() != 0)
		return tracer_fail(
			report, err,
			"tracing needs root: the kernel refused to load BPF programs for uid %u (%s)",
			geteuid(), strerror(-err));
	/* libbpf turns EMFILE into EINVAL in places */
	if (err == -EMFILE || few_descriptors())
		return tracer_fail(
			report, err,
			"tracing needs some 80 open files; allow more with `ulimit -n 1024`");
	if (err == -EPERM && !features->memcg_charged && memlock_is_limited() &&
	    !bpf_refused_why(err))
		return tracer_fail(
			report, err,
			"the kernel refused the ring buffer of %u bytes: RLIMIT_MEMLOCK is too low and "
			"could not be raised; run `ulimit -l unlimited` first or give a smaller --ring-size",
			ring);
	if (err == -ENOMEM || err == -E2BIG)
		return tracer_fail(
			report, err,
			"the kernel has no memory for a ring buffer of %u bytes (%s); give a smaller "
			"--ring-size",
			ring, strerror(-err));
	if (err == -EPERM || err == -ENOSYS || bpf_locked_down())
		return tracer_fail(report, err, "the kernel refused to load BPF programs (%s): %s",
				   strerror(-err), bpf_why(err));
	return tracer_fail(
		report, err,
		"the kernel refused the program of inet_sock_set_state (%s), without which there is "
		"nothing to trace%s",
		strerror(-err), debug_hint());
}

int tracer_load(const struct tracer_settings *settings, struct tracer_report *report,
		struct tracer_bpf **ret_bpf)
{
	struct features features;
	int err;

	libbpf_log_init();
	err = features_of_kernel(&features);
	if (err)
		return tracer_fail(report, err, "tracing needs BTF: %s", kernel_btf_why());
	if (!features.ring_buffer)
		return tracer_fail(
			report, -ENOSYS,
			"this kernel is too old: it has no BPF ring buffer (Linux 5.8); netstate "
			"needs 5.10 or later");
	if (memory_is_short(LOADING_TAKES, "loading the BPF programs", report->error,
			    sizeof(report->error)))
		return -ENOMEM;
	raise_limits();
	err = load_once(settings, &features, true, ret_bpf);
	if (err && err != -EPERM && features.uring) {
		err = load_once(settings, &features, false, ret_bpf);
		if (!err)
			tracer_warn(
				report,
				"the io_uring programs do not load on this kernel; connects and accepts by io_uring "
				"show no connect and accept events%s",
				debug_hint());
	}
	if (!err && pidns_note())
		tracer_warn(report, "%s", pidns_note());
	return err ? explain_load(err, settings, &features, report) : 0;
}
