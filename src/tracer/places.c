/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Going into a network namespace and back, by its inode number. */
#include "tracer/places.h"

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
static void search(struct places *places)
{
	uint64_t before = now_ns();

	places->hidden.count = 0;
	places_refresh(places);
	if (places->lists)
		lists_read_holders(places->lists, &places->spaces, take_nothing, NULL);
	namespaces_keep_hidden(&places->hidden, &places->spaces);
	places->search_ns = before + (now_ns() - before) * SEARCH_SHARE;
}

int places_init(struct places *places, struct lists *lists)
{
	struct stat own;

	*places = (struct places){.lists = lists, .own_fd = namespace_open_own()};
	if (places->own_fd < 0)
		return places->own_fd;
	if (fstat(places->own_fd, &own))
		return -errno;
	places->own_inode = (uint32_t)own.st_ino;
	search(places);
	return 0;
}

void places_release(struct places *places)
{
	namespaces_release(&places->spaces);
	namespaces_release(&places->hidden);
	if (places->own_fd > 0)
		close(places->own_fd);
}

void places_refresh(struct places *places)
{
	namespaces_release(&places->spaces);
	if (!places->lists || lists_read_namespaces(places->lists, &places->spaces))
		namespaces_add_tasks(&places->spaces);
	namespaces_add_mounts(&places->spaces);
	for (size_t i = 0; i < places->hidden.count; i++)
		namespaces_add(&places->spaces, &places->hidden.list[i]);
	places->read_ns = now_ns();
}

static int enter_known(const struct places *places, uint32_t inode)
{
	for (size_t i = 0; i < places->spaces.count; i++) {
		_cleanup_(cleanup_close) int fd = -1;

		if (places->spaces.list[i].inode != inode)
			continue;
		fd = namespace_open(&places->spaces.list[i]);
		if (fd >= 0 && !setns(fd, CLONE_NEWNET))
			return 0;
	}
	return -ENOENT;
}

int places_enter(struct places *places, uint32_t inode)
{
	int err;

	if (inode == places->own_inode)
		return 0;
	err = enter_known(places, inode);
	if (!err || now_ns() - places->read_ns < REFRESH_PAUSE_NS)
		return err;
	places_refresh(places);
	err = enter_known(places, inode);
	if (!err || now_ns() < places->search_ns)
		return err;
	search(places);
	return enter_known(places, inode);
}

void places_leave(struct places *places)
{
	if (setns(places->own_fd, CLONE_NEWNET))
		places->own_inode = 0; /* lost: every visit enters by name from now on */
}
