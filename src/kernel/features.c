/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What this kernel has, read from its BTF. */
#include "kernel/features.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kernel/kernel_btf.h"

static bool core_only; /* --hooks */

/* Names that are looked for, found in one walk: the kernel's BTF has over 100,000 types. */
enum {
	HAS_RINGBUF,
	HAS_STORAGE,
	HAS_COOKIE,
	HAS_CAST,
	HAS_TASK_STORAGE,
	HAS_STORAGE_BUCKET,
	HAS_PT_REGS,
	HAS_MEM_ALLOC,
	HAS_SUBMIT_REQ,
	HAS_SUBMIT_SQE,
	HAS_COMPLETE,
	HAS_LINK_INFO,
	HAS_SYS_ENTER,
	HAS_SYS_EXIT,
	HAS_COMPAT,
	HAS_COUNT,
};

static const struct {
	unsigned int kind;
	const char *name;
} wanted[HAS_COUNT] = {
	[HAS_RINGBUF] = {BTF_KIND_STRUCT, "bpf_ringbuf"},
	[HAS_STORAGE] = {BTF_KIND_FUNC, "bpf_sk_storage_tracing_allowed"},
	[HAS_COOKIE] = {BTF_KIND_FUNC, "bpf_get_socket_ptr_cookie"},
	[HAS_CAST] = {BTF_KIND_FUNC, "bpf_rdonly_cast"},
	[HAS_TASK_STORAGE] = {BTF_KIND_FUNC, "bpf_task_storage_get_recur"},
	[HAS_STORAGE_BUCKET] = {BTF_KIND_STRUCT, "bpf_local_storage_map_bucket"},
	[HAS_PT_REGS] = {BTF_KIND_FUNC, "bpf_task_pt_regs"},
	[HAS_MEM_ALLOC] = {BTF_KIND_STRUCT, "bpf_mem_alloc"},
	[HAS_SUBMIT_REQ] = {BTF_KIND_TYPEDEF, "btf_trace_io_uring_submit_req"},
	[HAS_SUBMIT_SQE] = {BTF_KIND_TYPEDEF, "btf_trace_io_uring_submit_sqe"},
	[HAS_COMPLETE] = {BTF_KIND_TYPEDEF, "btf_trace_io_uring_complete"},
	[HAS_LINK_INFO] = {BTF_KIND_UNION, "bpf_iter_link_info"},
	[HAS_SYS_ENTER] = {BTF_KIND_TYPEDEF, "btf_trace_sys_enter"},
	[HAS_SYS_EXIT] = {BTF_KIND_TYPEDEF, "btf_trace_sys_exit"},
	[HAS_COMPAT] = {BTF_KIND_STRUCT, "compat_robust_list_head"},
};

static void find_wanted(const struct btf *btf, __u32 ret_ids[HAS_COUNT])
{
	__u32 count = btf__type_cnt(btf);

	memset(ret_ids, 0, HAS_COUNT * sizeof(*ret_ids));
	for (__u32 id = 1; id < count; id++) {
		const struct btf_type *type = btf__type_by_id(btf, id);
		unsigned int kind = btf_kind(type);
		const char *name;

		if (kind != BTF_KIND_STRUCT && kind != BTF_KIND_FUNC && kind != BTF_KIND_TYPEDEF &&
		    kind != BTF_KIND_UNION)
			continue;
		name = btf__name_by_offset(btf, type->name_off);
		if (name[0] != 'b' && name[0] != 'c') /* as all of them begin */
			continue;
		for (size_t i = 0; i < HAS_COUNT; i++) {
			if (kind == wanted[i].kind && !strcmp(name, wanted[i].name))
				ret_ids[i] = id;
		}
	}
}

/* The prototype behind a typedef btf_trace_NAME; its first parameter is the tracepoint's own data.
 */
static const struct btf_type *prototype_of(const struct btf *btf, __u32 typedef_id)
{
	const struct btf_type *type;

	if (!typedef_id)
		return NULL;
	type = btf__type_by_id(btf, btf__type_by_id(btf, typedef_id)->type);
	if (!btf_is_ptr(type))
		return NULL;
	type = btf__type_by_id(btf, type->type);
	return btf_is_func_proto(type) ? type : NULL;
}

static const struct btf_type *tracepoint_prototype(const struct btf *btf, const char *name)
{
	char typedef_name[96];
	int id;

	snprintf(typedef_name, sizeof(typedef_name), "btf_trace_%s", name);
	id = btf__find_by_name_kind(btf, typedef_name, BTF_KIND_TYPEDEF);
	return id > 0 ? prototype_of(btf, (__u32)id) : NULL;
}

