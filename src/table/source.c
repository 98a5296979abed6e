/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which way the kernel's sockets are read. */
#include "table/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/debug.h"
#include "base/say.h"
#include "kernel/bpf_why.h"
#include "netlink/tcp_diag.h"

static int open_walk(struct table_source *source, const char *command)
{
	int err = walk_new(&source->walk);

	if (!err)
		return 0;
	if (source->use == TABLE_USE_WALK)
		say("%s: cannot walk the kernel's TCP hash tables by a BPF program: %s%s", command,
		    bpf_why(err), debug_hint());
	return err;
}

static int open_reader(struct table_source *source, const char *command)
{
	int err = socket_reader_new(&source->socket_reader);

	if (!err)
		return 0;
	if (source->use == TABLE_USE_ITERATORS)
		say("%s: cannot read the kernel's socket lists by BPF iterators: %s%s", command,
		    bpf_why(err), debug_hint());
	else
		say("%s: no BPF programs (%s); the sockets come from sock_diag and their owners from "
		    "/proc, which takes longer",
		    command, bpf_why(err));
	return err;
}

static int open_sock_diag(struct table_source *source, const char *command)
{
	int err = tcp_diag_try();

	source->want_details = true; /* for inodes: the way to owners */
	if (!err)
		return 0;
	say("%s: cannot read the kernel's socket lists by sock_diag: %s%s", command, strerror(-err),
	    err == -ENOENT ? "; load its module with `modprobe tcp_diag`" : "");
	return err;
}

/* Each way is tried where the one before it does not work, or is the only one that may be. */
int table_source_open(struct table_source *source, const char *command)
{
	static int (*const ways[])(struct table_source * source, const char *command) = {
		[TABLE_USE_WALK] = open_walk,
		[TABLE_USE_ITERATORS] = open_reader,
		[TABLE_USE_SOCK_DIAG] = open_sock_diag,
	};
	int err, walk;

	if (source->use != TABLE_USE_AUTO)
		return ways[source->use](source, command) ? STATUS_FAILURE : STATUS_OK;
	err = walk = open_walk(source, command);
	if (err)
		err = open_reader(source, command);
	if (walk && !err)
		say("%s: the kernel's TCP hash tables cannot be walked (%s): each network namespace is "
		    "read by itself, and those that cannot be entered are missing",
		    command, bpf_why(walk));
	if (err)
		err = open_sock_diag(source, command);
	debug_say("sockets are read by %s", source->walk	    ? "the walk"
					    : source->socket_reader ? "BPF iterators"
								    : "sock_diag");
	return err ? STATUS_FAILURE : STATUS_OK;
}

int option_store_table_use(const char *argument, void *field)
{
	static const char *const words[] = {
		[TABLE_USE_AUTO] = "auto",
		[TABLE_USE_WALK] = "walk",
		[TABLE_USE_ITERATORS] = "iterators",
		[TABLE_USE_SOCK_DIAG] = "sock_diag",
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (!strcmp(argument, words[i])) {
			*(enum table_use *)field = (enum table_use)i;
			return 0;
		}
	}
	return -EINVAL;
}

void table_source_close(struct table_source *source)
{
	walk_free(source->walk);
	socket_reader_free(source->socket_reader);
	namespaces_release(&source->hidden);
	namespaces_release(&source->unread);
	details_release(&source->details);
	free(source->known);
}

const struct connection_detail *table_source_detail(const struct table_source *source,
						    const struct connection *row, size_t number)
{
	return details_get(&source->details, row, number);
}
