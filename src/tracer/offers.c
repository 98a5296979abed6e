/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What this kernel offers, read from its BTF. */
#include "tracer/offers.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool has_function(const struct btf *btf, const char *name)
{
	return btf__find_by_name_kind(btf, name, BTF_KIND_FUNC) > 0;
}

static bool has_struct(const struct btf *btf, const char *name)
{
	return btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT) > 0;
}

/* The prototype behind typedef btf_trace_NAME; its first parameter is the tracepoint's own data. */
static const struct btf_type *tracepoint_prototype(const struct btf *btf, const char *name)
{
	const struct btf_type *type;
	char typedef_name[96];
	int id;

	snprintf(typedef_name, sizeof(typedef_name), "btf_trace_%s", name);
	id = btf__find_by_name_kind(btf, typedef_name, BTF_KIND_TYPEDEF);
	if (id <= 0)
		return NULL;
	type = btf__type_by_id(btf, btf__type_by_id(btf, (__u32)id)->type);
	if (!btf_is_ptr(type))
		return NULL;
	type = btf__type_by_id(btf, type->type);
	return btf_is_func_proto(type) ? type : NULL;
}

int offers_tracepoint_arguments(const struct btf *btf, const char *name)
{
	const struct btf_type *prototype = tracepoint_prototype(btf, name);

	return prototype ? btf_vlen(prototype) - 1 : -ENOENT;
}

/* True where argument `number` (from 1) is a pointer to struct `pointee`, or to void where that is NULL. */
static bool argument_points_to(const struct btf *btf, const char *name, unsigned int number, const char *pointee)
{
	const struct btf_type *prototype = tracepoint_prototype(btf, name), *type;

	if (!prototype || btf_vlen(prototype) <= number)
		return false;
	type = btf__type_by_id(btf, btf_params(prototype)[number].type);
	if (!btf_is_ptr(type))
		return false;
	type = btf__type_by_id(btf, type->type);
	if (!pointee)
		return btf_is_void(type);
	return btf_is_struct(type) && !strcmp(btf__name_by_offset(btf, type->name_off), pointee);
}

static unsigned int uring_complete_form(const struct btf *btf)
{
	static const char name[] = "io_uring_complete";
	int arguments = offers_tracepoint_arguments(btf, name);

	if (arguments == 3 && argument_points_to(btf, name, 2, NULL) &&
	    argument_points_to(btf, name, 3, "io_uring_cqe"))
		return 2;
	if (arguments >= 5 && argument_points_to(btf, name, 2, NULL))
		return 1;
	return 0;
}

void offers_read(const struct btf *btf, struct offers *ret_offers)
{
	*ret_offers = (struct offers){
		.ring_buffer = has_struct(btf, "bpf_ringbuf"),
		.sock_storage = has_function(btf, "bpf_sk_storage_tracing_allowed"),
		.socket_cookie = has_function(btf, "bpf_get_socket_ptr_cookie"),
		.rdonly_cast = has_function(btf, "bpf_rdonly_cast"),
		.task_storage = has_function(btf, "bpf_task_storage_get_recur"),
		.task_pt_regs = has_function(btf, "bpf_task_pt_regs"),
		.hash_allocates = has_struct(btf, "bpf_mem_alloc"),
		.memcg_charged = has_function(btf, "bpf_sk_storage_tracing_allowed"),
		.uring_submit_req = argument_points_to(btf, "io_uring_submit_req", 1, "io_kiocb"),
		.uring_submit_sqe = argument_points_to(btf, "io_uring_submit_sqe", 1, "io_kiocb"),
		.uring_complete_form = uring_complete_form(btf),
	};
}
