/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstat's table of UNIX sockets. */
#include <errno.h>

#include "base/cleanup.h"
#include "base/safe.h"
#include "netstat/modes/sockets.h"
#include "procfs/lines.h"
#include "procfs/unix.h"

static void list_line(struct netstat_run *run, const char *line, bool has_inode)
{
	struct socket_texts texts = {0};
	struct unix_row row;

	if (!unix_line_parse(line, has_inode, &row)) {
		buf_puts(netstat_errors(run), "warning, got bogus unix line.\n");
		return;
	}
	if (!netstat_shows_unix(run->options, &row))
		return;
	if (run->to_terminal)
		safe_bytes((char *)row.path, row.path_length);
	if (row.has_inode)
		texts.owner = netstat_owner(run, row.inode);
	run->layout->unix_socket(&run->out, run->options, &row, &texts);
	netstat_flush_large(run);
}

int netstat_unix_sockets(struct netstat_run *run)
{
	_cleanup_(lines_close) struct lines lines = {.fd = -1};
	bool has_inode = true;
	char *line;
	size_t size;
	int err;

	if (!run->options->everything && !netstat_has_family(run->options, NETSTAT_UNIX))
		return 0;
	netstat_load_owners(run);
	err = lines_open(&lines, run->net, "unix");
	if (!err && lines_next(&lines, &line, &size) > 0)
		has_inode = unix_header_has_inode(line, size);
	run->layout->unix_title(&run->out, run->options, has_inode);
	if (err)
		return netstat_no_file(run, err, "/proc/net/unix", "AF UNIX");
	while (lines_next(&lines, &line, &size) > 0)
		list_line(run, line, has_inode);
	return 0;
}
