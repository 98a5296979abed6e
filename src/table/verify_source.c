/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Another way to the kernel's sockets. */
#include "table/verify_source.h"

#include <errno.h>
#include <sched.h>

#include "base/cleanup.h"
#include "netstate/tcp_state.h"
#include "procfs/inet.h"
#include "procfs/lines.h"
#include "netlink/tcp_diag.h"

#define TIMER_TIME_WAIT 3 /* column "tr" of /proc/net/tcp */

void verify_source_open(struct verify_source *source, const struct table_source *table_source)
{
	*source = (struct verify_source){.way = VERIFY_BY_SOCK_DIAG};
	if (!table_source->lists)
		source->way =
			socket_lists_new(&source->lists) ? VERIFY_BY_PROC : VERIFY_BY_ITERATORS;
	else if (tcp_diag_try())
		source->way = VERIFY_BY_PROC;
}

void verify_source_close(struct verify_source *source)
{
	socket_lists_free(source->lists);
}

const char *verify_source_name(const struct verify_source *source)
{
	static const char *const names[] = {
		[VERIFY_BY_SOCK_DIAG] = "sock_diag",
		[VERIFY_BY_ITERATORS] = "BPF iterators",
		[VERIFY_BY_PROC] = "/proc/net/tcp",
	};

	return names[source->way];
}

/* ---------------------------------------------------------------- /proc */

static void take_line(const struct socket_rows_handler *take, uint32_t netns,
		      const struct inet_row *row)
{
	struct listed_connection listed = {
		.flow = {.local = row->local, .remote = row->remote, .netns = netns},
		.state = row->state,
		.minisocket = row->timer == TIMER_TIME_WAIT ||
			      (row->state == TCP_STATE_SYN_RECV && !row->inode),
	};

	if (row->state != TCP_STATE_CLOSE && row->state < TCP_STATE_MAX)
		take->rows(take->context, &listed, 1);
}

/* Of the namespace that this thread is in. */
static int read_file(const char *name, bool is_v6, uint32_t netns,
		     const struct socket_rows_handler *take)
{
	struct inet_row row;
	struct lines lines;
	char *line;
	size_t size;
	int more = lines_open(&lines, "/proc/thread-self/net", name);

	if (more)
		return is_v6 && more == -ENOENT ? 0 : more; /* a kernel without IPv6 */
	more = lines_next(&lines, &line, &size);	    /* the header */
	while (more > 0 && (more = lines_next(&lines, &line, &size)) > 0) {
		if (inet_line_parse(line, INET_PROTOCOL_TCP, is_v6, &row))
			take_line(take, netns, &row);
	}
	lines_close(&lines);
	return more;
}

static int read_proc(void *context, const struct namespace *space)
{
	const struct socket_rows_handler *take = context;
	_cleanup_(cleanup_close) int fd = namespace_open(space);
	int err;

	if (fd < 0)
		return fd;
	if (setns(fd, CLONE_NEWNET))
		return -errno;
	err = read_file("tcp", false, space->inode, take);
	return err ? err : read_file("tcp6", true, space->inode, take);
}

int verify_source_read(struct verify_source *source, const struct namespaces *spaces,
		       const struct socket_rows_handler *take)
{
	switch (source->way) {
	case VERIFY_BY_SOCK_DIAG:
		return tcp_diag_read(spaces, take);
	case VERIFY_BY_ITERATORS:
		return socket_lists_read(source->lists, spaces, take);
	default:
		return namespaces_read_each(spaces, read_proc, (void *)take, take->unread,
					    take->context);
	}
}
