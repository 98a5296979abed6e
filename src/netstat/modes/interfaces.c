/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstat -i: /proc/net/dev, if_inet6 and what the kernel's ioctls tell. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/list_grow.h"
#include "netstat/modes/tables.h"
#include "netstat/layout/interfaces.h"
#include "netstat/layout/json_tables.h"
#include "procfs/interface_list.h"
#include "procfs/net_device.h"

struct addresses {
	struct interface_address6 *rows;
	size_t count;
};

static void addresses_release(struct addresses *addresses)
{
	free(addresses->rows);
}

/* Without the file there are no IPv6 addresses to show. 0 or -ENOMEM. */
static int addresses_read(struct addresses *addresses, const char *net)
{
	_cleanup_(lines_close) struct lines lines;
	struct interface_address6 row;
	char *line;
	size_t size, cap = 0;

	if (lines_open(&lines, net, "if_inet6"))
		return 0;
	while (lines_next(&lines, &line, &size) > 0) {
		if (net_address6_parse(line, size, &row))
			continue;
		if (LIST_GROW(addresses->rows, addresses->count, cap))
			return -ENOMEM;
		addresses->rows[addresses->count++] = row;
	}
	return 0;
}

/* netstat's words where the kernel does not know a listed name; the listing ends there. */
static int fetch_failed(struct netstat_run *run, const char *name, int err)
{
	buf_printf(netstat_errors(run), "%s: error fetching interface information: %s\n", name,
		   err == -ENODEV ? "Device not found" : strerror(-err));
	buf_printf(netstat_errors(run), "missing interface information: %s\n", strerror(-err));
	return 1;
}

static void put_row(struct netstat_run *run, const struct interface_row *row,
		    const struct addresses *addresses)
{
	bool json = run->options->json;
	size_t start = run->out.len;

	if (run->options->extend)
		(json ? json_interface_whole : interfaces_block)(&run->out, row, addresses->rows,
								 addresses->count);
	else
		(json ? json_interface : interfaces_row)(&run->out, row);
	netstat_end_row(run, start);
}

static int print_rows(struct netstat_run *run, struct links *links, struct interface_list *list,
		      const struct addresses *addresses)
{
	bool blocks = run->options->extend > 0;
	int err;

	for (size_t i = 0; i < list->count; i++) {
		struct interface_row *row = &list->rows[i];

		err = links->fetch(links, blocks, row);
		if (err)
			return fetch_failed(run, row->name, err);
		if (!(row->flags & INTERFACE_UP) && !run->options->all)
			continue;
		put_row(run, row, addresses);
	}
	return 0;
}

/* What could not be read is said; what could be is listed. */
static void report_errors(struct netstat_run *run, int file_error, int labels_error)
{
	if (file_error)
		buf_printf(netstat_errors(run),
			   "Warning: cannot open %s/dev (%s). Limited output.\n", run->net,
			   strerror(-file_error));
	if (labels_error)
		buf_printf(netstat_errors(run), "SIOCGIFCONF: %s\n", strerror(-labels_error));
}

int netstat_list_interfaces(struct netstat_run *run, struct links *links)
{
	_cleanup_(interface_list_release) struct interface_list list = {0};
	_cleanup_(addresses_release) struct addresses addresses = {0};
	int file_error, labels_error, err;

	if (!run->round && !run->options->json)
		interfaces_title(&run->out);
	if (!run->options->extend && !run->options->json)
		interfaces_header(&run->out);
	err = interface_list_read(&list, run->net, links, &file_error, &labels_error);
	if (!err && run->options->extend)
		err = addresses_read(&addresses, run->net);
	if (err) {
		buf_printf(netstat_errors(run), "missing interface information: %s\n",
			   strerror(-err));
		return 1;
	}
	report_errors(run, file_error, labels_error);
	return print_rows(run, links, &list, &addresses);
}

int netstat_interfaces(struct netstat_run *run)
{
	_cleanup_(links_close) struct links links;
	int err;

	err = links_open(&links);
	if (err) {
		buf_printf(netstat_errors(run), "warning: no inet socket available: %s\n",
			   strerror(-err));
		return 1;
	}
	return netstat_list_interfaces(run, &links);
}
