/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What BPF iterators hand out. A part of vmlinux.h. */
#ifndef VMLINUX_ITERATORS_H
#define VMLINUX_ITERATORS_H

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
	__u64 session_id;
};

struct bpf_iter__tcp {
	struct bpf_iter_meta *meta;
	struct sock_common *sk_common;
	__u32 uid;
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	__u32 fd;
	struct file *file;
};

#endif
