/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the loader decides before it loads: constants to the verifier, which removes the code that
 * they turn off. */
#ifndef BPF_SETTINGS_BPF_H
#define BPF_SETTINGS_BPF_H

/* struct kernel_filter, one by one; 0: any */
const volatile __u64 filter_cgroup;
const volatile __u32 filter_pid;
const volatile __u32 filter_netns;
const volatile __u32 filter_states;
const volatile __u16 filter_family;
const volatile __u16 filter_lport;
const volatile __u16 filter_rport;
const volatile __u16 filter_port;

/* What this kernel offers to tp_btf programs (5.10 has neither): found in its BTF by the loader. */
const volatile bool has_sock_storage;
const volatile bool has_socket_cookie;
const volatile bool has_rdonly_cast;  /* addresses can be read as typed pointers, 6.2 */
const volatile bool has_task_storage; /* in tracepoint programs */
const volatile bool has_task_pt_regs; /* 5.15 */
const volatile bool has_compat_calls; /* 32-bit programs run */

const volatile __u32
	scan_max; /* old sockets that are remembered, where memory is limited; 0: all */

const volatile bool follows_holders; /* bpf/touch.bpf.h is loaded */

/* io_uring_complete's arguments: 0 unknown, 1 (ctx, req, user_data, res, ...) of 6.0, 2 (ctx, req,
 * cqe) of 6.15 */
const volatile __u32 io_uring_complete_form;

const volatile __u32 tick_us = 4000; /* a jiffy */

/* A reader that does not sleep is woken when this many bytes wait, looked at every WAKE_LOOK_EVERY
 * records of a CPU. */
const volatile __u64 wake_bytes = 1 << 20;
#define WAKE_LOOK_EVERY 32

#endif
