/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Opens, loads and attaches the tracer's BPF programs. */
#include "tracer/tracer.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "tracer/internal.h"
#include "tracer/offers.h"
#include "tracer/tracefs.h"

#define LINKS_MAX 16
#define SOCKETS_MAX (1u << 20) /* remembered by address where that costs nothing in advance; see bpf/maps.bpf.h */

struct tracer {
	struct tracer_bpf *bpf;
	struct ring_reader *reader;
	struct bpf_link *links[LINKS_MAX];
	unsigned int link_count;
};

static int quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	return 0;
}

static int fail(struct tracer_report *report, int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(report->error, sizeof(report->error), format, args);
	va_end(args);
	return err;
}

static void warn(struct tracer_report *report, const char *format, ...)
{
	va_list args;

	if (report->warning_count == TRACER_WARNINGS_MAX)
		return;
	va_start(args, format);
	vsnprintf(report->warnings[report->warning_count++], sizeof(report->warnings[0]), format, args);
	va_end(args);
}

/* ---------------------------------------------------------------- open and load */

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

static void set_offers(struct tracer_bpf *bpf, const struct offers *offers, bool optional)
{
	bpf->rodata->has_sock_storage = offers->sock_storage;
	bpf->rodata->has_socket_cookie = offers->socket_cookie;
	bpf->rodata->has_rdonly_cast = offers->rdonly_cast;
	bpf->rodata->has_task_storage = offers->task_storage;
	bpf->rodata->has_task_pt_regs = offers->task_pt_regs;
	bpf_map__set_autocreate(bpf->maps.connect_tasks, offers->task_storage);
	bpf_map__set_max_entries(bpf->maps.connect_calls, offers->task_storage ? 1 : 16384);
	bpf->rodata->io_uring_complete_form = offers->uring_complete_form;
	bpf_program__set_autoload(bpf->progs.state_again, offers->sock_storage);
	if (offers->hash_allocates) {
		bpf_map__set_map_flags(bpf->maps.sock_hash, BPF_F_NO_PREALLOC);
		bpf_map__set_max_entries(bpf->maps.sock_hash, SOCKETS_MAX);
	}
	if (!optional || !offers->uring_complete_form)
		return;
	if (offers->uring_submit_req)
		bpf_program__set_autoload(bpf->progs.uring_submit_req, true);
	else if (offers->uring_submit_sqe)
		bpf_program__set_autoload(bpf->progs.uring_submit_sqe, true);
	else
		return;
	bpf_program__set_autoload(bpf->progs.uring_complete, true);
}

static int load_once(const struct tracer_settings *settings, const struct offers *offers, bool optional,
		     struct tracer_bpf **ret_bpf)
{
	struct tracer_bpf *bpf = tracer_bpf__open();
	int err;

	if (!bpf)
		return -errno;
	set_filter(bpf, &settings->filter);
	set_offers(bpf, offers, optional);
	bpf_map__set_max_entries(bpf->maps.ring, settings->ring_size ? settings->ring_size : TRACER_RING_DEFAULT);
	err = tracer_bpf__load(bpf);
	if (err) {
		tracer_bpf__destroy(bpf);
		return err;
	}
	*ret_bpf = bpf;
	return 0;
}

/* Kernels before 5.11 charge maps to RLIMIT_MEMLOCK; on later ones failing to raise it does not matter. */
static void raise_memlock(void)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

	setrlimit(RLIMIT_MEMLOCK, &all);
}

static int explain_load(int err, const struct tracer_settings *settings, const struct offers *offers,
			struct tracer_report *report)
{
	unsigned int ring = settings->ring_size ? settings->ring_size : TRACER_RING_DEFAULT;