int features_tracepoint_arguments(const struct btf *btf, const char *name)
{
	const struct btf_type *prototype = tracepoint_prototype(btf, name);

	return prototype ? btf_vlen(prototype) - 1 : -ENOENT;
}

/* True where argument `number` (from 1) is a pointer to struct `pointee`, or to void where that is
 * NULL. */
static bool argument_points_to(const struct btf *btf, const struct btf_type *prototype,
			       unsigned int number, const char *pointee)
{
	const struct btf_type *type;

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

static unsigned int uring_complete_form(const struct btf *btf, const struct btf_type *prototype)
{
	int arguments = prototype ? btf_vlen(prototype) - 1 : 0;

	if (!argument_points_to(btf, prototype, 2, NULL))
		return 0;
	if (arguments == 3 && argument_points_to(btf, prototype, 3, "io_uring_cqe"))
		return 2;
	return arguments >= 5 ? 1 : 0;
}

static bool has_member(const struct btf *btf, __u32 id, const char *name)
{
	const struct btf_type *type = id ? btf__type_by_id(btf, id) : NULL;

	for (unsigned int i = 0; type && i < btf_vlen(type); i++) {
		if (!strcmp(btf__name_by_offset(btf, btf_members(type)[i].name_off), name))
			return true;
	}
	return false;
}

/* Storage whose locks may be tried in any context needs no function of its own for tracepoints. */
static bool locks_anywhere(const struct btf *btf, __u32 bucket_id)
{
	const struct btf_type *bucket = bucket_id ? btf__type_by_id(btf, bucket_id) : NULL;

	for (unsigned int i = 0; bucket && i < btf_vlen(bucket); i++) {
		const struct btf_member *member = &btf_members(bucket)[i];
		const struct btf_type *type = btf__type_by_id(btf, member->type);

		if (!strcmp(btf__name_by_offset(btf, member->name_off), "lock"))
			return !strcmp(btf__name_by_offset(btf, type->name_off), "rqspinlock_t");
	}
	return false;
}

void features_read(const struct btf *btf, struct features *ret_features)
{
	__u32 ids[HAS_COUNT];

	find_wanted(btf, ids);
	*ret_features = (struct features){
		.ring_buffer = ids[HAS_RINGBUF],
		.sock_storage = ids[HAS_STORAGE],
		.socket_cookie = ids[HAS_COOKIE],
		.rdonly_cast = ids[HAS_CAST],
		.task_storage =
			ids[HAS_TASK_STORAGE] || locks_anywhere(btf, ids[HAS_STORAGE_BUCKET]),
		.task_pt_regs = ids[HAS_PT_REGS],
		.hash_allocates = ids[HAS_MEM_ALLOC],
		.task_iterators = has_member(btf, ids[HAS_LINK_INFO], "task"),
		.memcg_charged = ids[HAS_STORAGE],
		.native_calls = ids[HAS_SYS_ENTER] && ids[HAS_SYS_EXIT],
		.compat_calls = ids[HAS_SYS_EXIT] && ids[HAS_COMPAT],
		.uring_submit_req = argument_points_to(btf, prototype_of(btf, ids[HAS_SUBMIT_REQ]),
						       1, "io_kiocb"),
		.uring_submit_sqe = argument_points_to(btf, prototype_of(btf, ids[HAS_SUBMIT_SQE]),
						       1, "io_kiocb"),
		.uring_complete_form =
			uring_complete_form(btf, prototype_of(btf, ids[HAS_COMPLETE])),
	};
	if (core_only) {
		ret_features->compat_calls = false;
		ret_features->uring_complete_form = 0;
	}
	ret_features->uring = ret_features->uring_complete_form &&
			      (ret_features->uring_submit_req || ret_features->uring_submit_sqe);
}

int option_store_hooks(const char *word, void *ignored)
{
	if (strcmp(word, "core") != 0 && strcmp(word, "all") != 0)
		return -EINVAL;
	core_only = !strcmp(word, "core");
	return 0;
}

bool features_core_only(void)
{
	return core_only;
}

int features_of_kernel(struct features *ret_features)
{
	struct btf *btf;
	int err = kernel_btf_load(&btf);

	if (err)
		return err;
	features_read(btf, ret_features);
	btf__free(btf);
	return 0;
}
