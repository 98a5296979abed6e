/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstat's command line: one mode, once or again and again. */
#include "netstat/modes/sockets.h"
#include "netstat/modes/source.h"

#include <errno.h>
#include <poll.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "base/safe.h"
#include "base/cleanup.h"
#include "base/say.h"
#include "netstat/modes/netstat.h"
#include "netstat/modes/netns.h"
#include "names/names.h"
#include "netstat/layout/json_layout.h"
#include "netstat/layout/sockets.h"

#define STATUS_USAGE_NETSTAT 3
#define SELINUX_MAGIC 0xf97cff8c

static bool has_selinux(void)
{
	struct statfs fs;

	return !statfs("/sys/fs/selinux", &fs) && (uint32_t)fs.f_type == SELINUX_MAGIC;
}

static int write_all(int fd, const struct buf *buf)
{
	size_t done = 0;

	while (done < buf->len) {
		ssize_t size = write(fd, buf->data + done, buf->len - done);

		if (size < 0 && errno == EAGAIN) /* somebody else made it non-blocking */
			poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, -1);
		else if (size < 0 && errno != EINTR)
			return errno;
		done += size > 0 ? (size_t)size : 0;
	}
	return 0;
}

/* Of stdout only the first failure counts: nothing is written behind a gap. What goes wrong on
 * stderr nobody can be told. */
void netstat_flush(struct netstat_run *run)
{
	if (run->to_terminal && !run->out.failed)
		safe_plain(run->out.data, run->out.len);
	if (run->err.len && isatty(STDERR_FILENO))
		safe_plain(run->err.data, run->err.len);
	write_all(STDERR_FILENO, &run->err);
	if (run->out.failed && !run->write_errno)
		run->write_errno = ENOMEM;
	if (!run->write_errno)
		run->write_errno = write_all(STDOUT_FILENO, &run->out);
	buf_clear(&run->out);
	buf_clear(&run->err);
}

/* A namespace's lines wait for their column. */
struct buf *netstat_errors(struct netstat_run *run)
{
	if (run->to_terminal && !run->netns)
		netstat_flush(run);
	return &run->err;
}

int netstat_no_file(struct netstat_run *run, int err, const char *path, const char *what)
{
	const struct netstat_options *options = run->options;

	if (err != -ENOENT && err != -EACCES) {
		buf_printf(netstat_errors(run), "%s: %s\n", path, strerror(-err));
		return NETSTAT_STATUS_FILE;
	}
	if (options->implied || (options->everything && !options->verbose))
		return 0;
	buf_printf(netstat_errors(run), "netstat: no support for `%s' on this system.\n", what);
	return options->everything ? 0 : 1;
}

static const struct socket_table socket_tables[] = {
	{netstat_inet_sockets, 2},   {netstat_groups, 3},	{netstat_unix_sockets, 2},
	{netstat_ipx_sockets, 2},    {netstat_ax25_sockets, 2}, {netstat_x25_sockets, 2},
	{netstat_netrom_sockets, 2}, {netstat_rose_sockets, 2}, {netstat_bluetooth_sockets, 0},
};

static int list_sockets(struct netstat_run *run)
{
	int status = netstat_choose_source(run);

	if (status)
		return status;
	if (run->options->all_netns)
		status = netstat_all_netns(run, socket_tables, ARRAY_SIZE(socket_tables));
	for (size_t i = 0; i < ARRAY_SIZE(socket_tables) && !status && !run->options->all_netns;
	     i++)
		status = socket_tables[i].list(run);
	netstat_forget_owners(run);
	return status;
}

static int (*const modes[])(struct netstat_run *run) = {
	[NETSTAT_SOCKETS] = list_sockets,	   [NETSTAT_ROUTES] = netstat_routes,
	[NETSTAT_INTERFACES] = netstat_interfaces, [NETSTAT_STATISTICS] = netstat_statistics,
	[NETSTAT_MASQUERADE] = netstat_masquerade,
};

static void pause_for(uint64_t ns)
{
	struct timespec time = {(time_t)(ns / 1000000000), (long)(ns % 1000000000)};

	while (clock_nanosleep(CLOCK_MONOTONIC, 0, &time, &time) == EINTR)
		;
}

/* A reader that went away is no failure. */
static int printed(int error, int status)
{
	if (!error || error == EPIPE)
		return status;
	return say("cannot write the output: %s", strerror(error));
}

static int list(struct netstat_run *run)
{
	const struct netstat_options *options = run->options;
	int status;

	for (;;) {
		status = modes[options->mode](run);
		netstat_flush(run);
		if (status || run->write_errno || !options->continuous ||
		    options->mode == NETSTAT_STATISTICS)
			return printed(run->write_errno, status);
		run->round++;
		pause_for(options->interval_ns);
	}
}

static int list_all(char **argv, const struct netstat_options *options)
{
	struct netstat_run run = {
		.options = options,
		.program = argv[0],
		.proc = "/proc",
		.net = "/proc/net",
		.layout = options->json ? &netstat_json_layout : &netstat_text_layout,
		.to_terminal = isatty(STDOUT_FILENO),
	};
	int status;

	if (options->all_netns && options->mode != NETSTAT_SOCKETS) {
		say("--all-netns lists sockets and groups: it does not go with -r, -i, -s or -M");
		return STATUS_USAGE_NETSTAT;
	}
	if (names_new(&run.names))
		return say("out of memory");
	if (run.to_terminal || options->all_netns)
		names_make_safe(run.names);
	status = list(&run);
	netstat_close_source(&run);
	names_free(run.names);
	buf_release(&run.out);
	buf_release(&run.err);
	return status;
}

/* The list of families goes to stderr, whatever the rest goes to. */
static int print_usage(int fd, int status)
{
	_cleanup_(buf_release) struct buf text = {0};
	_cleanup_(buf_release) struct buf families = {0};
	int error;

	netstat_usage(&text, &families);
	error = write_all(fd, &text);
	write_all(STDERR_FILENO, &families);
	return printed(fd == STDOUT_FILENO ? error : 0, status);
}

static int print_version(void)
{
	_cleanup_(buf_release) struct buf text = {0};

	netstat_version(&text);
	return printed(write_all(STDOUT_FILENO, &text), 0);
}

int netstat_main(int argc, char **argv)
{
	struct netstat_options options;

	switch (netstat_options_parse(argc, argv, has_selinux, &options)) {
	case NETSTAT_RUN:
		return list_all(argv, &options);
	case NETSTAT_HELP:
		return print_usage(STDOUT_FILENO, 0);
	case NETSTAT_VERSION:
		return print_version();
	case NETSTAT_USAGE:
		return print_usage(STDERR_FILENO, STATUS_USAGE_NETSTAT);
	case NETSTAT_NO_SELINUX:
		fprintf(stderr, "SELinux is not enabled on this machine.\n");
		return STATUS_FAILURE;
	case NETSTAT_FAILED:
		break;
	}
	return STATUS_FAILURE;
}
