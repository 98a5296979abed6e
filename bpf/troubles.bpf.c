/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Kernel hooks -> trouble records: retransmits, drops and resets of connections that exist. Attached
 * only while `explain --watch` follows. Drops are looked at for sockets that retransmit alone.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>

#include "netstate/wire_trouble.h"
#include "stall_packet.bpf.h"

#define SYN_RECV 3

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, TROUBLES_FOLLOWED_MAX);
	__type(key, struct trouble_ends);
	__type(value, struct trouble_followed);
} netstate_followed SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} netstate_trouble_ring SEC(".maps");

__u32 following; /* there is one at least: the loader or a retransmission set it */
__u64 trouble_lost;
__u64 woken_ns;

/*
 * A wake-up costs more than all else here, and a reader that keeps up would get one a record. What
 * comes within this time waits for the next, or for the end of the watch: nobody reads it earlier.
 */
#define WAKE_EVERY_NS 5000000u

static __always_inline __u64 trouble_wake_flags(__u64 now_ns)
{
	if (now_ns - woken_ns < WAKE_EVERY_NS)
		return BPF_RB_NO_WAKEUP;
	woken_ns = now_ns;
	return BPF_RB_FORCE_WAKEUP;
}

static __always_inline void trouble_emit(struct wire_trouble *record, __u8 kind)
{
	record->kind = kind;
	record->ktime_ns = bpf_ktime_get_ns();
	if (bpf_ringbuf_output(&netstate_trouble_ring, record, sizeof(*record),
			       trouble_wake_flags(record->ktime_ns)))
		__sync_fetch_and_add(&trouble_lost, 1);
}

/* Probe reads: a reset's socket may be NULL, which no older verifier lets a program test for. */
static __always_inline void read_trouble_sock(struct wire_trouble *to, const struct sock *sk)
{
	const struct sock_common *common = &sk->__sk_common;
	const struct tcp_sock *tcp = (const void *)sk;
	__u16 family = BPF_CORE_READ(common, skc_family);

	to->cookie = BPF_CORE_READ(common, skc_cookie.counter);
	to->netns = BPF_CORE_READ(common, skc_net.net, ns.inum);
	read_laddr(to->ends.laddr, common, family);
	read_raddr(to->ends.raddr, common, family);
	to->ends.rport = bpf_ntohs(BPF_CORE_READ(common, skc_dport));
	/* inet_sport outlives skc_num, which is 0 once the port is given back */
	to->ends.lport = bpf_ntohs(BPF_CORE_READ(tcp, inet_conn.icsk_inet.inet_sport));
}

static __always_inline void follow(const struct wire_trouble *record)
{
	struct trouble_followed row = {.cookie = record->cookie, .netns = record->netns};
	struct trouble_followed *there = bpf_map_lookup_elem(&netstate_followed, &record->ends);

	if (there && there->cookie == row.cookie)
		return;
	if (there)
		row.cookie = 0;
	bpf_map_update_elem(&netstate_followed, &record->ends, &row, BPF_ANY);
	following = 1;
}

SEC("?tp_btf/tcp_retransmit_skb")
int netstate_trouble_retransmit(__u64 *ctx)
{
	const struct sock *sk = (const void *)ctx[0];
	const struct sk_buff *skb = (const void *)ctx[1];
	__u8 state = sk->__sk_common.skc_state;
	struct wire_trouble record;

	if (state == SYN_SENT || state == SYN_RECV || state == NEW_SYN_RECV)
		return 0;
	__builtin_memset(&record, 0, sizeof(record));
	read_trouble_sock(&record, sk);
	if (!record.cookie && has_socket_cookie)
		record.cookie = bpf_get_socket_cookie((void *)sk);
	record.state = state;
	record.length = BPF_CORE_READ(skb, len);
	if (retransmit_args > 2)
		record.err = (__s32)ctx[2];
	follow(&record);
	trouble_emit(&record, WIRE_TROUBLE_RETRANSMIT);
	return 0;
}

/* Whose packet it is: of its sender, or of its receiver. */
static __always_inline struct trouble_followed *followed_of(struct wire_trouble *record,
							    const struct packet *packet)
{
	struct trouble_followed *row;

	__builtin_memcpy(record->ends.laddr, packet->saddr, 16);
	__builtin_memcpy(record->ends.raddr, packet->daddr, 16);
	record->ends.lport = packet->sport;
	record->ends.rport = packet->dport;
	row = bpf_map_lookup_elem(&netstate_followed, &record->ends);
	if (row)
		return row;
	__builtin_memcpy(record->ends.laddr, packet->daddr, 16);
	__builtin_memcpy(record->ends.raddr, packet->saddr, 16);
	record->ends.lport = packet->dport;
	record->ends.rport = packet->sport;
	record->flags |= WIRE_TROUBLE_INCOMING;
	return bpf_map_lookup_elem(&netstate_followed, &record->ends);
}

/* TCP takes the device off; the route leads to a device of the same namespace. */
static __always_inline __u32 netns_of(const struct sk_buff *skb)
{
	const struct net_device *dev = BPF_CORE_READ(skb, dev);
	const struct dst_entry *dst = (const void *)(BPF_CORE_READ(skb, _skb_refdst) & ~1UL);

	if (dev)
		return BPF_CORE_READ(dev, nd_net.net, ns.inum);
	if (dst && bpf_core_field_exists(dst->dev))
		return BPF_CORE_READ(dst, dev, nd_net.net, ns.inum);
	return 0;
}