	if (err == -EPERM && geteuid() != 0)
		return fail(report, err, "tracing needs root: the kernel refused to load BPF programs for uid %u (%s)",
			    geteuid(), strerror(-err));
	if (err == -EPERM && !offers->memcg_charged)
		return fail(report, err, "the kernel refused the ring buffer of %u bytes: RLIMIT_MEMLOCK is too low and "
			    "could not be raised; run `ulimit -l unlimited` first or give a smaller --ring-size", ring);
	if (err == -ENOMEM || err == -E2BIG)
		return fail(report, err, "the kernel has no memory for a ring buffer of %u bytes (%s); give a smaller "
			    "--ring-size", ring, strerror(-err));
	if (err == -EPERM)
		return fail(report, err, "the kernel refused to load BPF programs (%s): this process lacks CAP_BPF and "
			    "CAP_PERFMON, or a lockdown forbids it; run as root on the host", strerror(-err));
	return fail(report, err, "the kernel refused the program of inet_sock_set_state (%s), without which there is "
		    "nothing to trace", strerror(-err));
}

static int load(const struct tracer_settings *settings, struct tracer_report *report, struct tracer *tracer)
{
	struct offers offers;
	struct btf *btf;
	int err;

	btf = btf__load_vmlinux_btf();
	if (!btf)
		return fail(report, -ENOENT, "this kernel has no BTF (/sys/kernel/btf/vmlinux, CONFIG_DEBUG_INFO_BTF), "
			    "which tracing needs; boot one that has, as Debian's are since 5.10");
	offers_read(btf, &offers);
	btf__free(btf);
	if (!offers.ring_buffer)
		return fail(report, -ENOSYS, "this kernel is too old: it has no BPF ring buffer (Linux 5.8); netstate "
			    "needs 5.10 or later");
	raise_memlock();
	err = load_once(settings, &offers, true, &tracer->bpf);
	if (err && err != -EPERM && offers.uring_complete_form) {
		err = load_once(settings, &offers, false, &tracer->bpf);
		if (!err)
			warn(report, "the io_uring programs do not load on this kernel; connects and accepts by io_uring "
				     "show no connect and accept events");
	}
	return err ? explain_load(err, settings, &offers, report) : 0;
}

/* ---------------------------------------------------------------- attach */

static void keep_link(struct tracer *tracer, struct bpf_link *link)
{
	tracer->links[tracer->link_count] = link;
	tracer->link_count++;
}

static int attach_typed(struct tracer *tracer, struct bpf_program *program)
{
	struct bpf_link *link = bpf_program__attach(program);

	if (!link)
		return -errno;
	keep_link(tracer, link);
	return 0;
}

/* One perf event, on CPU 0, switches a tracepoint's programs on for all CPUs (kernel/trace/trace_event_perf.c). */
static int attach_classic(struct tracer *tracer, struct bpf_program *program, int tracefs_fd, const char *event)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT, .size = sizeof(attr) };
	int id = tracefs_event_id(tracefs_fd, event), fd, err;
	struct bpf_link *link;

	if (id < 0)
		return id;
	attr.config = (unsigned int)id;
	fd = (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		return -errno;
	link = bpf_program__attach_perf_event(program, fd);
	if (!link) {
		err = -errno;
		close(fd);
		return err;
	}
	keep_link(tracer, link); /* the link owns and closes the descriptor */
	return 0;
}

static void attach_calls(struct tracer *tracer, struct tracer_report *report)
{
	const struct {
		struct bpf_program *program;
		const char *event;
		const char *cost;
	} calls[] = {
		{ tracer->bpf->progs.connect_exit, "syscalls/sys_exit_connect", "connect events" },
		{ tracer->bpf->progs.connect_enter, "syscalls/sys_enter_connect", "connect events" },
		{ tracer->bpf->progs.accept_exit, "syscalls/sys_exit_accept", "accept events" },
		{ tracer->bpf->progs.accept4_exit, "syscalls/sys_exit_accept4", "accept events" },
	};
	_cleanup_(cleanup_close) int tracefs_fd = tracefs_open();

	if (tracefs_fd < 0) {
		warn(report, "tracefs is not to be had (%s); connect and accept events are missing, and accepted "
			     "connections keep their listener's owner", strerror(-tracefs_fd));
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		int err = attach_classic(tracer, calls[i].program, tracefs_fd, calls[i].event);

		if (err)
			warn(report, "cannot attach %s (%s); %s are missing", calls[i].event, strerror(-err),
			     calls[i].cost);
	}
}

