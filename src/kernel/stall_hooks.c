/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel's side of `netstate stalls`: opens, loads and attaches what this kernel has of it. */
#include "kernel/stall_hooks.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/debug.h"
#include "base/memory_left.h"
#include "stalls.skel.h"
#include "kernel/bpf_names.h"
#include "kernel/drain_turn.h"
#include "kernel/kernel_enum.h"
#include "kernel/bpf_why.h"
#include "kernel/features.h"
#include "kernel/kernel_btf.h"
#include "kernel/skips.h"
#include "kernel/stall_hooks_internal.h"

enum hook_when {
	ALWAYS,
	ARMED, /* while something hangs */
	IPV6,  /* where IPv6 is used */
};

/* One hook: where it is, which sense it gives, when it is attached. Of several for one sense the
 * first is taken that this kernel has. */
struct hook {
	const char *program;
	const char *place; /* a tracepoint, or where `arguments` are given a function's entry */
	unsigned int arguments; /* of the function, as bpf/stalls.bpf.c reads them */
	size_t sense;		/* offset of a bool in struct stall_senses */
	enum hook_when when;
	const char *cost; /* what the absence of all for this sense costs; with the last of them */
};

#define SENSE(name) offsetof(struct stall_senses, name)

static const struct hook hook_rows[] = {
	{"retry", "tcp_retransmit_skb", 0, SENSE(retransmit), ALWAYS, "SYNs cannot be counted"},
	{"reset_received", "tcp_receive_reset", 0, SENSE(resets), ALWAYS,
	 "resets cannot be distinguished from ICMP errors"},
	{"reset_sent", "tcp_send_reset", 0, SENSE(reset_sender), ALWAYS,
	 "who sent a reset on this host is not named"},
	{"error_reported", "inet_sk_error_report", 0, SENSE(errors), ALWAYS, NULL},
	{"error_told", "sock_def_error_report", 1, SENSE(errors), ALWAYS,
	 "ICMP errors will not be named"},
	{"icmp6_error", "tcp_v6_err", 6, SENSE(icmp6), ALWAYS, NULL},
	{"icmp6_packet", "netif_receive_skb", 0, SENSE(icmp6), IPV6,
	 "ICMPv6 errors will not be named"},
	{"received", "netif_receive_skb", 0, SENSE(receive), ARMED,
	 "where SYNs arrive on this host will not be seen"},
	{"dropped", "kfree_skb", 0, SENSE(drops), ARMED, "drops on this host will not be seen"},
};

_Static_assert(ARRAY_SIZE(hook_rows) == STALL_HOOKS_COUNT,
	       "struct stall_hooks has one place a row");

static bool *sense_of(struct stall_hooks *hooks, const struct hook *hook)
{
	return (bool *)((char *)&hooks->senses + hook->sense);
}

static void warn(struct stall_hooks_report *report, const struct hook *hook, const char *why)
{
	if (report->warning_count < STALL_HOOKS_WARNINGS_MAX)
		snprintf(report->warnings[report->warning_count++], sizeof(report->warnings[0]),
			 "cannot attach %s: %s; %s", hook->place, why, hook->cost);
}

static void say_limit(struct stall_hooks_report *report, bool applies, const char *sentence)
{
	if (applies && report->warning_count < STALL_HOOKS_WARNINGS_MAX)
		snprintf(report->warnings[report->warning_count++], sizeof(report->warnings[0]),
			 "%s", sentence);
}

static uint32_t arguments_of(const struct btf *btf, const char *tracepoint)
{
	int count = features_tracepoint_arguments(btf, tracepoint);

	return count > 0 ? (uint32_t)count : 0;
}

/*
 * A program at the entry of a function: some kernels are built without, or refuse it. What is not
 * tried cannot be known, and one refused program would fail all of the skeleton.
 */
static bool function_can_be_entered(const struct btf *btf, const char *name, unsigned int arguments)
{
	static const struct bpf_insn nothing[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K}, /* r0 = 0 */
		{.code = BPF_JMP | BPF_EXIT},
	};
	int id = btf__find_by_name_kind(btf, name, BTF_KIND_FUNC);
	const struct btf_type *function = id > 0 ? btf__type_by_id(btf, (uint32_t)id) : NULL;
	const struct btf_type *proto = function ? btf__type_by_id(btf, function->type) : NULL;
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_TRACE_FENTRY,
		    .attach_btf_id = (uint32_t)id);
	int program, link;

	if (!proto || btf_vlen(proto) != arguments)
		return false;
	program = bpf_prog_load(BPF_PROG_TYPE_TRACING, "try", "GPL", nothing, ARRAY_SIZE(nothing),
				&options);
	if (program < 0)
		return false;
	link = bpf_raw_tracepoint_open(NULL, program);
	if (link >= 0)
		close(link);
	close(program);
	return link >= 0;
}

static bool hook_there(const struct btf *btf, const struct hook *hook)
{
	if (hook->arguments)
		return !features_core_only() &&
		       function_can_be_entered(btf, hook->place, hook->arguments);
	return features_tracepoint_arguments(btf, hook->place) > 0;
}

