/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* connect and accept by io_uring -> call records. Optional: attached where the kernel's tracepoints
 * have a form known here. */
#ifndef BPF_URING_BPF_H
#define BPF_URING_BPF_H

#include "calls.bpf.h"

/* include/uapi/linux/io_uring.h */
#define IORING_OP_ACCEPT 13
#define IORING_OP_CONNECT 16
#define IORING_FILE_INDEX_ALLOC (~0U)
#define REQ_F_FIXED_FILE 1 /* 1 << IOSQE_FIXED_FILE_BIT */
#define FILE_PTR_FLAGS 7UL /* the low bits of a file_ptr say something of the file */

static __always_inline int on_submit(const struct io_kiocb *request)
{
	struct uring_key key = {(__u64)request, 0};
	struct connect_call call = {};
	__u8 opcode = request->opcode;
	const struct io_connect *connect;
	const struct io_accept *accept;

	if (opcode != IORING_OP_CONNECT && opcode != IORING_OP_ACCEPT)
		return 0;
	call.start_ns = bpf_ktime_get_ns();
	if (opcode == IORING_OP_CONNECT) {
		connect = (const void *)&request->cmd;
		if (read_destination(&call, BPF_CORE_READ(connect, addr),
				     BPF_CORE_READ(connect, addr_len)))
			return 0;
		/* a place in the ring's table is no descriptor */
		call.fd = request->flags & REQ_F_FIXED_FILE ? -1 : request->cqe.fd;
	} else {
		accept = (const void *)&request->cmd;
		call.fd = (__s32)BPF_CORE_READ(accept, file_slot);
	}
	bpf_map_update_elem(&netstate_uring_calls, &key, &call, BPF_ANY);
	if (opcode == IORING_OP_ACCEPT) {
		key.first = (__u64)request->ctx;
		key.second = request->cqe.user_data;
		bpf_map_update_elem(&netstate_uring_calls, &key, &call, BPF_ANY);
	}
	return 0;
}

SEC("?tp_btf/io_uring_submit_req")
int BPF_PROG(netstate_uring_submit_req, struct io_kiocb *request)
{
	return on_submit(request);
}

SEC("?tp_btf/io_uring_submit_sqe")
int BPF_PROG(netstate_uring_submit_sqe, struct io_kiocb *request)
{
	return on_submit(request);
}

/* The peer that the socket had at SYN_SENT of this very call, in place of what the caller's memory held. */
static __always_inline void uring_take_peer(struct connect_call *call, const struct sock *sk)
{
	struct uring_key key = {(__u64)sk, URING_PEER};
	const struct connect_call *peer = bpf_map_lookup_elem(&netstate_uring_calls, &key);

	if (!peer)
		return;
	if (call && peer->start_ns >= call->start_ns) {
		call->family = peer->family;
		call->rport = peer->rport;
		__builtin_memcpy(call->raddr, peer->raddr, sizeof(call->raddr));
		call->by_socket = 1;
	}
	bpf_map_delete_elem(&netstate_uring_calls, &key);
}

static __always_inline void uring_connect_done(const struct io_kiocb *request, int result)
{
	struct uring_key key = {(__u64)request, 0};
	struct connect_call *call = bpf_map_lookup_elem(&netstate_uring_calls, &key);
	struct sock *sk = tcp_sock_of(sock_of_file(BPF_CORE_READ(request, file)));

	if (sk) {
		uring_take_peer(call, sk);
		connect_done(call, sk, result, call ? call->fd : -1, WIRE_CALL_IO_URING);
	}
	bpf_map_delete_elem(&netstate_uring_calls, &key);
}

/* Waits in the accept queue as far as known here: what a multishot completion must name, to be
 * taken for an accept. */
static __always_inline bool is_waiting(const struct sock *sk)
{
	__u64 key = (__u64)sk;
	struct sock_memory *memory = bpf_map_lookup_elem(&netstate_sock_hash, &key);

	return memory && memory->queued_ns && memory->owner != WIRE_OWNER_ACCEPT;
}

