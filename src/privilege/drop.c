/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Capabilities, no_new_privs, Landlock and seccomp. */
#include "privilege/drop.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"

#ifdef __SANITIZE_ADDRESS__

/* Its run time calls more, the leak check at the end above all. */
static bool drop_system_calls(bool on_terminal)
{
	return false;
}

#else

/* What the loop, the ring, the outputs and malloc(3) use. */
static const int allowed[] = {
	SCMP_SYS(read),
	SCMP_SYS(readv),
	SCMP_SYS(write),
	SCMP_SYS(writev),
	SCMP_SYS(close),
	SCMP_SYS(lseek),
	SCMP_SYS(fstat),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(epoll_wait),
	SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_ctl),
	SCMP_SYS(timerfd_settime),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	SCMP_SYS(brk),
	SCMP_SYS(futex),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(nanosleep),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(getpid),
	SCMP_SYS(sendto),
	SCMP_SYS(recvfrom),
	SCMP_SYS(sendmsg), /* questions to the helper process */
	SCMP_SYS(recvmsg),
	SCMP_SYS(wait4),
	SCMP_SYS(pidfd_send_signal), /* no descriptor of a process but the helper's is open */
	SCMP_SYS(getrandom),
	SCMP_SYS(tgkill),
	SCMP_SYS(gettid),
	SCMP_SYS(membarrier),
	SCMP_SYS(alarm), /* src/base/ending.c */
	SCMP_SYS(setitimer),
};

/* What ncurses asks of the terminal; TIOCSTI, which types for the user, is not among them. */
static const unsigned long terminal_requests[] = {TCSETS, TCSETSW, TCSETSF, TCFLSH, TIOCGPGRP};

/* Also the stop of this very process at ^Z. */
static int allow_terminal(scmp_filter_ctx filter)
{
	int err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(getpgrp), 0);

	for (size_t i = 0; !err && i < ARRAY_SIZE(terminal_requests); i++)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
				       SCMP_A1(SCMP_CMP_EQ, terminal_requests[i], 0));
	return err ? err
		   : seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(kill), 2,
				      SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0),
				      SCMP_A1(SCMP_CMP_EQ, SIGTSTP, 0));
}

/* The default refuses: a call that somebody forgot here fails instead of ending the program. */
static bool drop_system_calls(bool on_terminal)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int err = filter ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < ARRAY_SIZE(allowed); i++)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	if (!err)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
				       SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (!err)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
				       SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (!err)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
				       SCMP_A1(SCMP_CMP_EQ, TIOCGWINSZ, 0));
	if (!err)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
				       SCMP_A1(SCMP_CMP_EQ, TCGETS, 0)); /* isatty(3) */
	if (!err)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1,
				       SCMP_A1(SCMP_CMP_EQ, F_GETFL, 0));
	if (!err && on_terminal)
		err = allow_terminal(filter);
	if (!err)
		err = seccomp_load(filter);
	if (filter)
		seccomp_release(filter);
	return !err;
}

#endif

/* No rule: no file can be opened. The rights of the first version (Linux 5.13) are all that
 * matter. */
static bool drop_files(void)
{
	struct landlock_ruleset_attr rules = {.handled_access_fs =
						      (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1};
	_cleanup_(cleanup_close) int fd =
		(int)syscall(SYS_landlock_create_ruleset, &rules, sizeof(rules), 0);

	return fd >= 0 && !syscall(SYS_landlock_restrict_self, fd, 0);
}

/* Matters to execve(2) alone, which no_new_privs guards too. Without CAP_SETPCAP it stays. */
static void bound_capabilities(uint64_t kept)
{
	for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++) {
		if (!(kept >> cap & 1))
			prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	}
}

/*
 * capset(2) itself: libcap and libcap-ng ask the kernel in a constructor, which the netstat mode must
 * not do under a seccomp filter that ends the process. Ambient ones go with the permitted ones.
 */
static bool set_capabilities(uint64_t kept)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct now[2], wanted[2] = {};

	bound_capabilities(kept);
	if (syscall(SYS_capget, &head, now))
		return false;
	for (unsigned int i = 0; i < ARRAY_SIZE(wanted); i++) {
		wanted[i].permitted = now[i].permitted & (uint32_t)(kept >> (32 * i));
		wanted[i].effective = wanted[i].permitted;
	}
	return !syscall(SYS_capset, &head, wanted);
}

unsigned int privilege_drop(bool on_terminal)
{
	unsigned int dropped = 0;

	if (!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		dropped |= DROP_NEW_PRIVILEGES;
	if (set_capabilities(0))
		dropped |= DROP_CAPABILITIES;
	if (drop_files())
		dropped |= DROP_FILES;
	if (drop_system_calls(on_terminal))
		dropped |= DROP_SYSTEM_CALLS;
	return dropped;
}

bool privilege_reduce(bool writes, bool signals)
{
	const uint64_t needed = UINT64_C(1) << CAP_SYS_ADMIN | UINT64_C(1) << CAP_SYS_PTRACE |
				UINT64_C(1) << CAP_DAC_READ_SEARCH | UINT64_C(1) << CAP_NET_ADMIN |
				UINT64_C(1) << CAP_BPF | UINT64_C(1) << CAP_PERFMON |
				UINT64_C(1) << CAP_SYSLOG; /* symbols of the kernel */

	const uint64_t files = UINT64_C(1) << CAP_DAC_OVERRIDE | UINT64_C(1) << CAP_FOWNER;

	return set_capabilities(needed | (writes ? files : 0) |
				(signals ? UINT64_C(1) << CAP_KILL : 0));
}

bool privilege_become(void)
{
	return set_capabilities(UINT64_C(1) << CAP_SETUID | UINT64_C(1) << CAP_SETGID);
}

bool privilege_keep(bool writes)
{
	return !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) && privilege_reduce(writes, false);
}
