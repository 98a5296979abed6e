/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is tried for `doctor`, as rows: each by the way that the commands take. */
#include "table/support.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "kernel/cgroups.h"
#include "kernel/tracefs.h"
#include "namespaces/namespaces.h"
#include "netlink/tcp_diag.h"
#include "procfs/process_facts.h"

#define DESCRIPTORS_WANTED 96 /* as src/kernel/load.c counts them */
#define REASON_SIZE 200

/* 0 where it works; else -errno, of which `row.lacks` gets the reason. */
static int try_proc(char reason[REASON_SIZE])
{
	struct statfs info;

	if (!statfs("/proc", &info) && info.f_type == PROC_SUPER_MAGIC)
		return 0;
	snprintf(reason, REASON_SIZE,
		 "/proc is not mounted: commands, units and namespaces of processes are missing, "
		 "netstat prints no sockets");
	return -ENOENT;
}

static int try_sys(char reason[REASON_SIZE])
{
	struct statfs info;

	if (!statfs("/sys", &info) && info.f_type == SYSFS_MAGIC)
		return 0;
	snprintf(
		reason, REASON_SIZE,
		"/sys is not mounted: the kernel's BTF is not found there; mount it or give --btf FILE");
	return -ENOENT;
}

static int try_descriptors(char reason[REASON_SIZE])
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_max >= DESCRIPTORS_WANTED)
		return 0;
	snprintf(
		reason, REASON_SIZE,
		"only %llu open files are allowed and some 80 are needed; allow more with `ulimit -n "
		"1024`",
		(unsigned long long)limit.rlim_max);
	return -EMFILE;
}

static int try_netns(char reason[REASON_SIZE])
{
	int fd = namespace_open_own(), err = fd < 0 ? fd : 0;

	if (!err && setns(fd, CLONE_NEWNET))
		err = -errno;
	if (fd >= 0)
		close(fd);
	if (err)
		snprintf(
			reason, REASON_SIZE,
			"routes, neighbours and listeners of other network namespaces cannot be asked "
			"for (setns: %s)",
			strerror(-err));
	return err;
}

static int try_sock_diag(char reason[REASON_SIZE])
{
	int err = tcp_diag_try();

	if (err)
		snprintf(reason, REASON_SIZE,
			 "no way to list sockets without BPF, and none to verify the table (%s)%s",
			 strerror(-err), err == -ENOENT ? "; modprobe tcp_diag" : "");
	return err;
}

static bool only_cgroup_v1(void)
{
	_cleanup_(cleanup_close) int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool is_v1 = false;

	return proc >= 0 && !process_read_cgroup_is_v1(proc, (uint32_t)getpid(), &is_v1) && is_v1;
}

static int try_cgroups(char reason[REASON_SIZE])
{
	struct cgroups *cgroups = NULL;
	uint64_t id;
	int err = cgroups_new(&cgroups);

	if (!err)
		err = cgroups_id(cgroups, "/", &id);
	cgroups_free(cgroups);
	if (err) {
		snprintf(reason, REASON_SIZE,
			 "no cgroup v2 (%s): no units, no containers, no `cgroup` in filters",
			 strerror(-err));
	} else if (only_cgroup_v1()) {
		snprintf(reason, REASON_SIZE,
			 "systemd uses cgroup v1 here: events have the cgroup /, `cgroup` in "
			 "filters finds none; units and containers come from /proc");
		err = -ENODATA;
	}
	return err;
}

static int try_tracefs(char reason[REASON_SIZE])
{
	int fd = tracefs_open();

	if (fd >= 0) {
		close(fd);
		return 0;
	}
	snprintf(reason, REASON_SIZE,
		 "tracefs cannot be opened (%s): connect and accept events cost every system call "
		 "a little, or are missing where the kernel has no typed sys_enter",
		 strerror(-fd));
	return fd;
}

static const struct {
	const char *part, *name, *gives;
	int (*attempt)(char reason[REASON_SIZE]);
} rows[] = {
	{"all", "/proc", "names, commands and namespaces of processes", try_proc},
	{"all", "/sys", "the kernel's types and devices", try_sys},
	{"all", "open files", "enough descriptors", try_descriptors},
	{"all", "cgroup v2", "units and containers of processes", try_cgroups},
	{"trace", "tracefs", "connect and accept events", try_tracefs},
	{"stalls", "enter network namespaces", "routes and listeners in every namespace",
	 try_netns},
	{"list, who", "sock_diag", "the kernel's lists without BPF, and --verify", try_sock_diag},
};

void table_support_check(support_row_fn handle, void *context)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char reason[REASON_SIZE] = "";
		int err = rows[i].attempt(reason);
		const struct support_row row = {rows[i].part, rows[i].name, !err, rows[i].gives,
						err ? reason : NULL};

		handle(context, &row);
	}
}
