/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* connect and accept by io_uring -> call records. Optional: attached where the kernel's tracepoints
 * have a form known here. */
#ifndef BPF_URING_BPF_H
#define BPF_URING_BPF_H

#include "calls.bpf.h"

/* include/uapi/linux/io_uring.h */
#define IORING_OP_ACCEPT 13
#define IORING_OP_CONNECT 16

static __always_inline int on_submit(const struct io_kiocb *request)
{
	struct uring_key key = {(__u64)request, 0};
	struct connect_call call = {};
	__u8 opcode = request->opcode;
	const struct io_connect *connect;

	if (opcode != IORING_OP_CONNECT && opcode != IORING_OP_ACCEPT)
		return 0;
	call.start_ns = bpf_ktime_get_ns();
	call.fd = request->cqe.fd;
	if (opcode == IORING_OP_CONNECT) {
		connect = (const void *)&request->cmd;
		if (read_destination(&call, BPF_CORE_READ(connect, addr)))
			return 0;
	}
	bpf_map_update_elem(&uring_calls, &key, &call, BPF_ANY);
	if (opcode == IORING_OP_ACCEPT) {
		key.first = (__u64)request->ctx;
		key.second = request->cqe.user_data;
		bpf_map_update_elem(&uring_calls, &key, &call, BPF_ANY);
	}
	return 0;
}

SEC("?tp_btf/io_uring_submit_req")
int BPF_PROG(uring_submit_req, struct io_kiocb *request)
{
	return on_submit(request);
}

SEC("?tp_btf/io_uring_submit_sqe")
int BPF_PROG(uring_submit_sqe, struct io_kiocb *request)
{
	return on_submit(request);
}

static __always_inline void uring_connect_done(const struct io_kiocb *request, int result)
{
	struct uring_key key = {(__u64)request, 0};
	struct connect_call *call = bpf_map_lookup_elem(&uring_calls, &key);
	struct sock *sk = tcp_sock_of(sock_of_file(BPF_CORE_READ(request, file)));

	if (sk)
		connect_done(call, sk, result, call ? call->fd : -1, WIRE_CALL_IO_URING);
	bpf_map_delete_elem(&uring_calls, &key);
}

/* Waits in the accept queue as far as known here: what a multishot completion must name, to be
 * taken for an accept. */
static __always_inline bool is_waiting(const struct sock *sk)
{
	__u64 key = (__u64)sk;
	struct sock_memory *memory = bpf_map_lookup_elem(&sock_hash, &key);

	return memory && memory->queued_ns && memory->owner != WIRE_OWNER_ACCEPT;
}

static __always_inline void uring_accept_done(const struct io_kiocb *request, int result)
{
	struct sock *sk;

	if (result < 0) {
		sk = is_shortage(result) && request
			     ? tcp_sock_of(sock_of_file(BPF_CORE_READ(request, file)))
			     : NULL;
		if (sk)
			accept_failed(sk, result, WIRE_CALL_IO_URING);
		return;
	}
	sk = tcp_sock_of(sock_of_descriptor(result));
	if (sk && (request || is_waiting(sk)))
		accept_done(sk, result, WIRE_CALL_IO_URING);
}

/* A request with a fixed-file slot answers with no descriptor: there is nothing to follow. */
static __always_inline bool has_descriptor(const struct io_kiocb *request)
{
	const struct io_accept *accept = (const void *)&request->cmd;

	return !BPF_CORE_READ(accept, file_slot);
}

SEC("?tp_btf/io_uring_complete")
int BPF_PROG(uring_complete)
{
	const struct io_kiocb *request = (const void *)ctx[1];
	struct uring_key key;
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
	if (!request) { /* a completion more of a multishot request */
		key.first = ctx[0];
		key.second = user_data;
		if (result >= 0 && bpf_map_lookup_elem(&uring_calls, &key))
			uring_accept_done(NULL, result);
		return 0;
	}
	opcode = BPF_CORE_READ(request, opcode);
	if (opcode == IORING_OP_CONNECT)
		uring_connect_done(request, result);
	else if (opcode == IORING_OP_ACCEPT && (result < 0 || has_descriptor(request)))
		uring_accept_done(request, result);
	return 0;
}

#endif