static __always_inline struct file *file_of_slot(const struct io_ring_ctx *ring, __u32 slot)
{
	const struct io_ring_ctx___before_6_13 *before = (const void *)ring;
	struct io_rsrc_node **nodes, *node;
	struct io_fixed_file___before_6_13 *files;
	unsigned long pointer = 0;

	if (bpf_core_field_exists(ring->file_table.data)) {
		if (slot >= BPF_CORE_READ(ring, file_table.data.nr))
			return NULL;
		nodes = BPF_CORE_READ(ring, file_table.data.nodes);
		if (!bpf_probe_read_kernel(&node, sizeof(node), nodes + slot))
			pointer = BPF_CORE_READ(node, file_ptr);
	} else if (bpf_core_field_exists(before->file_table.files)) {
		if (slot >= BPF_CORE_READ(before, nr_user_files))
			return NULL;
		files = BPF_CORE_READ(before, file_table.files);
		bpf_probe_read_kernel(&pointer, sizeof(pointer), files + slot);
	}
	return (struct file *)(pointer & ~FILE_PTR_FLAGS);
}

/*
 * `place`: struct io_accept.file_slot. 0: the result is a descriptor; else the connection is in the
 * ring's own table, at the result or at place - 1.
 */
static __always_inline struct sock *accepted_sock(const struct io_ring_ctx *ring, int result,
						  __u32 place)
{
	struct file *file;

	if (!place)
		return tcp_sock_of(sock_of_descriptor(result));
	file = file_of_slot(ring, place == IORING_FILE_INDEX_ALLOC ? (__u32)result : place - 1);
	return file ? tcp_sock_of(sock_of_file(file)) : NULL;
}

static __always_inline void uring_accept_done(const struct io_kiocb *request, int result)
{
	const struct io_accept *accept = (const void *)&request->cmd;
	__u32 place = BPF_CORE_READ(accept, file_slot);
	struct sock *sk;

	if (result >= 0) {
		sk = accepted_sock(BPF_CORE_READ(request, ctx), result, place);
		if (sk)
			accept_done(sk, result, place ? -1 : result, WIRE_CALL_IO_URING);
	} else if (is_shortage(result)) {
		sk = tcp_sock_of(sock_of_file(BPF_CORE_READ(request, file)));
		if (sk)
			accept_failed(sk, result, WIRE_CALL_IO_URING);
	}
}

/* A completion more of a multishot request, which is not named. */
static __always_inline void uring_accept_more(const struct io_ring_ctx *ring, __u64 user_data,
					      int result)
{
	struct uring_key key = {(__u64)ring, user_data};
	const struct connect_call *call = bpf_map_lookup_elem(&netstate_uring_calls, &key);
	struct sock *sk;

	if (result < 0 || !call)
		return;
	sk = accepted_sock(ring, result, (__u32)call->fd);
	if (sk && is_waiting(sk))
		accept_done(sk, result, call->fd ? -1 : result, WIRE_CALL_IO_URING);
}

SEC("?tp_btf/io_uring_complete")
int BPF_PROG(netstate_uring_complete)
{
	const struct io_kiocb *request = (const void *)ctx[1];
	__u64 user_data;
	int result;
	__u8 opcode;

	if (io_uring_complete_form == 2) {
		const struct io_uring_cqe *cqe = (const void *)ctx[2];

		user_data = BPF_CORE_READ(cqe, user_data);
		result = BPF_CORE_READ(cqe, res);
	} else {
		user_data = ctx[2];
		result = (int)ctx[3];
	}
	if (!request) {
		uring_accept_more((const void *)ctx[0], user_data, result);
		return 0;
	}
	opcode = BPF_CORE_READ(request, opcode);
	if (opcode == IORING_OP_CONNECT)
		uring_connect_done(request, result);
	else if (opcode == IORING_OP_ACCEPT)
		uring_accept_done(request, result);
	return 0;
}

#endif
