/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* inet_sock_set_state -> state records. */
#ifndef BPF_STATE_BPF_H
#define BPF_STATE_BPF_H

#include "compat_connect.bpf.h"
#include "emit.bpf.h"
#include "owner.bpf.h"
#include "sharing.bpf.h"
#include "sock_read.bpf.h"
#include "thread_call.bpf.h"
#include "timeout.bpf.h"

#define RCV_SHUTDOWN 1
/* it was put at the chain's head just now; others may have come before it since */
#define MINISOCKET_STEPS 4

static __always_inline struct inet_hashinfo *hash_tables(const struct sock *sk)
{
	/* until 6.0 the protocol names its tables; since 6.1 the network namespace does */
	struct inet_hashinfo *tables = BPF_CORE_READ(sk, __sk_common.skc_prot, h.hashinfo);

	if (!tables && bpf_core_field_exists(struct netns_ipv4, tcp_death_row))
		tables = BPF_CORE_READ(sk, __sk_common.skc_net.net, ipv4.tcp_death_row.hashinfo);
	return tables;
}

/*
 * tcp_time_wait() puts the minisocket into the socket's hash chain, with the same cookie, before it
 * closes the socket (net/ipv4/inet_timewait_sock.c, inet_twsk_hashdance): if it stands there, this
 * CLOSE is a hand-over.
 */
static __always_inline __u8 minisocket_evidence(const struct sock *sk, __u64 cookie)
{
	struct inet_hashinfo *tables = hash_tables(sk);
	__u32 slot = BPF_CORE_READ(sk, __sk_common.skc_hash) & BPF_CORE_READ(tables, ehash_mask);
	struct inet_ehash_bucket *chains = BPF_CORE_READ(tables, ehash);
	struct hlist_nulls_node *node = NULL;
	__u8 substate;

	if (!tables || !cookie)
		return 0;
	bpf_probe_read_kernel(&node, sizeof(node), &chains[slot].chain.first);
	for (int i = 0; i < MINISOCKET_STEPS; i++) {
		const struct inet_timewait_sock *other;

		if (!node || (__u64)node & 1) /* a nulls list ends with an odd number */
			return 0;
		other = (void *)node - bpf_core_field_offset(struct sock_common, skc_nulls_node);
		if (BPF_CORE_READ(other, __tw_common.skc_state) == TIME_WAIT &&
		    BPF_CORE_READ(other, __tw_common.skc_cookie.counter) == (__s64)cookie) {
			substate = BPF_CORE_READ(other, tw_substate);
			return WIRE_SEEN_MINISOCKET |
			       (substate == FIN_WAIT2 ? WIRE_SEEN_SUBSTATE_FIN_WAIT2 : 0);
		}
		node = BPF_CORE_READ(node, next);
	}
	return 0;
}

/* In __sock_release() of its file: no descriptor leads to it any more. */
static __always_inline bool is_released(const struct sock *sk)
{
	const struct socket *socket = to_follow(sk)->sk_socket;
	struct file *file;

	if (!socket)
		return false;
	file = has_rdonly_cast ? TYPED(socket, struct socket)->file : BPF_CORE_READ(socket, file);
	return file && !file_references(file);
}

/* After its FIN a socket closes because of a segment or a timer, unless its process does more. */
static __always_inline bool is_past_fin(int state)
{
	return state == FIN_WAIT1 || state == FIN_WAIT2 || state == CLOSING || state == LAST_ACK;
}

/*
 * Does this transition run in the process that asks for it, with `current` the one who acts? close(),
 * shutdown(), exit and SOCK_DESTROY hold the socket's lock (sk_lock.owned); a softirq, also one
 * on top of a task, never touches a socket that is owned, but leaves the segment to its backlog
 * (tcp_v4_rcv() in net/ipv4/tcp_ipv4.c). Who then releases the lock works off the backlog and need
 * not be who closes: there the peer's reset and a timer's end leave an error.
 */
static __always_inline bool acts(const struct sock *sk, int old, int new, bool released)
{
	int err = sk->sk_err;

	if (new != CLOSE)
		return sk->sk_lock.owned;
	if (!sk->sk_lock.owned) /* inet_csk_listen_stop(): its listener is closed before accept */
		return !err && (old == ESTABLISHED || old == CLOSE_WAIT);
	return released || err == ECONNABORTED || (!err && !is_past_fin(old));
}

/* FIN_WAIT1 and LAST_ACK begin with this host's FIN: nothing but a process sends it. */
static __always_inline __u8 learn_closer(const struct sock *sk, struct sock_memory *memory, int old,
					 int new)
{
	bool released;

	if (new != FIN_WAIT1 &&new != LAST_ACK &&new != CLOSE)
		return 0;
	released = sk->sk_lock.owned && is_released(sk);
	if (!acts(sk, old, new, released) || !actor_is_current(&memory->closer))
		return released ? WIRE_SEEN_RELEASED : 0;
	return WIRE_SEEN_ACTED | (released ? WIRE_SEEN_RELEASED : 0);
}

