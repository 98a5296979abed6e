/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* struct sock -> wire_sock. A socket comes typed (tp_btf: plain loads) or as an address (walked by
 * probe reads). */
#ifndef BPF_SOCK_READ_BPF_H
#define BPF_SOCK_READ_BPF_H

#include "maps.bpf.h"
#include "settings.bpf.h"

#define AF_UNSPEC 0
#define AF_INET 2
#define AF_INET6 10
#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define IPPROTO_MPTCP 262
#define SOCK_DEAD_BIT 1 /* 1 << SOCK_DEAD, the first of enum sock_flags */
#define PF_KTHREAD 0x00200000
#define V4_MAPPED_WORD bpf_htonl(0xffff)
#define FILE_REF_RELEASED 0xc000000000000000ULL

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
	CLOSE_WAIT = 8,
	LAST_ACK = 9,
	LISTEN = 10,
	CLOSING = 11,
	NEW_SYN_RECV = 12,
	BOUND_INACTIVE = 13, /* bound, no connection; from 6.8, never in a transition */
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
	if (family == AF_INET6 && bpf_core_field_exists(common->skc_v6_daddr)) {
		plain_addr(to->laddr, &common->skc_v6_rcv_saddr);
		plain_addr(to->raddr, &common->skc_v6_daddr);
	} else {
		mapped_addr(to->laddr, common->skc_rcv_saddr);
		mapped_addr(to->raddr, common->skc_daddr);
	}
	to->lport = common->skc_num;
	to->rport = bpf_ntohs(common->skc_dport);
}

/* The directory of a socket's cgroup, by probe reads. */
static __always_inline const struct kernfs_node *cgroup_node(const struct sock *sk)
{
	const struct sock_cgroup_data___before_5_15 *data = (const void *)&sk->sk_cgrp_data;
	__u64 word;

	if (bpf_core_field_exists(sk->sk_cgrp_data.cgroup))
		return BPF_CORE_READ(sk, sk_cgrp_data.cgroup, kn);
	if (!bpf_core_field_exists(data->val))
		return NULL;
	word = BPF_CORE_READ(data, val);
	if (!word || word & 1) /* the lowest bit: no cgroup but a v1 class */
		return NULL;
	return BPF_CORE_READ((const struct cgroup *)word, kn);
}

static __always_inline __u64 address_cgroup(const struct sock *sk)
{
	const struct kernfs_node *node = cgroup_node(sk);

	return node ? BPF_CORE_READ(node, id) : 0;
}

/* Plain loads from an address, for programs that got it untyped: a bad one reads as 0, as with
 * probe reads. */
extern void *bpf_rdonly_cast(const void *address, __u32 btf_id) __ksym __weak;

#define TYPED(address, type) ((const type *)bpf_rdonly_cast(address, bpf_core_type_id_kernel(type)))

/*
 * A tracepoint's own argument, as if it came as an address, where pointers are followed from it:
 * for each pointer that is read from a trusted one the verifier searches the kernel's BTF for what
 * that may be trusted with (btf_nested_type_is_trusted() in kernel/bpf/btf.c), milliseconds each.
 */
static __always_inline const struct sock *to_follow(const struct sock *sk)
{
	return has_rdonly_cast ? TYPED(sk, struct sock) : sk;
}

static __always_inline __u64 typed_cgroup(const struct sock *sk)
{
	if (bpf_core_field_exists(sk->sk_cgrp_data.cgroup))
		return to_follow(sk)->sk_cgrp_data.cgroup->kn->id;
	return address_cgroup(sk);
}

static __always_inline void fill_tcp(struct wire_sock *to, const struct tcp_sock *tcp)
{
	/* inet_sport outlives skc_num, which is 0 at -> CLOSE already */
	if (!to->lport)
		to->lport = bpf_ntohs(tcp->inet_conn.icsk_inet.inet_sport);
	if (bpf_core_field_exists(tcp->is_mptcp) && tcp->is_mptcp)
		to->protocol = WIRE_PROTOCOL_MPTCP;
}

