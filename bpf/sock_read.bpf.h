/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* struct sock -> wire_sock. A socket comes typed (tp_btf: plain loads) or as an address (walked by probe reads). */
#ifndef BPF_SOCK_READ_BPF_H
#define BPF_SOCK_READ_BPF_H

#include "maps.bpf.h"
#include "settings.bpf.h"

#define AF_INET 2
#define AF_INET6 10
#define IPPROTO_TCP 6
#define IPPROTO_MPTCP 262
#define PF_KTHREAD 0x00200000
#define V4_MAPPED_WORD bpf_htonl(0xffff)

/* sock_common is 136 bytes on every kernel from 5.10 to 7.3; what is read of it lies in front. */
#define SOCK_COMMON_SIZE 136

/* include/net/tcp_states.h */
enum {
	ESTABLISHED = 1,
	SYN_SENT = 2,
	SYN_RECV = 3,
	FIN_WAIT1 = 4,
	FIN_WAIT2 = 5,
	TIME_WAIT = 6,
	CLOSE = 7,
	LISTEN = 10,
	CLOSING = 11,
};

static __always_inline void mapped_addr(__u8 to[16], __be32 addr)
{
	__u32 *words = (__u32 *)to;

	words[0] = 0;
	words[1] = 0;
	words[2] = V4_MAPPED_WORD;
	words[3] = addr;
}

static __always_inline void plain_addr(__u8 to[16], const struct in6_addr *addr)
{
	__u32 *words = (__u32 *)to;

	words[0] = addr->in6_u.u6_addr32[0];
	words[1] = addr->in6_u.u6_addr32[1];
	words[2] = addr->in6_u.u6_addr32[2];
	words[3] = addr->in6_u.u6_addr32[3];
}

/* Family, addresses, ports; `common` is a typed pointer or a copy on the stack. */
static __always_inline void read_ends(struct wire_sock *to, const struct sock_common *common)
{
	__u16 family = common->skc_family;

	to->family = family;
	if (family == AF_INET6) {
		plain_addr(to->laddr, &common->skc_v6_rcv_saddr);
		plain_addr(to->raddr, &common->skc_v6_daddr);
	} else {
		mapped_addr(to->laddr, common->skc_rcv_saddr);
		mapped_addr(to->raddr, common->skc_daddr);
	}
	to->lport = common->skc_num;
	to->rport = bpf_ntohs(common->skc_dport);
}

static __always_inline __u64 word_cgroup(const void *cgroup_data)
{
	__u64 word = BPF_CORE_READ((const struct sock_cgroup_data___word *)cgroup_data, val);

	if (!word || word & 1) /* the lowest bit: no cgroup but a v1 class */
		return 0;
	return BPF_CORE_READ((const struct cgroup *)word, kn, id);
}

static __always_inline __u64 typed_cgroup(const struct sock *sk)
{
	if (bpf_core_field_exists(sk->sk_cgrp_data.cgroup))
		return sk->sk_cgrp_data.cgroup->kn->id;
	if (bpf_core_type_exists(struct sock_cgroup_data___word))
		return word_cgroup(&sk->sk_cgrp_data);
	return 0;
}

static __always_inline __u64 address_cgroup(const struct sock *sk)
{
	if (bpf_core_field_exists(sk->sk_cgrp_data.cgroup))
		return BPF_CORE_READ(sk, sk_cgrp_data.cgroup, kn, id);
	if (bpf_core_type_exists(struct sock_cgroup_data___word))
		return word_cgroup(&sk->sk_cgrp_data);
	return 0;
}