static void attach_optional(struct tracer *tracer, struct bpf_program *program, const char *cost,
			    struct tracer_report *report)
{
	int err;

	if (!bpf_program__autoload(program))
		return;
	err = attach_typed(tracer, program);
	if (err)
		warn(report, "cannot attach %s (%s); %s", bpf_program__name(program), strerror(-err), cost);
}

static int attach(struct tracer *tracer, struct tracer_report *report)
{
	static const char no_uring[] = "connects and accepts by io_uring show no connect and accept events";
	struct tracer_bpf *bpf = tracer->bpf;
	int err = attach_typed(tracer, bpf->progs.state);

	if (err)
		return fail(report, err, "cannot attach to inet_sock_set_state (%s), without which there is nothing to "
			    "trace", strerror(-err));
	attach_optional(tracer, bpf->progs.state_again, "a transition that interrupts another may be missed", report);
	attach_calls(tracer, report);
	attach_optional(tracer, bpf->progs.uring_submit_req, no_uring, report);
	attach_optional(tracer, bpf->progs.uring_submit_sqe, no_uring, report);
	attach_optional(tracer, bpf->progs.uring_complete, no_uring, report);
	return 0;
}

/* Runs the iterator once: it visits every descriptor of every process. */
void tracer_scan(struct tracer *tracer, struct tracer_report *report)
{
	struct bpf_link *link = bpf_program__attach_iter(tracer->bpf->progs.scan, NULL);
	char nothing[64];
	int fd;

	if (link) {
		_cleanup_(cleanup_close) int iterator = bpf_iter_create(bpf_link__fd(link));

		fd = iterator;
		while (fd >= 0 && read(fd, nothing, sizeof(nothing)) > 0)
			;
		bpf_link__destroy(link);
		if (fd >= 0)
			return;
	}
	warn(report, "cannot scan the descriptors of all processes (%s); sockets older than this start have no owner",
	     strerror(errno));
}

int tracer_new(const struct tracer_settings *settings, struct tracer_report *ret_report, struct tracer **ret_tracer)
{
	struct tracer *tracer = calloc(1, sizeof(*tracer));
	int err;

	*ret_report = (struct tracer_report){ 0 };
	if (!tracer)
		return fail(ret_report, -ENOMEM, "out of memory");
	libbpf_set_print(quiet);
	err = load(settings, ret_report, tracer);
	if (!err)
		err = ring_reader_new(tracer->bpf, &tracer->reader);
	if (!err)
		err = attach(tracer, ret_report);
	if (err) {
		if (!ret_report->error[0])
			fail(ret_report, err, "cannot read the ring buffer: %s", strerror(-err));
		tracer_free(tracer);
		return err;
	}
	*ret_tracer = tracer;
	return 0;
}

void tracer_stop(struct tracer *tracer)
{
	while (tracer->link_count > 0)
		bpf_link__destroy(tracer->links[--tracer->link_count]);
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

int tracer_drain(struct tracer *tracer, tracer_take take, void *context)
{
	return ring_reader_drain(tracer->reader, take, context);
}

uint64_t tracer_lost(const struct tracer *tracer)
{
	return __atomic_load_n(&tracer->bpf->bss->lost_records, __ATOMIC_RELAXED);
}

int tracer_ring_map(const struct tracer *tracer)
{
	return bpf_map__fd(tracer->bpf->maps.ring);
}

int tracer_storage_map(const struct tracer *tracer)
{
	return bpf_map__fd(tracer->bpf->maps.sock_storage);
}

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
	struct counters sum = { 0 };

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