SEC("?tp_btf/kfree_skb")
int netstate_trouble_drop(__u64 *ctx)
{
	struct sk_buff *skb = (void *)ctx[0];
	struct trouble_followed *row;
	struct wire_trouble record;
	struct packet packet = {};

	if (!following || parse(&packet, BPF_CORE_READ(skb, protocol),
				BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, network_header)))
		return 0;
	__builtin_memset(&record, 0, sizeof(record));
	row = followed_of(&record, &packet);
	if (!row || !row->cookie)
		return 0;
	record.cookie = row->cookie;
	record.netns = row->netns;
	record.where_netns = netns_of(skb);
	record.length = BPF_CORE_READ(skb, len);
	record.location = ctx[1];
	if (drop_args > 2) {
		record.reason = (__u32)ctx[2];
		record.flags |= WIRE_TROUBLE_HAS_REASON;
	}
	trouble_emit(&record, WIRE_TROUBLE_DROP);
	return 0;
}

/* Of the packet that the reset answers: its target is the end that resets. */
static __always_inline int read_answered(struct wire_trouble *to, const struct sk_buff *skb)
{
	struct packet packet = {};

	if (parse(&packet, BPF_CORE_READ(skb, protocol),
		  BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, network_header)))
		return -1;
	__builtin_memcpy(to->ends.laddr, packet.daddr, 16);
	__builtin_memcpy(to->ends.raddr, packet.saddr, 16);
	to->ends.lport = packet.dport;
	to->ends.rport = packet.sport;
	to->netns = netns_of(skb);
	/* refused connects are those of `stalls` */
	return (packet.flags & (FLAG_SYN | FLAG_ACK)) == FLAG_SYN ? -1 : 0;
}

SEC("?tp_btf/tcp_send_reset")
int netstate_trouble_reset_sent(__u64 *ctx)
{
	const struct sk_buff *skb;
	struct wire_trouble record;
	const struct sock *sk;
	__u64 args[2];
	__u8 state;

	/* as numbers: newer verifiers know that both may be NULL and forbid what is not tested,
	 * older ones take them for good and leave a test out */
	if (bpf_probe_read_kernel(args, sizeof(args), ctx))
		return 0;
	sk = (const void *)args[0];
	skb = (const void *)args[1];
	state = BPF_CORE_READ(sk, __sk_common.skc_state);
	__builtin_memset(&record, 0, sizeof(record));
	record.state = state;
	if (!state || state == LISTEN || state == TIME_WAIT || state == NEW_SYN_RECV) {
		if (read_answered(&record, skb))
			return 0;
		record.flags |= state == LISTEN ? WIRE_TROUBLE_LISTENER : 0;
	} else {
		read_trouble_sock(&record, sk);
	}
	if (!BPF_CORE_READ(skb, head))
		record.flags |= WIRE_TROUBLE_ACTIVE;
	if (send_reset_args > 2) {
		record.reason = (__u32)ctx[2];
		record.flags |= WIRE_TROUBLE_HAS_REASON;
	}
	trouble_emit(&record, WIRE_TROUBLE_RESET_SENT);
	return 0;
}

SEC("?tp_btf/tcp_receive_reset")
int netstate_trouble_reset_came(__u64 *ctx)
{
	const struct sock *sk = (const void *)ctx[0];
	struct wire_trouble record;

	if (sk->__sk_common.skc_state == SYN_SENT)
		return 0;
	__builtin_memset(&record, 0, sizeof(record));
	read_trouble_sock(&record, sk);
	record.state = sk->__sk_common.skc_state;
	record.flags = send_reset_args > 2 ? 0 : WIRE_TROUBLE_SENDERS_PARTIAL;
	trouble_emit(&record, WIRE_TROUBLE_RESET_CAME);
	return 0;
}

/* The socket of a descriptor of the current task, by probe reads; NULL: it is none. */
static __always_inline const struct sock *current_socket(int fd)
{
	const struct task_struct *task = (void *)bpf_get_current_task();
	const struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file **files = BPF_CORE_READ(table, fd), *file;
	const struct socket *socket;

	if (fd < 0 || (__u32)fd >= BPF_CORE_READ(table, max_fds) ||
	    bpf_probe_read_kernel(&file, sizeof(file), files + fd))
		return NULL;
	socket = BPF_CORE_READ(file, private_data);
	return BPF_CORE_READ(socket, file) == file ? BPF_CORE_READ(socket, sk) : NULL;
}

/* The kernel keeps min(backlog, somaxconn) alone. From 5.15 (bpf_task_pt_regs). */
SEC("?tracepoint/syscalls/sys_exit_listen")
int netstate_trouble_listen(struct trace_event_raw_sys_exit *ctx)
{
	struct wire_trouble record;
	const struct sock *sk;
	struct pt_regs *regs;

	if (ctx->ret < 0)
		return 0;
	regs = (void *)bpf_task_pt_regs(bpf_get_current_task_btf());
	sk = current_socket((int)PT_REGS_PARM1_CORE_SYSCALL(regs));
	if (!sk || BPF_CORE_READ(sk, sk_protocol) != IPPROTO_TCP ||
	    BPF_CORE_READ(sk, __sk_common.skc_state) != LISTEN)
		return 0;
	__builtin_memset(&record, 0, sizeof(record));
	read_trouble_sock(&record, sk);
	record.state = LISTEN;
	record.length = (__u32)PT_REGS_PARM2_CORE_SYSCALL(regs);
	trouble_emit(&record, WIRE_TROUBLE_LISTEN);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
