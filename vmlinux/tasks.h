/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Files, tasks, system calls. A part of vmlinux.h. */
#ifndef VMLINUX_TASKS_H
#define VMLINUX_TASKS_H

struct super_block {
	long unsigned int s_magic;
};

struct inode {
	struct super_block *i_sb;
	long unsigned int i_ino;
};

typedef struct {
	atomic64_t refcnt;
} file_ref_t;

struct file {
	void *private_data;
	unsigned int f_flags;
	struct inode *f_inode;
	file_ref_t f_ref; /* from 6.13 */
};

struct file___before_6_13 {
	atomic64_t f_count;
};

struct socket {
	struct file *file;
	struct sock *sk;
};

struct socket_alloc {
	struct socket socket;
	struct inode vfs_inode;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	atomic_t count;
	struct fdtable *fdt;
};

struct nsproxy {
	struct net *net_ns;
};

struct pid_namespace {
	struct ns_common ns;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct upid numbers[1];
};

struct thread_info {
	long unsigned int flags;
#ifdef __TARGET_ARCH_x86
	__u32 status;
#endif
};

struct mm_struct {
	long unsigned int task_size;
};

struct signal_struct {
	atomic_t live;
	int nr_threads;
};

struct task_struct {
	struct thread_info thread_info;
	unsigned int flags;
	int pid;
	int tgid;
	struct task_struct *real_parent;
	struct nsproxy *nsproxy;
	char comm[16];
	struct task_struct *group_leader;
	struct pid *thread_pid;
	struct files_struct *files;
	struct signal_struct *signal;
	struct mm_struct *mm;
	const struct cred *cred;
};

struct cred {
	kuid_t uid;
};

/* registers at a system call's entry */
#if defined(__TARGET_ARCH_x86)
struct pt_regs {
	long unsigned int bx;
	long unsigned int cx;
	long unsigned int dx;
	long unsigned int si;
	long unsigned int di;
	long unsigned int orig_ax;
};
#elif defined(__TARGET_ARCH_arm64)
struct user_pt_regs {
	__u64 regs[31];
};

struct pt_regs {
	__u64 regs[31]; /* of an anonymous union with user_regs */
	__u64 orig_x0;
	__s32 syscallno;
};
#endif

/* classic syscall tracepoints */
struct trace_event_raw_sys_enter {
	long int id;
	long unsigned int args[6];
};

struct trace_event_raw_sys_exit {
	long int id;
	long int ret;
};

#endif
