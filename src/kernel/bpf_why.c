/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An error of bpf(2) -> what causes it on this machine. */
#include "kernel/bpf_why.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/seccomp.h"
#include "kernel/kernel_btf.h"

#define INITIAL_USER_NAMESPACE 0xeffffffdU /* include/linux/proc_ns.h: PROC_USER_INIT_INO */

static bool may_load(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {};
	const unsigned int bpf = CAP_BPF % 32, perfmon = CAP_PERFMON % 32;

	if (syscall(SYS_capget, &head, sets))
		return true; /* not known: no reason then */
	return (sets[0].effective & 1u << CAP_SYS_ADMIN) ||
	       ((sets[1].effective & 1u << bpf) && (sets[1].effective & 1u << perfmon));
}

static bool in_own_user_namespace(void)
{
	struct stat info;

	return !stat("/proc/self/ns/user", &info) && info.st_ino != INITIAL_USER_NAMESPACE;
}

/* lockdown(7): the chosen mode is the one in brackets. */
bool bpf_locked_down(void)
{
	char text[80];
	_cleanup_(cleanup_close) int fd =
		open("/sys/kernel/security/lockdown", O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (size < 0)
		return false;
	text[size] = '\0';
	return strstr(text, "[confidentiality]");
}

/* The kernel itself finds no such descriptor; a filter answers before it looks. */
static bool filter_refuses(int err)
{
	uint32_t key = 0, value;

	return seccomp_filtered() && bpf_map_lookup_elem(-1, &key, &value) == err;
}

const char *bpf_refused_why(int err)
{
	if (filter_refuses(err))
		return "a seccomp filter of this process refuses bpf(2)";
	if (err == -ENOSYS)
		return "there is no bpf(2): the kernel was built without CONFIG_BPF_SYSCALL";
	if (in_own_user_namespace())
		return "this is a user namespace of its own, whose root may not load BPF programs; run "
		       "as root on the host";
	if (!may_load())
		return geteuid() ? "it needs root, or CAP_BPF and CAP_PERFMON"
				 : "this process lacks CAP_BPF and CAP_PERFMON";
	return NULL;
}

static bool few_descriptors(void)
{
	struct rlimit limit;

	return !getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur < 96;
}

const char *bpf_why(int err)
{
	const char *why = NULL;

	if (err == -EMFILE || err == -ENFILE || (err == -EINVAL && few_descriptors()))
		return "too many open files; allow more with `ulimit -n 1024`";
	if (err == -EPERM || err == -ENOSYS)
		why = bpf_refused_why(err);
	/* helper functions are withheld: the verifier calls a program invalid, too */
	if (!why && bpf_locked_down())
		why = "the kernel is locked down (/sys/kernel/security/lockdown: confidentiality)";
	if (!why && kernel_btf_why())
		why = kernel_btf_why();
	return why ? why : strerror(-err);
}
