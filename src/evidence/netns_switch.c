/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Going into a network namespace and back, by its inode number. */
#include "evidence/netns_switch.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"

#define REFRESH_PAUSE_NS 500000000u /* an unknown namespace is looked for at most this often */
#define SEARCH_SHARE 50

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void take_nothing(void *context, uint64_t cookie, uint64_t sock, uint32_t netns,
			 const struct connection_owner *owner)
{
}

/*
 * A namespace may be there by a descriptor alone: its own, or that of a socket made in it. All
 * descriptors of the machine are gone through for it, at most one part in SEARCH_SHARE of the time.
 */
static void search(struct netns_switch *netns)
{
	uint64_t before = now_ns();

	netns->hidden.count = 0;
	netns_switch_refresh(netns);
	if (netns->lists)
		socket_lists_read_holders(netns->lists, &netns->spaces, take_nothing, NULL);
	namespaces_keep_hidden(&netns->hidden, &netns->spaces);
	netns->search_ns = before + (now_ns() - before) * SEARCH_SHARE;
}

int netns_switch_init(struct netns_switch *netns, struct socket_lists *lists)
{
	struct stat own;

	*netns = (struct netns_switch){.lists = lists, .own_fd = namespace_open_own()};
	if (netns->own_fd < 0)
		return netns->own_fd;
	if (fstat(netns->own_fd, &own))
		return -errno;
	netns->own_inode = (uint32_t)own.st_ino;
	search(netns);
	return 0;
}

void netns_switch_release(struct netns_switch *netns)
{
	namespaces_release(&netns->spaces);
	namespaces_release(&netns->hidden);
	if (netns->own_fd > 0)
		close(netns->own_fd);
}

void netns_switch_refresh(struct netns_switch *netns)
{
	namespaces_release(&netns->spaces);
	if (!netns->lists || socket_lists_read_namespaces(netns->lists, &netns->spaces))
		namespaces_add_tasks(&netns->spaces);
	namespaces_add_mounts(&netns->spaces);
	for (size_t i = 0; i < netns->hidden.count; i++)
		namespaces_add(&netns->spaces, &netns->hidden.list[i]);
	netns->read_ns = now_ns();
}

static int enter_known(const struct netns_switch *netns, uint32_t inode)
{
	for (size_t i = 0; i < netns->spaces.count; i++) {
		_cleanup_(cleanup_close) int fd = -1;

		if (netns->spaces.list[i].inode != inode)
			continue;
		fd = namespace_open(&netns->spaces.list[i]);
		if (fd >= 0 && !setns(fd, CLONE_NEWNET))
			return 0;
	}
	return -ENOENT;
}

int netns_switch_enter(struct netns_switch *netns, uint32_t inode)
{
	int err;

	if (inode == netns->own_inode)
		return 0;
	err = enter_known(netns, inode);
	if (!err || now_ns() - netns->read_ns < REFRESH_PAUSE_NS)
		return err;
	netns_switch_refresh(netns);
	err = enter_known(netns, inode);
	if (!err || now_ns() < netns->search_ns)
		return err;
	search(netns);
	return enter_known(netns, inode);
}

void netns_switch_leave(struct netns_switch *netns)
{
	if (setns(netns->own_fd, CLONE_NEWNET))
		netns->own_inode = 0; /* lost: every visit enters by name from now on */
}
