/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel's side of `explain --watch`: loads and attaches what this kernel has of it. */
#include "kernel/trouble_hooks.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/debug.h"
#include "kernel/bpf_names.h"
#include "kernel/drain_turn.h"
#include "kernel/features.h"
#include "kernel/kernel_btf.h"
#include "kernel/kernel_enum.h"
#include "kernel/leave_maps_out.h"
#include "kernel/libbpf_log.h"
#include "kernel/skips.h"
#include "kernel/symbols.h"
#include "kernel/tracefs.h"
#include "troubles.skel.h"

static const struct {
	const char *program, *tracepoint, *cost;
} rows[] = {
	{"trouble_retransmit", "tcp_retransmit_skb", "retransmissions are not seen"},
	{"trouble_drop", "kfree_skb", "drops on this host are not seen"},
	{"trouble_reset_sent", "tcp_send_reset", "who sent a reset is not seen"},
	{"trouble_reset_came", "tcp_receive_reset", "resets that arrive are not seen"},
};

struct trouble_hooks {
	struct troubles_bpf *bpf;
	struct bpf_link *links[ARRAY_SIZE(rows)], *listen;
	struct ring_buffer *ring;
	struct kernel_enum drop_reasons, reset_reasons;
	struct symbols symbols;
	trouble_record_fn handle;
	void *context;
	unsigned int taken; /* in this turn */
};

static uint32_t arguments_of(const struct btf *btf, const char *tracepoint)
{
	int count = features_tracepoint_arguments(btf, tracepoint);

	return count > 0 ? (uint32_t)count : 0;
}

static void warn(struct trouble_hooks_report *report, const char *what, const char *cost)
{
	if (report->warning_count < TROUBLE_HOOKS_WARNINGS_MAX)
		snprintf(report->warnings[report->warning_count++], sizeof(report->warnings[0]),
			 "%s is not in this kernel: %s", what, cost);
}

static void choose(struct trouble_hooks *hooks, const struct btf *btf,
		   struct trouble_hooks_report *report)
{
	static const char *const kept[] = {"followed", "trouble_ring", NULL};
	struct features features;

	features_read(btf, &features);
	hooks->bpf->rodata->has_socket_cookie = features.socket_cookie;
	hooks->bpf->rodata->retransmit_args = arguments_of(btf, "tcp_retransmit_skb");
	hooks->bpf->rodata->drop_args = arguments_of(btf, "kfree_skb");
	hooks->bpf->rodata->send_reset_args = arguments_of(btf, "tcp_send_reset");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		bool there = arguments_of(btf, rows[i].tracepoint) > 0;

		bpf_program__set_autoload(bpf_program_find(hooks->bpf->obj, rows[i].program),
					  there);
		if (!there)
			warn(report, rows[i].tracepoint, rows[i].cost);
	}
	bpf_program__set_autoload(hooks->bpf->progs.trouble_listen, features.task_pt_regs);
	leave_maps_out(hooks->bpf->obj, kept);
	kernel_enum_read(btf, "skb_drop_reason", "SKB_DROP_REASON_", &hooks->drop_reasons);
	kernel_enum_read(btf, "sk_rst_reason", "SK_RST_REASON_", &hooks->reset_reasons);
}

/* Where it is refused the backlog that was asked for is not known, which a finding leaves out. */
static void attach_listen(struct trouble_hooks *hooks)
{
	_cleanup_(cleanup_close) int tracefs_fd = -1;
	int err;

	if (!bpf_program__autoload(hooks->bpf->progs.trouble_listen))
		return;
	tracefs_fd = tracefs_open();
	err = tracefs_fd < 0 ? tracefs_fd
			     : tracefs_attach(hooks->bpf->progs.trouble_listen, tracefs_fd,
					      "syscalls/sys_exit_listen", &hooks->listen);
	debug_say("attach sys_exit_listen: %s", err ? "failed" : "done");
}

static int attach_all(struct trouble_hooks *hooks)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bpf_program *program = bpf_program_find(hooks->bpf->obj, rows[i].program);

		if (!bpf_program__autoload(program))
			continue;
		hooks->links[i] = bpf_program__attach(program);
		debug_say("attach %s: %s", rows[i].tracepoint, hooks->links[i] ? "done" : "failed");
		if (!hooks->links[i])
			return -errno;
	}
	attach_listen(hooks);
	return 0;
}