/* Everything but the owner and the cookie. */
static __always_inline void read_sock(struct wire_sock *to, const struct sock *sk)
{
	read_ends(to, &sk->__sk_common);
	to->sock = (__u64)sk;
	to->netns = to_follow(sk)->__sk_common.skc_net.net->ns.inum;
	to->uid = sk->sk_uid.val;
	to->cgroup = typed_cgroup(sk);
	to->protocol = WIRE_PROTOCOL_TCP;
}

/* Of a tp_btf argument. bpf_get_socket_cookie generates the cookie of a socket that has none yet.
 */
static __always_inline __u64 sock_cookie(const struct sock *sk)
{
	__u64 cookie = (__u64)sk->__sk_common.skc_cookie.counter;

	return cookie || !has_socket_cookie ? cookie : bpf_get_socket_cookie((void *)sk);
}

/* The next two of a tp_btf or iterator argument. */
static __always_inline void typed_tcp(struct wire_sock *to, const struct sock *sk)
{
	const struct tcp_sock *tcp;

	if (has_rdonly_cast) {
		fill_tcp(to, TYPED(sk, struct tcp_sock));
		return;
	}
	tcp = (const void *)bpf_skc_to_tcp_sock((void *)sk);
	if (tcp)
		fill_tcp(to, tcp);
}

/* The caller fills in the cookie. */
static __always_inline void read_typed_sock(struct wire_sock *to, const struct sock *sk)
{
	read_sock(to, sk);
	typed_tcp(to, sk);
}

static __always_inline int probe_sock(struct wire_sock *to, const struct sock *sk)
{
	__u64 copy[SOCK_COMMON_SIZE / 8];
	const struct sock_common *common = (const void *)copy;
	const struct tcp_sock *tcp = (const void *)sk;

	if (bpf_probe_read_kernel(copy, sizeof(copy), sk))
		return -1;
	read_ends(to, common);
	to->cookie = (__u64)common->skc_cookie.counter;
	to->sock = (__u64)sk;
	to->netns = BPF_CORE_READ(common->skc_net.net, ns.inum);
	to->uid = BPF_CORE_READ(sk, sk_uid.val);
	to->cgroup = address_cgroup(sk);
	to->protocol = WIRE_PROTOCOL_TCP;
	if (!to->lport)
		to->lport = bpf_ntohs(BPF_CORE_READ(tcp, inet_conn.icsk_inet.inet_sport));
	if (bpf_core_field_exists(tcp->is_mptcp) && BPF_CORE_READ(tcp, is_mptcp))
		to->protocol = WIRE_PROTOCOL_MPTCP;
	return 0;
}

/* Of an address; the cookie is 0 where nobody has asked for it yet. */
static __always_inline int read_address_sock(struct wire_sock *to, const struct sock *address)
{
	const struct sock *sk;

	if (!has_rdonly_cast)
		return probe_sock(to, address);
	sk = TYPED(address, struct sock);
	read_sock(to, sk);
	to->sock = (__u64)address;
	to->cookie = (__u64)sk->__sk_common.skc_cookie.counter;
	fill_tcp(to, TYPED(address, struct tcp_sock));
	return 0;
}

static __always_inline __u8 read_address_state(const struct sock *sk)
{
	return has_rdonly_cast ? TYPED(sk, struct sock)->__sk_common.skc_state
			       : BPF_CORE_READ(sk, __sk_common.skc_state);
}

/* WIRE_SHARING_* of a socket or minisocket. */
static __always_inline __u8 read_sharing(const struct sock_common *address)
{
	const struct sock_common *typed;
	__u8 reuse, reuseport, v6only;

	if (has_rdonly_cast) {
		typed = TYPED(address, struct sock_common);
		reuse = BPF_CORE_READ_BITFIELD(typed, skc_reuse);
		reuseport = BPF_CORE_READ_BITFIELD(typed, skc_reuseport);
		v6only = BPF_CORE_READ_BITFIELD(typed, skc_ipv6only);
	} else {
		reuse = BPF_CORE_READ_BITFIELD_PROBED(address, skc_reuse);
		reuseport = BPF_CORE_READ_BITFIELD_PROBED(address, skc_reuseport);
		v6only = BPF_CORE_READ_BITFIELD_PROBED(address, skc_ipv6only);
	}
	return WIRE_SHARING_KNOWN | (reuse ? WIRE_SHARING_REUSEADDR : 0) |
	       (reuseport ? WIRE_SHARING_REUSEPORT : 0) | (v6only ? WIRE_SHARING_V6ONLY : 0);
}

