/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which processes' descriptors of TCP sockets may have changed where no transition shows it: fork, exec,
 * exit, close of a shared socket, descriptors that were received. Only names are kept; what changed,
 * the reader finds in that process's table. For a reader that keeps a table (setting follow_holders).
 */
#ifndef BPF_TOUCH_BPF_H
#define BPF_TOUCH_BPF_H

#include "maps.bpf.h"
#include "settings.bpf.h"
#include "sharing.bpf.h"
#include "sock_read.bpf.h"

#define AF_UNIX 1
#define SOL_SOCKET 1
#define SCM_LAST 4 /* SCM_RIGHTS 1, CREDENTIALS, SECURITY, PIDFD: SCM_RIGHTS may come behind them */

/* Thread group ids, in the initial pid namespace; the reader takes them out. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, __u32);
} netstate_touched SEC(".maps");

static __always_inline void touch(__u32 tgid)
{
	__u32 one = 1;

	if (bpf_map_lookup_elem(&netstate_touched, &tgid))
		return;
	if (bpf_map_update_elem(&netstate_touched, &tgid, &one, BPF_ANY))
		touched_lost = 1;
}

static __always_inline int touch_current(void)
{
	note_table_sharing();
	touch(bpf_get_current_pid_tgid() >> 32);
	return 0;
}

/* A thread brings no new holder, whether it shares the table or copies it. */
SEC("?tp_btf/sched_process_fork")
int BPF_PROG(netstate_process_forks, struct task_struct *parent, struct task_struct *child)
{
	if (child->tgid != parent->tgid)
		touch(child->tgid);
	return 0;
}

/* Behind do_close_on_exec(); the name changes, too. */
SEC("?tp_btf/sched_process_exec")
int BPF_PROG(netstate_process_executes, struct task_struct *task)
{
	touch(task->tgid);
	return 0;
}

/*
 * Before exit_files(): the last one that uses the table closes what is in it. Of a table that another
 * process shares nothing is closed, but the last thread of this one is no holder any more.
 */
SEC("?tp_btf/sched_process_exit")
int BPF_PROG(netstate_process_exits, struct task_struct *task)
{
	struct files_struct *files = task->files;

	if (files && (files->count.counter == 1 || !task->signal->live.counter))
		touch(task->tgid);
	return 0;
}

/* The last close of a connection makes a transition, which shows it; not after this host's FIN. */
static __always_inline bool closes_silently(struct file *file, const struct sock *sk)
{
	__u8 state = read_address_state(sk);

	return file_references(file) > 1 || (state != ESTABLISHED && state != CLOSE_WAIT &&
					     state != LISTEN && state != SYN_SENT);
}

static __always_inline int on_close(int fd)
{
	struct file *file = file_of_descriptor(fd);
	struct sock *sk = file ? tcp_sock_of(sock_of_file(file)) : NULL;

	if (sk && closes_silently(file, sk))
		touch_current();
	return 0;
}

SEC("?tracepoint/syscalls/sys_enter_close")
int netstate_close_enter(struct trace_event_raw_sys_enter *ctx)
{
	return on_close((int)ctx->args[0]);
}

/* What the new descriptor led to is closed. */
SEC("?tracepoint/syscalls/sys_enter_dup2")
int netstate_dup2_enter(struct trace_event_raw_sys_enter *ctx)
{
	return on_close((int)ctx->args[1]);
}

SEC("?tracepoint/syscalls/sys_enter_dup3")
int netstate_dup3_enter(struct trace_event_raw_sys_enter *ctx)
{
	return on_close((int)ctx->args[1]);
}

SEC("?tracepoint/syscalls/sys_exit_close_range")
int netstate_close_range_exit(struct trace_event_raw_sys_exit *ctx)
{
	return touch_current();
}

SEC("?tracepoint/syscalls/sys_exit_pidfd_getfd")
int netstate_pidfd_getfd_exit(struct trace_event_raw_sys_exit *ctx)
{
	return ctx->ret >= 0 ? touch_current() : 0;
}

