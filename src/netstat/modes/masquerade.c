/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstat -M. Kernels since 2.4 have no such file, so this mostly says so. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/format.h"
#include "netstat/modes/tables.h"
#include "names/names.h"
#include "netstat/layout/json_tables.h"
#include "netstat/layout/masquerade.h"
#include "procfs/masquerade.h"

#define PORT_SIZE 8

static const char *host_text(struct netstat_run *run, const uint8_t addr[4], char *to)
{
	static const uint8_t any[4];
	const char *name = NULL;

	if (!run->options->numeric_hosts && memcmp(addr, any, sizeof(any)))
		name = names_host4(run->names, addr);
	return name ? name : netstat_address4(to, addr);
}

static const char *port_text(struct netstat_run *run, uint8_t protocol, uint16_t port, char *to)
{
	const char *name = NULL;

	if (!port)
		return "*";
	if (!run->options->numeric_ports && protocol != MASQUERADE_ICMP)
		name = names_service(run->names, protocol == MASQUERADE_TCP ? NAMES_TCP : NAMES_UDP,
				     port);
	*format_u64(to, port) = '\0';
	return name ? name : to;
}

static void put_row(struct netstat_run *run, const struct masquerade_row *row)
{
	char source[FORMAT_IP6_MAX + 1], destination[FORMAT_IP6_MAX + 1];
	char source_port[PORT_SIZE], destination_port[PORT_SIZE];
	const struct masquerade_texts texts = {
		.source = host_text(run, row->source, source),
		.destination = host_text(run, row->destination, destination),
		.source_port = port_text(run, row->protocol, row->source_port, source_port),
		.destination_port =
			port_text(run, row->protocol, row->destination_port, destination_port),
	};
	size_t start = run->out.len;

	if (run->options->json)
		json_masquerade(&run->out, row);
	else
		masquerade_put(&run->out, run->options->extend > 0, row, &texts);
	netstat_end_row(run, start);
}

/* All rows have to be good before the first is shown: checks them if `run` may not print yet. */
static int walk(struct netstat_run *run, struct lines *lines, bool has_previous, bool printing,
		size_t *ret_count)
{
	struct masquerade_row row;
	size_t size, count = 0;
	char *line;
	int err;

	while (lines_next(lines, &line, &size) > 0) {
		err = masquerade_parse(line, size, has_previous, &row);
		if (err)
			return err;
		count++;
		if (printing)
			put_row(run, &row);
	}
	*ret_count = count;
	return 0;
}

static int bad_file(struct netstat_run *run, const char *where, const char *what)
{
	buf_printf(netstat_errors(run), "%s: Internal Error `%s'.\n", where, what);
	return NETSTAT_STATUS_FILE;
}

static int open_file(struct netstat_run *run, struct lines *lines, bool *ret_has_previous,
		     int *ret_status)
{
	char *line;
	size_t size;
	int err = lines_open(lines, run->net, "ip_masquerade");

	if (err == -ENOENT || err == -EACCES) {
		buf_puts(netstat_errors(run),
			 "netstat: no support for `ip_masquerade' on this system.\n");
		*ret_status = 1;
		return err;
	}
	if (err) {
		netstat_perror(run, "ip_masquerade", err);
		*ret_status = NETSTAT_STATUS_FILE;
		return err;
	}
	if (lines_next(lines, &line, &size) <= 0) {
		*ret_status = bad_file(run, "masq_info", "fgets() failed");
		return -EINVAL;
	}
	*ret_has_previous = masquerade_title_has_previous(line, size);
	return 0;
}

int netstat_masquerade(struct netstat_run *run)
{
	_cleanup_(lines_close) struct lines check = {.fd = -1};
	_cleanup_(lines_close) struct lines lines = {.fd = -1};
	bool has_previous;
	size_t count;
	int status = 0, err;

	if (open_file(run, &check, &has_previous, &status))
		return status;
	err = walk(run, &check, has_previous, false, &count);
	if (err)
		return bad_file(run, "masq_info.c",
				err == -EINVAL ? "ip_masquerade format error"
					       : "ip_masquerade unknown type");
	if (!count || open_file(run, &lines, &has_previous, &status))
		return status;
	if (!run->options->json)
		masquerade_title(&run->out, run->options->extend > 0);
	walk(run, &lines, has_previous, true, &count);
	return 0;
}
