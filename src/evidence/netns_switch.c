/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Going into a network namespace and back, by its inode number. */
#include "evidence/netns_switch.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"

#define REFRESH_PAUSE_NS 500000000u /* an unknown namespace is looked for at most this often */
#define SEARCH_SHARE 50

static void ignore_message(void *context, const struct held_socket *held)
{
}

/*
 * A namespace may be there by a descriptor alone: its own, or that of a socket made in it. All
 * descriptors of the machine are gone through for it, at most one part in SEARCH_SHARE of the time.
 */
static void search(struct netns_switch *netns)
{
	uint64_t before = clock_monotonic_ns();

	netns->hidden.count = 0;
	netns_switch_refresh(netns);
	if (netns->socket_reader)
		socket_reader_read_holders(netns->socket_reader, &netns->spaces, ignore_message,
					   NULL);
	namespaces_keep_hidden(&netns->hidden, &netns->spaces);
	netns->search_ns = before + (clock_monotonic_ns() - before) * SEARCH_SHARE;
}

int netns_switch_init(struct netns_switch *netns, struct socket_reader *socket_reader)
{
	struct stat own;

	*netns = (struct netns_switch){.socket_reader = socket_reader,
				       .own_fd = namespace_open_own()};
	if (netns->own_fd < 0)
		return netns->own_fd;
	if (fstat(netns->own_fd, &own))
		return -errno;
	netns->own_inode = (uint32_t)own.st_ino;
	if (netns_seen_new(netns->own_inode, &netns->seen))
		netns->seen = NULL;
	search(netns);
	return 0;
}

void netns_switch_release(struct netns_switch *netns)
{
	namespaces_release(&netns->spaces);
	namespaces_release(&netns->hidden);
	for (unsigned int i = 0; i < netns->held_count; i++)
		close(netns->held[i].fd);
	netns_seen_free(netns->seen);
	if (netns->own_fd > 0)
		close(netns->own_fd);
}

void netns_switch_refresh(struct netns_switch *netns)
{
	namespaces_release(&netns->spaces);
	namespaces_add_own(&netns->spaces);
	if (!netns->socket_reader ||
	    socket_reader_read_namespaces(netns->socket_reader, &netns->spaces))
		namespaces_add_tasks(&netns->spaces);
	namespaces_add_mounts(&netns->spaces);
	for (size_t i = 0; i < netns->hidden.count; i++)
		namespaces_add(&netns->spaces, &netns->hidden.list[i]);
	netns->read_ns = clock_monotonic_ns();
}

/* ---------------------------------------------------------------- held ones */

static struct netns_held *find_held(struct netns_switch *netns, uint32_t inode)
{
	for (unsigned int i = 0; i < netns->held_count; i++) {
		if (netns->held[i].inode == inode)
			return &netns->held[i];
	}
	return NULL;
}

/*
 * By a process, a mount or a socket: by no mere descriptor, which may be the one that is held here, or
 * another netstate's. Else a namespace that was deleted would go on, with its devices and what answers
 * in it, for as long as somebody is asked about it.
 */
static bool lives_elsewhere(struct netns_switch *netns, uint32_t inode, uint64_t now)
{
	if (now - netns->read_ns >= REFRESH_PAUSE_NS)
		netns_switch_refresh(netns);
	for (size_t i = 0; i < netns->spaces.count; i++) {
		const struct namespace *space = &netns->spaces.list[i];
		_cleanup_(cleanup_close) int fd = -1;

		if (space->inode != inode || space->way == NAMESPACE_BY_FILE)
			continue;
		fd = namespace_open(space);
		if (fd >= 0)
			return true;
	}
	return false;
}

/* Its number may be another namespace's from now on. */
static void let_go(struct netns_switch *netns, struct netns_held *held)
{
	close(held->fd);
	if (netns->seen)
		netns_seen_forget(netns->seen, held->inode);
	*held = netns->held[--netns->held_count];
}

static void keep(struct netns_switch *netns, uint32_t inode, int fd, uint64_t now)
{
	struct netns_held *oldest = netns->held;

	if (netns->held_count == NETNS_HELD_MAX) {
		for (unsigned int i = 1; i < netns->held_count; i++) {
			if (netns->held[i].until_ns < oldest->until_ns)
				oldest = &netns->held[i];
		}
		let_go(netns, oldest);
	}
	netns->held[netns->held_count++] =
		(struct netns_held){.inode = inode, .fd = fd, .until_ns = now + NETNS_HOLD_NS};
}