static void choose_hooks(struct stall_hooks *hooks, const struct btf *btf,
			 struct stall_hooks_report *report)
{
	for (size_t i = 0; i < ARRAY_SIZE(hook_rows); i++) {
		const struct hook *hook = &hook_rows[i];
		bool *sense = sense_of(hooks, hook);

		hooks->there[i] = !*sense && hook_there(btf, hook);
		hooks->programs[i] = bpf_program_find(hooks->bpf->obj, hook->program);
		bpf_program__set_autoload(hooks->programs[i], hooks->there[i]);
		*sense |= hooks->there[i];
		if (!*sense && hook->cost)
			warn(report, hook, "not in this kernel");
	}
}

/* Which programs to load, and what they may read: from the kernel's BTF. */
static void choose(struct stall_hooks *hooks, const struct btf *btf,
		   struct stall_hooks_report *report)
{
	struct stalls_bpf *bpf = hooks->bpf;

	choose_hooks(hooks, btf, report);
	bpf_program__set_autoload(bpf->progs.dump, true);
	bpf->rodata->retransmit_args = arguments_of(btf, "tcp_retransmit_skb");
	bpf->rodata->drop_args = arguments_of(btf, "kfree_skb");
	bpf->rodata->send_reset_args = arguments_of(btf, "tcp_send_reset");
	bpf->rodata->has_socket_cookie =
		btf__find_by_name_kind(btf, "bpf_get_socket_ptr_cookie", BTF_KIND_FUNC) > 0;
	bpf->rodata->has_snprintf = btf__find_by_name_kind(btf, "bpf_snprintf", BTF_KIND_FUNC) > 0;
	hooks->senses.retransmit_err = bpf->rodata->retransmit_args > 2;
	hooks->senses.drop_reason = bpf->rodata->drop_args > 2;
	/* without the reason it reports resets by sockets alone, never by a port without a listener */
	hooks->senses.reset_sender &= bpf->rodata->send_reset_args > 2;
	say_limit(
		report, hooks->senses.drops && !hooks->senses.drop_reason,
		"firewall drops cannot be distinguished from others: this kernel's kfree_skb gives no reason");
	say_limit(
		report, hooks->senses.retransmit && !hooks->senses.retransmit_err,
		"why a SYN was not retransmitted is unknown: this kernel's tcp_retransmit_skb gives no error");
	kernel_enum_read(btf, "skb_drop_reason", "SKB_DROP_REASON_", &hooks->drop_reasons);
	kernel_enum_read(btf, "sk_rst_reason", "SK_RST_REASON_", &hooks->reset_reasons);
}

static int attach(struct stall_hooks *hooks, size_t number)
{
	struct bpf_link *link;

	if (hooks->links[number] || !hooks->there[number])
		return 0;
	link = bpf_program__attach(hooks->programs[number]);
	debug_say("attach %s to %s: %s", hook_rows[number].program, hook_rows[number].place,
		  link ? "done" : strerror(errno));
	if (!link)
		return -errno;
	hooks->links[number] = link;
	return 0;
}

static int attach_cheap(struct stall_hooks *hooks, struct stall_hooks_report *report)
{
	for (size_t i = 0; i < ARRAY_SIZE(hook_rows); i++) {
		int err = hook_rows[i].when == ALWAYS ? attach(hooks, i) : 0;

		if (err) {
			hooks->there[i] = *sense_of(hooks, &hook_rows[i]) = false;
			warn(report, &hook_rows[i], strerror(-err));
		}
	}
	return 0;
}

/* An address in place of a name: from a kernel whose programs can't name functions. */
static void name_function(struct stall_hooks *hooks, char name[WIRE_STALL_NAME_SIZE])
{
	_Static_assert(SYMBOL_SIZE == WIRE_STALL_NAME_SIZE, "one is copied into the other");

	if (!strncmp(name, "0x", 2))
		memcpy(name, symbols_name(&hooks->symbols, strtoull(name, NULL, 16)),
		       WIRE_STALL_NAME_SIZE);
}

static int on_record(void *context, void *record, size_t size)
{
	struct stall_hooks *hooks = context;
	const struct wire_head *head = record;
	struct wire_stall_packet packet;

	if (size != sizeof(packet) ||
	    (head->kind != WIRE_KIND_STALL_DROP && head->kind != WIRE_KIND_STALL_PASS)) {
		hooks->handle(hooks->callback_context, record, size);
		return drain_turn(&hooks->taken);
	}
	memcpy(&packet, record, sizeof(packet));
	name_function(hooks, packet.location);
	name_function(hooks, packet.route);
	hooks->handle(hooks->callback_context, &packet, sizeof(packet));
	return drain_turn(&hooks->taken);
}

#define LEFT_MIN (256u << 20) /* bytes that the memory cgroup leaves: below, the ring is smaller */
#define RING_SMALL (1u << 20)
#define LOADING_TAKES (48u << 20) /* these and the tracer's programs, with the small rings */

