/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where netstat's sockets are read: the text in /proc, or the kernel's own lists by BPF iterators.
 */
#include "netstat/modes/source.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/debug.h"
#include "base/seccomp.h"
#include "procfs/owners.h"
#include "procfs/counts.h"
#include "kernel/socket_iterators.h"

/*
 * Measured, docs/netstat-compatibility.md: from here on iterators save several times what loading
 * them costs, the first time since boot included (20 ms, then 2 ms).
 */
#define FILES_WORTH_LOADING 10000
#define TCP_WORTH_LOADING 20000

#define UDP_WORTH_ASKING 2000

#define TCP6_HELD_MAX 40000 /* rows that wait in memory for those of IPv4; text needs none */

#define FIRST_PID_NAMESPACE 0xeffffffcu /* PROC_PID_INIT_INO */

static bool wants_tcp(const struct netstat_run *run)
{
	const struct netstat_options *options = run->options;

	return !run->netns && (options->everything || options->protocols & NETSTAT_TCP);
}

/* A folder of files that somebody mounted over /proc/PID/net is what has to be read then. */
static bool is_own_net(const struct netstat_run *run)
{
	struct statx proc, net;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/tcp", run->net);
	if (statx(AT_FDCWD, "/proc/stat", 0, STATX_MNT_ID, &proc) ||
	    statx(AT_FDCWD, path, 0, STATX_MNT_ID, &net))
		return false;
	return proc.stx_mask & net.stx_mask & STATX_MNT_ID && proc.stx_mnt_id == net.stx_mnt_id;
}

/* The kernel tells the numbers that processes have in the first namespace. */
static bool pids_are_the_kernels(void)
{
	struct stat stat_buf;
	char self[16];
	ssize_t size = readlink("/proc/self", self, sizeof(self) - 1);

	if (size <= 0 || stat("/proc/self/ns/pid", &stat_buf))
		return false;
	self[size] = '\0';
	return (uint32_t)stat_buf.st_ino == FIRST_PID_NAMESPACE &&
	       strtol(self, NULL, 10) == getpid();
}

static bool tables_pay(const struct netstat_run *run)
{
	struct socket_counts counts;

	socket_counts_read(run->net, &counts);
	return counts.tcp >= TCP_WORTH_LOADING && counts.tcp6 <= TCP6_HELD_MAX;
}

static bool pays(const struct netstat_run *run)
{
	if (run->options->programs && open_files_read(run->proc) >= FILES_WORTH_LOADING)
		return true;
	return wants_tcp(run) && tables_pay(run);
}

static int load(struct netstat_run *run)
{
	bool tcp = wants_tcp(run) && is_own_net(run);
	bool files = run->options->programs && pids_are_the_kernels();
	int err;

	if (!tcp && !files)
		return 0;
	err = socket_iterators_new(&run->iterators);
	run->tcp_from_kernel = !err && tcp;
	run->owners_from_kernel = !err && files;
	return err;
}

/* No privilege, nothing to load: only the question whether it saves enough. */
static bool choose_udp(const struct netstat_run *run)
{
	const struct netstat_options *options = run->options;
	struct socket_counts counts;

	if (run->netns || !(options->everything || options->protocols & NETSTAT_UDP))
		return false;
	if (options->source == NETSTAT_SOURCE_KERNEL)
		return is_own_net(run);
	socket_counts_read(run->net, &counts);
	return counts.udp >= UDP_WORTH_ASKING && !seccomp_filtered() && is_own_net(run);
}

/* Under a filter no call is made that others' netstat does not make: it may end the process. The
 * question costs 30 us, and is asked last. */
static const char *why_proc(const struct netstat_run *run)
{
	if (getauxval(AT_EUID))
		return "not root";
	if (!pays(run))
		return "too few to load BPF programs for";
	return seccomp_filtered() ? "a seccomp filter is in force" : NULL;
}

int netstat_choose_source(struct netstat_run *run)
{
	enum netstat_source source = run->options->source;
	const char *why_not;
	int err;

	if (run->source_chosen || source == NETSTAT_SOURCE_PROC)
		return 0;
	run->source_chosen = true;
	run->udp_from_kernel = choose_udp(run);
	if (source == NETSTAT_SOURCE_AUTO) {
		why_not = why_proc(run);
		if (why_not) {
			debug_say("sockets are read from /proc: %s", why_not);
			return 0;
		}
	}
	err = load(run);
	debug_say("TCP sockets are read %s, owners %s, UDP sockets %s",
		  run->tcp_from_kernel ? "by BPF iterators" : "from /proc",
		  run->owners_from_kernel ? "by BPF iterators" : "from /proc",
		  run->udp_from_kernel ? "by sock_diag" : "from /proc");
	if (!err || source == NETSTAT_SOURCE_AUTO)
		return 0;
	buf_printf(
		netstat_errors(run),
		"netstate: cannot read the kernel's socket lists: %s; --source=proc needs no privilege\n",
		strerror(-err));
	return 1;
}

bool netstat_tcp_from_kernel(const struct netstat_run *run)
{
	return run->tcp_from_kernel && !run->netns;
}

bool netstat_udp_from_kernel(const struct netstat_run *run)
{
	return run->udp_from_kernel && !run->netns;
}

bool netstat_owners_from_kernel(const struct netstat_run *run)
{
	return run->owners_from_kernel;
}

int netstat_kernel_tcp(struct netstat_run *run,
		       int (*handle)(void *context, const struct inet_row *row), void *context)
{
	return socket_iterators_tcp(run->iterators, handle, context);
}

static int on_file(void *context, int32_t pid, uint64_t inode)
{
	return owners_add(context, 1, pid, inode);
}

int netstat_kernel_owners(struct socket_iterators *iterators, struct owners *owners)
{
	return socket_iterators_files(iterators, on_file, owners);
}

void netstat_close_source(struct netstat_run *run)
{
	socket_iterators_free(run->iterators);
	run->iterators = NULL;
}