/*
 * How many references there are to a file: 0 while its last one is being put (__fput()). Since 6.13
 * the kernel counts from 0, and a count in the topmost quarter is a dead one (include/linux/file_ref.h).
 */
static __always_inline __u64 file_references(const struct file *file)
{
	const struct file___before_6_13 *before = (const void *)file;
	__u64 count;

	if (!bpf_core_field_exists(file->f_ref))
		return (__u64)BPF_CORE_READ(before, f_count.counter);
	count = has_rdonly_cast ? (__u64)TYPED(file, struct file)->f_ref.refcnt.counter
				: (__u64)BPF_CORE_READ(file, f_ref.refcnt.counter);
	return count >= FILE_REF_RELEASED ? 0 : count + 1;
}

/* The struct sock of a file; NULL where it is no socket: other files keep other things there, a
 * socket points back. */
static __always_inline struct sock *sock_of_file(struct file *file)
{
	struct socket *socket;

	if (has_rdonly_cast) {
		const struct socket *typed;

		socket = TYPED(file, struct file)->private_data;
		typed = TYPED(socket, struct socket);
		return typed->file == file ? typed->sk : NULL;
	}
	socket = BPF_CORE_READ(file, private_data);
	if (!socket || BPF_CORE_READ(socket, file) != file)
		return NULL;
	return BPF_CORE_READ(socket, sk);
}

/* The file behind a descriptor of the current task; NULL: there is none. */
static __always_inline struct file *file_of_descriptor(int fd)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct fdtable *table;
	struct file **files, *file;

	if (has_rdonly_cast) {
		const struct fdtable *typed = TYPED(task, struct task_struct)->files->fdt;

		if (fd < 0 || (__u32)fd >= typed->max_fds)
			return NULL;
		/* an element of an array of pointers: like a struct that begins with one */
		return (void *)TYPED(typed->fd + fd, struct hlist_nulls_head)->first;
	}
	table = BPF_CORE_READ(task, files, fdt);
	files = BPF_CORE_READ(table, fd);
	if (fd < 0 || (__u32)fd >= BPF_CORE_READ(table, max_fds) ||
	    bpf_probe_read_kernel(&file, sizeof(file), files + fd))
		return NULL;
	return file;
}

static __always_inline struct sock *sock_of_descriptor(int fd)
{
	struct file *file = file_of_descriptor(fd);

	return file ? sock_of_file(file) : NULL;
}

/* The protocol of an Internet socket of this type; 0: it is none. A raw socket may have any number. */
static __always_inline __u16 protocol_of(const struct sock *sk, __u16 wanted_type)
{
	__u16 protocol, family, type;

	if (has_rdonly_cast) {
		const struct sock *typed = TYPED(sk, struct sock);

		family = typed->__sk_common.skc_family;
		protocol = typed->sk_protocol;
		type = typed->sk_type;
	} else {
		family = BPF_CORE_READ(sk, __sk_common.skc_family);
		protocol = BPF_CORE_READ(sk, sk_protocol);
		type = BPF_CORE_READ(sk, sk_type);
	}
	return (family == AF_INET || family == AF_INET6) && type == wanted_type ? protocol : 0;
}

/* The TCP socket that a socket call worked on: itself, or an MPTCP socket's first subflow. NULL:
 * neither. */
static __always_inline struct sock *tcp_sock_of(struct sock *sk)
{
	__u16 protocol;

	if (!sk)
		return NULL;
	protocol = protocol_of(sk, SOCK_STREAM);
	if (protocol == IPPROTO_TCP)
		return sk;
	if (protocol == IPPROTO_MPTCP && bpf_core_field_exists(struct mptcp_sock, first))
		return BPF_CORE_READ((struct mptcp_sock *)sk, first);
	return NULL;
}

#endif