static int load(struct stall_hooks *hooks, const struct btf *btf, struct stall_hooks_report *report)
{
	hooks->bpf = stalls_bpf__open();
	if (!hooks->bpf)
		return errno ? -errno : -ENOMEM;
	choose(hooks, btf, report);
	if (memory_left()->left < LEFT_MIN)
		bpf_map__set_max_entries(hooks->bpf->maps.stall_ring, RING_SMALL);
	return stalls_bpf__load(hooks->bpf);
}

static int open_hooks(struct stall_hooks *hooks, struct stall_hooks_report *report)
{
	struct btf *btf;
	int err = kernel_btf_load(&btf);

	if (err) {
		snprintf(report->error, sizeof(report->error), "%s", kernel_btf_why());
		return err;
	}
	err = load(hooks, btf, report);
	btf__free(btf);
	debug_say("stalls programs: %s", err ? strerror(-err) : "loaded");
	if (err) {
		snprintf(report->error, sizeof(report->error),
			 "cannot load the programs that watch connects: %s%s", bpf_why(err),
			 debug_hint());
		return err;
	}
	hooks->ring =
		ring_buffer__new(bpf_map__fd(hooks->bpf->maps.stall_ring), on_record, hooks, NULL);
	if (!hooks->ring) {
		snprintf(report->error, sizeof(report->error),
			 "cannot open the ring buffer for stalls: %s", strerror(errno));
		return -errno;
	}
	return attach_cheap(hooks, report);
}

int stall_hooks_new(struct stall_hooks_report *ret_report, struct stall_hooks **ret_hooks)
{
	struct stall_hooks *hooks = calloc(1, sizeof(*hooks));
	int err;

	memset(ret_report, 0, sizeof(*ret_report));
	if (!hooks)
		return -ENOMEM;
	symbols_open(&hooks->symbols);
	err = memory_is_short(LOADING_TAKES, "loading the BPF programs", ret_report->error,
			      sizeof(ret_report->error))
		      ? -ENOMEM
		      : open_hooks(hooks, ret_report);
	if (err) {
		stall_hooks_free(hooks);
		return err;
	}
	*ret_hooks = hooks;
	return 0;
}

void stall_hooks_free(struct stall_hooks *hooks)
{
	if (!hooks)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(hook_rows); i++)
		bpf_link__destroy(hooks->links[i]);
	ring_buffer__free(hooks->ring);
	stalls_bpf__destroy(hooks->bpf);
	symbols_close(&hooks->symbols);
	kernel_enum_release(&hooks->drop_reasons);
	kernel_enum_release(&hooks->reset_reasons);
	free(hooks);
}

int stall_hooks_arm(struct stall_hooks *hooks, bool armed)
{
	for (size_t i = 0; i < ARRAY_SIZE(hook_rows); i++) {
		int err;

		if (hook_rows[i].when != ARMED)
			continue;
		err = armed ? attach(hooks, i) : 0;
		if (err) {
			hooks->there[i] = *sense_of(hooks, &hook_rows[i]) = false;
			return err;
		}
		if (!armed) {
			bpf_link__destroy(hooks->links[i]);
			hooks->links[i] = NULL;
		}
	}
	return 0;
}

int stall_hooks_use_ipv6(struct stall_hooks *hooks, bool used)
{
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(hook_rows) && !err; i++) {
		if (hook_rows[i].when != IPV6)
			continue;
		err = used ? attach(hooks, i) : 0;
		if (err)
			hooks->there[i] = *sense_of(hooks, &hook_rows[i]) = false;
		if (!used) {
			bpf_link__destroy(hooks->links[i]);
			hooks->links[i] = NULL;
		}
	}
	return err;
}

int stall_hooks_fd(const struct stall_hooks *hooks)
{
	return ring_buffer__epoll_fd(hooks->ring);
}

int stall_hooks_drain(struct stall_hooks *hooks, stall_record_fn handle, void *context)
{
	hooks->handle = handle;
	hooks->callback_context = context;
	hooks->taken = 0;
	return ring_buffer__consume(hooks->ring);
}

uint64_t stall_hooks_lost(const struct stall_hooks *hooks)
{
	return hooks->bpf->bss->stall_lost;
}

uint64_t stall_hooks_skipped(const struct stall_hooks *hooks)
{
	return hooks ? skips_of_object(hooks->bpf->obj) : 0;
}

const struct stall_senses *stall_hooks_senses(const struct stall_hooks *hooks)
{
	static const struct stall_senses none;

	return hooks ? &hooks->senses : &none;
}

void stall_hooks_told_senses(struct stall_hooks *hooks, const struct stall_senses *senses)
{
	hooks->senses = *senses;
}

const char *stall_hooks_drop_reason(const void *hooks, uint32_t number)
{
	return hooks ? kernel_enum_find(&((const struct stall_hooks *)hooks)->drop_reasons, number)
		     : NULL;
}

const char *stall_hooks_reset_reason(const void *hooks, uint32_t number)
{
	return hooks ? kernel_enum_find(&((const struct stall_hooks *)hooks)->reset_reasons, number)
		     : NULL;
}