static int on_record(void *context, void *data, size_t size)
{
	struct trouble_hooks *hooks = context;
	const struct wire_trouble *record = data;
	const char *reason = NULL, *place = "";

	if (size < sizeof(*record) || record->kind >= WIRE_TROUBLE_KINDS)
		return drain_turn(&hooks->taken);
	if (record->flags & WIRE_TROUBLE_HAS_REASON)
		reason = kernel_enum_find(record->kind == WIRE_TROUBLE_DROP ? &hooks->drop_reasons
									    : &hooks->reset_reasons,
					  record->reason);
	if (record->location)
		place = symbols_name(&hooks->symbols, record->location);
	hooks->handle(hooks->context, record, reason ? reason : "", place);
	return drain_turn(&hooks->taken);
}

static int load(struct trouble_hooks *hooks, const struct btf *btf,
		struct trouble_hooks_report *report)
{
	hooks->bpf = troubles_bpf__open();
	if (!hooks->bpf)
		return errno ? -errno : -ENOMEM;
	choose(hooks, btf, report);
	return troubles_bpf__load(hooks->bpf);
}

static int open_hooks(struct trouble_hooks *hooks, struct trouble_hooks_report *report)
{
	struct btf *btf;
	int err = kernel_btf_load(&btf);

	if (err)
		return err;
	err = load(hooks, btf, report);
	btf__free(btf);
	if (err)
		return err;
	hooks->ring = ring_buffer__new(bpf_map__fd(hooks->bpf->maps.trouble_ring), on_record, hooks,
				       NULL);
	return hooks->ring ? attach_all(hooks) : -errno;
}

int trouble_hooks_new(struct trouble_hooks_report *ret_report, struct trouble_hooks **ret_hooks)
{
	struct trouble_hooks *hooks = calloc(1, sizeof(*hooks));
	int err;

	*ret_report = (struct trouble_hooks_report){};
	if (!hooks)
		return -ENOMEM;
	libbpf_log_init();
	symbols_open(&hooks->symbols);
	err = open_hooks(hooks, ret_report);
	if (err) {
		trouble_hooks_free(hooks);
		return err;
	}
	*ret_hooks = hooks;
	return 0;
}

void trouble_hooks_free(struct trouble_hooks *hooks)
{
	if (!hooks)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		bpf_link__destroy(hooks->links[i]);
	bpf_link__destroy(hooks->listen);
	ring_buffer__free(hooks->ring);
	troubles_bpf__destroy(hooks->bpf);
	symbols_close(&hooks->symbols);
	kernel_enum_release(&hooks->drop_reasons);
	kernel_enum_release(&hooks->reset_reasons);
	free(hooks);
}

void trouble_hooks_follow(struct trouble_hooks *hooks, const struct trouble_ends *ends,
			  const struct trouble_followed *row)
{
	struct trouble_followed mixed = *row;
	int fd = bpf_map__fd(hooks->bpf->maps.followed);

	if (bpf_map_update_elem(fd, ends, row, BPF_NOEXIST) == -EEXIST) {
		mixed.cookie = 0;
		bpf_map_update_elem(fd, ends, &mixed, BPF_ANY);
	}
	hooks->bpf->bss->following = 1;
}

bool trouble_hooks_drain(struct trouble_hooks *hooks, trouble_record_fn handle, void *context)
{
	hooks->handle = handle;
	hooks->context = context;
	hooks->taken = 0;
	return ring_buffer__consume(hooks->ring) == -EAGAIN;
}

int trouble_hooks_fd(const struct trouble_hooks *hooks)
{
	return ring_buffer__epoll_fd(hooks->ring);
}

uint64_t trouble_hooks_lost(const struct trouble_hooks *hooks)
{
	return hooks->bpf->bss->trouble_lost;
}

uint64_t trouble_hooks_skipped(const struct trouble_hooks *hooks)
{
	return hooks ? skips_of_object(hooks->bpf->obj) : 0;
}
