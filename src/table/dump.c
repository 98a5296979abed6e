/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The table as `netstat -antp` lists sockets. */
#include "table/dump.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/safe.h"
#include "base/safe_open.h"
#include "base/say.h"
#include "table/rows.h"
#include "table/source.h"
#include "netstat/layout/sockets.h"
#include "netstate/tcp_state.h"
#include "sink/output.h"

static const struct netstat_options as_antp = {
	.mode = NETSTAT_SOCKETS,
	.family_bits = 1 << NETSTAT_INET | 1 << NETSTAT_INET6,
	.protocols = NETSTAT_TCP,
	.all = true,
	.numeric_hosts = true,
	.numeric_ports = true,
	.numeric_users = true,
	.programs = true,
};

static void put_row(const struct connection *row, struct buf *out)
{
	const struct flow *flow = &row->flow;
	char comm[FLOW_COMM_SIZE];
	struct socket_owner owner = {.pid = (int32_t)flow->pid, .name = comm};
	struct socket_texts texts = {.owner = flow->owner ? &owner : NULL};
	struct inet_row inet = {
		.local = flow->local,
		.remote = flow->remote,
		.protocol = INET_PROTOCOL_TCP,
		.is_v6 = flow->family == AF_INET6,
		.state = row->state,
		.rx_queue = row->recv_queue,
		.tx_queue = row->state == TCP_STATE_LISTEN
				    ? 0
				    : row->send_queue, /* LISTEN: as /proc has it */
		.uid = (int32_t)flow->uid,
	};

	memcpy(comm, flow->comm, sizeof(comm));
	owner.name_length = strlen(comm);
	safe_name(comm, owner.name_length);
	netstat_text_layout.inet(out, &as_antp, &inet, &texts);
}

static int write_rows(const struct conn_table *table, struct output *output)
{
	const struct connection *row;
	size_t position = 0;

	netstat_text_layout.inet_title(&output->buf, &as_antp);
	while ((row = conn_table_next(table, &position)) && !output->error) {
		put_row(row, &output->buf);
		output_flush_if_full(output);
	}
	output_flush(output);
	buf_release(&output->buf);
	return output->error;
}

void dump_table(const struct conn_table *table, const char *path, int fd)
{
	struct output output = {.fd = path ? fd : STDERR_FILENO};
	int err;

	if (output.fd < 0) {
		say("cannot write %s: %s", path, safe_open_reason(output.fd));
		return;
	}
	err = write_rows(table, &output);
	if (path && close(output.fd) && !err)
		err = errno;
	if (err && path)
		say("cannot write %s: %s", path, strerror(err));
}

void dump_handovers(const struct handovers *seen, const char *path, bool force)
{
	struct table_source source = {};
	struct conn_table *table = NULL;
	struct conn_pass pass;
	int err;

	if (table_source_open(&source, "dump"))
		return;
	err = conn_table_new(table_rows(0, ROWS_BESIDE_TRACER), &table);
	if (!err)
		handovers_apply(seen, table);
	if (!err)
		err = table_source_pass(&source, table, TABLE_PASS_HOLDERS, &pass);
	if (err)
		say("cannot read the kernel's socket lists: %s", strerror(-err));
	else
		dump_table(table, path, path ? safe_open_output(path, force) : -1);
	conn_table_free(table);
	table_source_close(&source);
}
