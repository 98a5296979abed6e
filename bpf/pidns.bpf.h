/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Numbers of processes as the user sees them: those of the pid namespace of his /proc. */
#ifndef BPF_PIDNS_BPF_H
#define BPF_PIDNS_BPF_H

#define PIDNS_DEPTH_MAX 32 /* MAX_PID_NS_LEVEL of the kernel */

/* Inode of that namespace; 0: the first one, whose numbers task_struct has. */
const volatile __u32 pidns_inode;

static __always_inline __u32 pid_seen(struct pid *pid)
{
	__u32 level = BPF_CORE_READ(pid, level);
	struct upid upid;

	for (__u32 i = 0; i < PIDNS_DEPTH_MAX && i <= level; i++) {
		const void *at = pid->numbers;

		if (bpf_probe_read_kernel(&upid, sizeof(upid), at + i * sizeof(upid)))
			return 0;
		if (BPF_CORE_READ(upid.ns, ns.inum) == pidns_inode)
			return upid.nr;
	}
	return 0;
}

/* 0: its number cannot be seen from there. */
static __always_inline __u32 tgid_seen(struct task_struct *task)
{
	if (!pidns_inode)
		return BPF_CORE_READ(task, tgid);
	return pid_seen(BPF_CORE_READ(task, group_leader, thread_pid));
}

static __always_inline __u32 tid_seen(struct task_struct *task)
{
	if (!pidns_inode)
		return BPF_CORE_READ(task, pid);
	return pid_seen(BPF_CORE_READ(task, thread_pid));
}

#endif