static __always_inline void fill_closer(struct wire_state *record, const struct sock_memory *memory)
{
	if (!memory->closer.pid)
		return;
	record->closer.pid = memory->closer.pid;
	record->closer.uid = memory->closer.uid;
	copy_comm(record->closer.comm, memory->closer.comm);
}

static __always_inline __u8 close_evidence(const struct sock *sk, __u64 cookie, int old)
{
	__u8 evidence = 0;

	if (sk->sk_shutdown & RCV_SHUTDOWN)
		evidence |= WIRE_SEEN_FIN;
	if (old == FIN_WAIT1 || old == FIN_WAIT2 || old == CLOSING)
		evidence |= minisocket_evidence(sk, cookie);
	return evidence;
}

static __always_inline void learn_owner(const struct sock *sk, const struct wire_sock *sock,
					struct sock_memory *memory, int old, int new, __u64 now)
{
	if (old == CLOSE && (new == SYN_SENT || new == LISTEN)) {
		memory->closer.pid = 0;
		memory_own(memory, new == SYN_SENT ? WIRE_OWNER_CONNECT : WIRE_OWNER_LISTEN);
		note_file_sharing(sk);
		if (has_compat_calls && in_compat_call())
			compat_begins(sock, memory, new, now);
		else if (new == SYN_SENT)
			thread_call_peer(sock, now, false);
		if (new == LISTEN)
			listener_remember(sk, sock, memory);
	} else if (old == SYN_RECV && new == ESTABLISHED) {
		memory->queued_ns = now;
	} else if (old == LISTEN && new == CLOSE) {
		listener_forget(sock);
	}
}

/*
 * What the first copy has handled last on each CPU, for the second, which runs right behind it:
 * saves it the hash look-up. A softirq between the two may write over it, then the memory decides.
 * Where the second copy is skipped its mark stays; the cookie keeps it from being taken for the
 * same transition of the next socket at that address.
 */
#define MARKS 256 /* CPUs beyond share one; then, too, the memory decides */

#define MARK_WORDS 8 /* a cache line: CPUs do not write into each other's */

__u64 marks[MARKS][MARK_WORDS] __attribute__((aligned(64))); /* {sock, old << 8 | new, cookie} */

static __always_inline __u64 *this_mark(void)
{
	return marks[bpf_get_smp_processor_id() & (MARKS - 1)];
}

static __always_inline void mark_handled(const struct sock *sk, int old, int new)
{
	__u64 *mark = this_mark();

	mark[1] = (__u32)old << 8 | (__u32) new;
	mark[2] = (__u64)sk->__sk_common.skc_cookie.counter;
	mark[0] = (__u64)sk;
}

static __always_inline bool clear_mark(const struct sock *sk, int old, int new)
{
	__u64 *mark = this_mark();

	if (mark[0] != (__u64)sk || mark[1] != ((__u32)old << 8 | (__u32) new) ||
	    mark[2] != (__u64)sk->__sk_common.skc_cookie.counter)
		return false;
	mark[0] = 0;
	return true;
}

/*
 * Before about 6.16 a child is made known before it is finished: without its peer's address, and
 * with its listener's cookie until its own is asked for (inet_csk_clone_lock() in
 * net/ipv4/inet_connection_sock.c).
 */
static __always_inline __u64 transition_cookie(const struct sock *sk, int old, int new)
{
	if (old == LISTEN && new == SYN_RECV && !sk->__sk_common.skc_dport)
		return 0;
	return sock_cookie(sk);
}

/* The other copy of this program has handled it: the tracepoint calls both, one behind the other.
 */
static __always_inline bool handled(const struct sock *sk, int old, int new)
{
	const struct sock_memory *memory;

	if (clear_mark(sk, old, new))
		return true;
	memory = memory_find(sk);
	return memory && memory->last_new == new && memory->last_old == old &&
	       memory->cookie == transition_cookie(sk, old, new);
}

static __always_inline void count_transition(struct counters *counters, int old, int new)
{
	__u32 slot = (__u32)old * COUNTERS_STATES + (__u32) new;

	if (slot < COUNTERS_STATES * COUNTERS_STATES)
		counters->transitions[slot]++;
}

/*
 * The socket leaves a state that it was not seen to enter: transitions passed by without a call of
 * either copy, as where a kernel runs no BPF programs in the context of some task. They count as
 * one that was lost, and this record reports it.
 */
static __always_inline void count_unseen(struct counters *counters, const struct wire_sock *sock,
					 int last, int old)
{
	/* before about 6.16 a child that dies young leaves its memory to the next socket */
	if (old == CLOSE || !passes(sock, old))
		return;
	count_transition(counters, last, old);
	counters->lost_unseen++;
	__sync_fetch_and_add(&lost_records, 1);
}

/*
 * A socket's memory, fresh where it is the first transition or where what is there belongs to an
 * earlier socket at the same address.
 */
