/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the modes of netstat's command line share. A mode composes reading (src/procfs), names
 * (src/names) and layout (src/netstat), appends stdout's bytes to run->out and stderr's to
 * run->err, and returns netstat's exit status.
 */
#ifndef NETSTAT_MODES_RUN_H
#define NETSTAT_MODES_RUN_H

#include "base/buf.h"
#include "netstat/cli/options.h"

struct names;
struct owners;
struct owners_job;
struct socket_iterators;
struct socket_layout;

struct netstat_run {
	const struct netstat_options *options;
	const char *program; /* argv[0], for messages */
	const char *proc;    /* "/proc"; tests give another root */
	const char *net;     /* "/proc/net", or that of a process in another network namespace */
	const char *netns; /* --all-netns: the lines are still to get the namespace's column; NULL:
			      they are not */
	struct names *names;
	const struct socket_layout *layout;
	struct owners *owners;	       /* of this round, once a table has asked for them */
	struct owners_job *owners_job; /* the thread that reads them */
	bool owners_loaded;
	struct socket_iterators *iterators; /* netstat_source.h */
	bool source_chosen;
	bool tcp_from_kernel;
	bool udp_from_kernel;
	bool owners_from_kernel;
	unsigned int round; /* of -c, from 0 */
	bool to_terminal;   /* stdout is one: texts from outside are made safe */
	struct buf out;
	struct buf err;
	int write_errno; /* the first failure to write stdout */
};

/* Hands both buffers to the kernel and empties them. Long listings call it when `out` has grown;
 * the command does at the end. */
void netstat_flush(struct netstat_run *run);

/* run->err for a message that belongs behind all of run->out: on a terminal that is written first.
 */
struct buf *netstat_errors(struct netstat_run *run);

#define NETSTAT_FLUSH_SIZE (64 * 1024)

#define NETSTAT_STATUS_FILE 255 /* a file failed in an unforeseen way: ends at once */

/*
 * A table's file that could not be opened: the message where netstat gives one, and the status: 0
 * to go on. `path` is netstat's own name for it, `what` the table's.
 */
int netstat_no_file(struct netstat_run *run, int err, const char *path, const char *what);

/* Socket tables, in the order of the reference; each returns 0 to go on, else the exit status to
 * end with at once. */
int netstat_inet_sockets(struct netstat_run *run);
int netstat_unix_sockets(struct netstat_run *run);
int netstat_groups(struct netstat_run *run);
int netstat_ipx_sockets(struct netstat_run *run);
int netstat_ax25_sockets(struct netstat_run *run);
int netstat_x25_sockets(struct netstat_run *run);
int netstat_netrom_sockets(struct netstat_run *run);
int netstat_rose_sockets(struct netstat_run *run);
int netstat_bluetooth_sockets(struct netstat_run *run); /* says that there are none */

int netstat_routes(struct netstat_run *run);
int netstat_interfaces(struct netstat_run *run);
int netstat_statistics(struct netstat_run *run);
int netstat_masquerade(struct netstat_run *run);

/* Texts of -V and -h (written by the tables). */
void netstat_version(struct buf *out);
void netstat_usage(struct buf *text,
		   struct buf *families); /* the list of families goes to stderr even for -h */

#endif
