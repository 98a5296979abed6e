/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What this kernel has, read from its BTF: never from its version. */
#ifndef KERNEL_FEATURES_H
#define KERNEL_FEATURES_H

#include <stdbool.h>

struct btf;

struct features {
	bool ring_buffer;    /* 5.8 */
	bool sock_storage;   /* bpf_sk_storage_get in tp_btf programs, 5.11 */
	bool socket_cookie;  /* bpf_get_socket_cookie in tp_btf programs, 5.12 */
	bool rdonly_cast;    /* bpf_rdonly_cast, 6.2 */
	bool task_storage;   /* in tracepoint programs */
	bool task_pt_regs;   /* 5.15 */
	bool hash_allocates; /* hash maps without preallocation are safe in any context, 6.1 */
	bool task_iterators; /* over the descriptors of one process, 6.1 */
	bool memcg_charged; /* maps are charged to the memory cgroup, not to RLIMIT_MEMLOCK, 5.11 */
	bool native_calls;  /* begin and end of every call can be seen, without tracefs */
	bool compat_calls; /* 32-bit programs run (CONFIG_COMPAT), and the end of a call can be seen */
	bool uring_submit_req;		  /* (req), 6.2 */
	bool uring_submit_sqe;		  /* (req, ...), 6.0 */
	bool uring;			  /* io_uring_complete and one of the two */
	unsigned int uring_complete_form; /* bpf/settings.bpf.h: io_uring_complete_form */
};

/*
 * option_row's store function of --hooks. "core" leaves out what a kernel from 5.10 on may lack or
 * refuse: the entries of functions, io_uring's tracepoints, the calls of 32-bit programs.
 */
int option_store_hooks(const char *word, void *ignored);
bool features_core_only(void);

/* With --hooks=core without its optional hooks. */
void features_read(const struct btf *btf, struct features *ret_features);
int features_of_kernel(struct features *ret_features); /* by its BTF. 0 or -errno */

/* Arguments of the tracepoint `name` as a tp_btf program gets them; -ENOENT where this kernel has
 * none of that name. */
int features_tracepoint_arguments(const struct btf *btf, const char *name);

#endif