__u32 supervisor_seen; /* the reader attaches netstate_ioctl_exit */

/* A filter with a listener: whoever gets that descriptor may supervise. Other successes return 0. */
SEC("?tracepoint/syscalls/sys_exit_seccomp")
int netstate_seccomp_exit(struct trace_event_raw_sys_exit *ctx)
{
	if (ctx->ret > 0)
		supervisor_seen = 1;
	return 0;
}

/* SECCOMP_IOCTL_NOTIF_ADDFD: a supervisor puts a descriptor into a process that is not named here. */
#define SECCOMP_ADDFD 0x40182103
#define IOCTL_SIZE_SHIFT 16 /* the structure may grow */
#define IOCTL_SIZE_MASK (0x3fffU << IOCTL_SIZE_SHIFT)

SEC("?tracepoint/syscalls/sys_exit_ioctl")
int netstate_ioctl_exit(struct trace_event_raw_sys_exit *ctx)
{
	struct pt_regs *regs;
	__u32 command;

	if (ctx->ret < 0)
		return 0;
	regs = (void *)bpf_task_pt_regs(bpf_get_current_task_btf());
	command = (__u32)PT_REGS_PARM2_CORE_SYSCALL(regs);
	if ((command & ~IOCTL_SIZE_MASK) == (SECCOMP_ADDFD & ~IOCTL_SIZE_MASK))
		touched_lost = 1;
	return 0;
}

/* include/linux/socket.h: of a 64-bit program */
struct user_message {
	__u64 name, name_size, vector, vector_size, control, control_size;
};

/* The call wrote back how much it received. */
static __always_inline bool got_control(const void *address)
{
	struct {
		__u64 size;
		__s32 level, type;
	} control;
	struct user_message message;

	if (bpf_probe_read_user(&message, sizeof(message), address) ||
	    message.control_size < sizeof(control) ||
	    bpf_probe_read_user(&control, sizeof(control), (const void *)message.control))
		return false;
	return control.level == SOL_SOCKET && control.type <= SCM_LAST;
}

SEC("?tracepoint/syscalls/sys_exit_recvmsg")
int netstate_recvmsg_exit(struct trace_event_raw_sys_exit *ctx)
{
	struct pt_regs *regs;

	if (ctx->ret < 0)
		return 0;
	regs = (void *)bpf_task_pt_regs(bpf_get_current_task_btf());
	if (got_control((const void *)PT_REGS_PARM2_CORE_SYSCALL(regs)))
		touch_current();
	return 0;
}

/* Any of the messages may bring some. */
SEC("?tracepoint/syscalls/sys_exit_recvmmsg")
int netstate_recvmmsg_exit(struct trace_event_raw_sys_exit *ctx)
{
	struct pt_regs *regs;
	struct file *file;
	struct sock *sk;

	if (ctx->ret <= 0)
		return 0;
	regs = (void *)bpf_task_pt_regs(bpf_get_current_task_btf());
	file = file_of_descriptor((int)PT_REGS_PARM1_CORE_SYSCALL(regs));
	sk = file ? sock_of_file(file) : NULL;
	if (sk && BPF_CORE_READ(sk, __sk_common.skc_family) == AF_UNIX)
		touch_current();
	return 0;
}

/* include/uapi/linux/io_uring.h: what closes, receives or makes descriptors without a system call of its own */
#define IORING_OP_RECVMSG 10
#define IORING_OP_CLOSE 19
#define IORING_OP_FILES_UPDATE 20
#define IORING_OP_FIXED_FD_INSTALL 54

SEC("?tp_btf/io_uring_complete")
int BPF_PROG(netstate_uring_touches)
{
	const struct io_kiocb *request = (const void *)ctx[1];
	__u8 opcode = request ? BPF_CORE_READ(request, opcode) : 0;

	if (opcode == IORING_OP_RECVMSG || opcode == IORING_OP_CLOSE ||
	    opcode == IORING_OP_FILES_UPDATE || opcode == IORING_OP_FIXED_FD_INSTALL)
		touch_current();
	return 0;
}

#endif