static __always_inline struct sock_memory *memory_get(const struct sock *sk, __u64 cookie)
{
	struct sock_memory *memory = memory_find(sk);

	if (!memory)
		memory = memory_create(sk);
	else if (memory->cookie && memory->cookie != cookie)
		__builtin_memset(memory, 0, sizeof(*memory));
	if (memory)
		memory->cookie = cookie;
	return memory;
}

__u32 second_attached; /* written by the loader */

static __always_inline void begin_record(struct wire_state *record, const struct sock *sk,
					 __u64 cookie, int old, int new)
{
	__builtin_memset(record, 0, sizeof(*record));
	record->sock.cookie = cookie;
	read_typed_sock(&record->sock, sk);
	if (old == CLOSE)
		record->sock.lport =
			sk->__sk_common.skc_num; /* inet_sport is of the connection before */
	record->old_state = old;
	record->new_state = new;
}

static __always_inline struct sock_memory *
memory_of_state(const struct sock *sk, const struct wire_state *record, int old, int new)
{
	if (old == LISTEN && new == SYN_RECV)
		return memory_of_child(sk, &record->sock);
	return memory_get(sk, record->sock.cookie);
}

/* Who, since when, why. */
static __always_inline void fill_state(struct wire_state *record, const struct sock *sk,
				       struct sock_memory *memory, struct counters *counters,
				       int old, int new, __u64 now)
{
	__u8 last;

	learn_owner(sk, &record->sock, memory, old, new, now);
	sock_take_owner(&record->sock, memory);
	last = memory->last_new;
	if (last && last != old) {
		count_unseen(counters, &record->sock, last, old);
		memory->since_ns = 0;
	}
	record->after_ns = memory->since_ns ? now - memory->since_ns : WIRE_NS_UNKNOWN;
	record->evidence = learn_closer(sk, memory, old, new);
	if (sk->__sk_common.skc_flags & SOCK_DEAD_BIT)
		record->evidence |= WIRE_SEEN_DEAD;
	if (new == CLOSE) {
		record->err = sk->sk_err;
		record->evidence |= close_evidence(sk, record->sock.cookie, old);
		if (old != SYN_SENT && old != SYN_RECV)
			read_timeout(&record->timeout, sk, record->err);
	}
	fill_closer(record, memory);
}

static __always_inline void remember_state(const struct sock *sk, struct sock_memory *memory,
					   int old, int new, bool second, __u64 now)
{
	memory->since_ns = now;
	memory->last_old = old;
	memory->last_new = new;
	if (!second && has_sock_storage)
		mark_handled(sk, old, new);
}

/* Unless userspace will not say anything of it. */
static __always_inline void emit_state(struct counters *counters, struct wire_state *record,
				       __u64 now)
{
	int shown = record->evidence & WIRE_SEEN_MINISOCKET ? TIME_WAIT : record->new_state;

	if (passes(&record->sock, shown))
		emit(counters, record, sizeof(*record), WIRE_KIND_STATE, now);
	else
		counters->filtered++;
}

static __always_inline void count_lost_memory(struct counters *counters)
{
	counters->lost_memory++;
	__sync_fetch_and_add(&lost_records, 1);
}

static __always_inline int on_state(const struct sock *sk, int old, int new, bool second)
{
	struct sock_memory *memory, blank;
	struct wire_state record;
	struct counters *counters;
	__u64 now, cookie;

	if (sk->sk_protocol != IPPROTO_TCP || old == new)
		return 0;
	if (second && handled(sk, old, new))
		return 0;
	cookie = transition_cookie(sk, old, new);
	counters = counters_get(second);
	if (!counters)
		return 0;
	begin_record(&record, sk, cookie, old, new);
	memory = memory_of_state(sk, &record, old, new);
	if (!memory && !has_sock_storage) {
		__builtin_memset(&blank, 0, sizeof(blank));
		memory = &blank; /* there is no second copy that this could mislead */
	}
	if (!memory && !second && second_attached)
		return 0; /* left to the second copy, which has no other way to know whether this
			     one ran */
	count_transition(counters, old, new);
	if (!memory) {
		count_lost_memory(counters);
		return 0;
	}
	counters->rescued += second;
	now = bpf_ktime_get_ns();
	fill_state(&record, sk, memory, counters, old, new, now);
	remember_state(sk, memory, old, new, second, now);
	emit_state(counters, &record, now);
	if (has_compat_calls && memory->compat_connect)
		compat_connect_ends(sk, &record, memory);
	if (new == CLOSE && !cookie)
		memory_delete(sk); /* nothing would distinguish it from the next socket's */
	return 0;
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(netstate_state, const struct sock *sk, int old, int new)
{
	return on_state(sk, old, new, false);
}

/*
 * The kernel skips a tp_btf program that a softirq interrupts for the nested event
 * (recursion_misses), and no counter of ours would see it. This copy is not the one that was
 * interrupted; it acts only on what the first has missed.
 */
SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(netstate_state_again, const struct sock *sk, int old, int new)
{
	return on_state(sk, old, new, true);
}

#endif