static int open_by_process(uint32_t inode, uint32_t pid, int descriptor)
{
	const struct namespace of_task = {
		.inode = inode, .way = NAMESPACE_OF_TASK, .pid = pid, .number = pid};
	const struct namespace by_socket = {.inode = inode,
					    .way = NAMESPACE_BY_SOCKET,
					    .pid = pid,
					    .number = (uint32_t)descriptor};
	int fd = pid ? namespace_open(&of_task) : -ESRCH;

	return fd < 0 && pid && descriptor >= 0 ? namespace_open(&by_socket) : fd;
}

int netns_switch_hold(struct netns_switch *netns, uint32_t inode, uint32_t pid, int descriptor)
{
	struct netns_held *held;
	uint64_t now;
	int fd;

	if (!inode || inode == netns->own_inode)
		return 0;
	now = clock_monotonic_ns();
	held = find_held(netns, inode);
	if (held) {
		held->until_ns = now + NETNS_HOLD_NS;
		return 0;
	}
	fd = open_by_process(inode, pid, descriptor);
	if (fd >= 0)
		keep(netns, inode, fd, now);
	else if (netns->seen)
		netns_seen_forget(netns->seen, inode);
	return fd < 0 ? fd : 0;
}

int netns_switch_fd(const struct netns_switch *netns)
{
	return netns->seen ? netns_seen_fd(netns->seen) : -1;
}

static void hold_seen(void *context, uint32_t inode, uint32_t pid)
{
	netns_switch_hold(context, inode, pid, -1);
}

void netns_switch_hold_seen(struct netns_switch *netns)
{
	if (netns->seen)
		netns_seen_drain(netns->seen, hold_seen, netns);
}

uint64_t netns_switch_expire(struct netns_switch *netns, uint64_t now_ns)
{
	uint64_t next = UINT64_MAX;

	for (unsigned int i = netns->held_count; i-- > 0;) {
		struct netns_held *held = &netns->held[i];

		if (held->until_ns <= now_ns && held->asked_for &&
		    lives_elsewhere(netns, held->inode, now_ns)) {
			held->until_ns = now_ns + NETNS_HOLD_NS;
			held->asked_for = false;
		}
		if (held->until_ns <= now_ns)
			let_go(netns, held);
		else if (held->until_ns < next)
			next = held->until_ns;
	}
	return next;
}

static int enter_held(struct netns_switch *netns, uint32_t inode)
{
	struct netns_held *held = find_held(netns, inode);

	if (!held || setns(held->fd, CLONE_NEWNET))
		return -ENOENT;
	held->asked_for = true;
	return 0;
}

int netns_switch_open(const struct netns_switch *netns, uint32_t inode)
{
	int fd = inode == netns->own_inode ? netns->own_fd : -1;

	for (unsigned int i = 0; fd < 0 && i < netns->held_count; i++) {
		if (netns->held[i].inode == inode)
			fd = netns->held[i].fd;
	}
	if (fd >= 0)
		return fcntl(fd, F_DUPFD_CLOEXEC, 0);
	for (size_t i = 0; i < netns->spaces.count; i++) {
		if (netns->spaces.list[i].inode == inode)
			return namespace_open(&netns->spaces.list[i]);
	}
	return -ENOENT;
}

/* ---------------------------------------------------------------- there and back */

static int enter_known(const struct netns_switch *netns, uint32_t inode)
{
	int err = -ENOENT;

	for (size_t i = 0; i < netns->spaces.count; i++) {
		_cleanup_(cleanup_close) int fd = -1;

		if (netns->spaces.list[i].inode != inode)
			continue;
		fd = namespace_open(&netns->spaces.list[i]);
		if (fd >= 0 && !setns(fd, CLONE_NEWNET))
			return 0;
		err = fd < 0 ? fd : -errno;
	}
	return err;
}

int netns_switch_enter(struct netns_switch *netns, uint32_t inode)
{
	int err;

	if (inode == netns->own_inode)
		return 0;
	if (!enter_held(netns, inode))
		return 0;
	err = enter_known(netns, inode);
	if (!err || clock_monotonic_ns() - netns->read_ns < REFRESH_PAUSE_NS)
		return err;
	netns_switch_refresh(netns);
	err = enter_known(netns, inode);
	if (!err || clock_monotonic_ns() < netns->search_ns)
		return err;
	search(netns);
	return enter_known(netns, inode);
}

void netns_switch_leave(struct netns_switch *netns)
{
	if (setns(netns->own_fd, CLONE_NEWNET))
		netns->own_inode = 0; /* lost: every visit enters by name from now on */
}