/* inet_sport outlives skc_num, which is 0 at -> CLOSE already. */
static __always_inline void typed_tcp(struct wire_sock *to, const struct sock *sk)
{
	const struct tcp_sock *tcp = (const void *)bpf_skc_to_tcp_sock((void *)sk);

	to->protocol = WIRE_PROTOCOL_TCP;
	if (!tcp)
		return;
	if (!to->lport)
		to->lport = bpf_ntohs(tcp->inet_conn.icsk_inet.inet_sport);
	if (bpf_core_field_exists(tcp->is_mptcp) && tcp->is_mptcp)
		to->protocol = WIRE_PROTOCOL_MPTCP;
}

static __always_inline void address_tcp(struct wire_sock *to, const struct sock *sk)
{
	const struct tcp_sock *tcp = (const struct tcp_sock *)sk;

	to->protocol = WIRE_PROTOCOL_TCP;
	if (!to->lport)
		to->lport = bpf_ntohs(BPF_CORE_READ(tcp, inet_conn.icsk_inet.inet_sport));
	if (bpf_core_field_exists(tcp->is_mptcp) && BPF_CORE_READ(tcp, is_mptcp))
		to->protocol = WIRE_PROTOCOL_MPTCP;
}

/* Everything but the owner. bpf_get_socket_cookie generates the cookie of a socket that has none yet. */
static __always_inline void read_typed_sock(struct wire_sock *to, const struct sock *sk)
{
	read_ends(to, &sk->__sk_common);
	to->cookie = has_socket_cookie ? bpf_get_socket_cookie((void *)sk) :
					 (__u64)sk->__sk_common.skc_cookie.counter;
	to->sock = (__u64)sk;
	to->netns = sk->__sk_common.skc_net.net->ns.inum;
	to->uid = sk->sk_uid.val;
	to->cgroup = typed_cgroup(sk);
	typed_tcp(to, sk);
}

/* The same from an address; the cookie is 0 where nobody has asked for it yet. */
static __always_inline int read_address_sock(struct wire_sock *to, const struct sock *sk)
{
	__u64 copy[SOCK_COMMON_SIZE / 8];
	const struct sock_common *common = (const void *)copy;

	if (bpf_probe_read_kernel(copy, sizeof(copy), sk))
		return -1;
	read_ends(to, common);
	to->cookie = (__u64)common->skc_cookie.counter;
	to->sock = (__u64)sk;
	to->netns = BPF_CORE_READ(common->skc_net.net, ns.inum);
	to->uid = BPF_CORE_READ(sk, sk_uid.val);
	to->cgroup = address_cgroup(sk);
	address_tcp(to, sk);
	return 0;
}

/* The struct sock behind a descriptor of the current task; NULL where it is no socket. */
static __always_inline struct sock *sock_of_file(struct file *file)
{
	struct socket *socket = BPF_CORE_READ(file, private_data);

	/* other files keep other things there: a socket points back */
	if (!socket || BPF_CORE_READ(socket, file) != file)
		return NULL;
	return BPF_CORE_READ(socket, sk);
}

static __always_inline struct sock *sock_of_descriptor(int fd)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file **files = BPF_CORE_READ(table, fd);
	struct file *file;

	if (fd < 0 || (__u32)fd >= BPF_CORE_READ(table, max_fds))
		return NULL;
	if (bpf_probe_read_kernel(&file, sizeof(file), files + fd) || !file)
		return NULL;
	return sock_of_file(file);
}

/* The TCP socket that a socket call worked on: itself, or an MPTCP socket's first subflow. NULL: neither. */
static __always_inline struct sock *tcp_sock_of(struct sock *sk)
{
	__u16 protocol, family;

	if (!sk)
		return NULL;
	family = BPF_CORE_READ(sk, __sk_common.skc_family);
	if (family != AF_INET && family != AF_INET6)
		return NULL;
	protocol = BPF_CORE_READ(sk, sk_protocol);
	if (protocol == IPPROTO_TCP)
		return sk;
	if (protocol == IPPROTO_MPTCP && bpf_core_field_exists(struct mptcp_sock, first))
		return BPF_CORE_READ((struct mptcp_sock *)sk, first);
	return NULL;
}

#endif
