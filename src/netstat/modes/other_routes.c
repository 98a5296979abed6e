/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstat -r for AX.25, NET/ROM, ROSE, X.25, IPX and DDP. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "netstat/modes/tables.h"
#include "netstat/layout/json_tables.h"
#include "netstat/layout/other_routes.h"
#include "procfs/other_routes.h"

static int not_configured(struct netstat_run *run, const char *what)
{
	buf_printf(netstat_notices(run), "%s not configured in this system.\n", what);
	return 1;
}

static void put_title(struct netstat_run *run, enum other_routes family)
{
	if (!run->options->json)
		other_routes_title(&run->out, family);
}

static int ax25_routes(struct netstat_run *run)
{
	_cleanup_(lines_close) struct lines lines = {.fd = -1};
	struct ax25_route row;
	char *line;
	size_t size;
	int err = lines_open(&lines, run->net, "ax25_route");

	if (err) {
		netstat_perror(run, "ax25_route", err);
		return not_configured(run, "AX.25");
	}
	put_title(run, OTHER_ROUTES_AX25);
	lines_next(&lines, &line, &size);
	while (lines_next(&lines, &line, &size) > 0) {
		size_t start = run->out.len;

		if (ax25_route_parse(line, size, &row))
			continue;
		(run->options->json ? json_ax25_route : ax25_route_put)(&run->out, &row);
		netstat_end_row(run, start);
	}
	return 0;
}

static int netrom_routes(struct netstat_run *run)
{
	_cleanup_(neighbours_release) struct neighbours neighbours = {0};
	_cleanup_(lines_close) struct lines lines = {.fd = -1};
	struct netrom_route row;
	char *line;
	size_t size;
	int err = lines_open(&lines, run->net, "nr_nodes"), neighbours_err = -EINVAL;

	if (err)
		netstat_perror(run, "nr_nodes", err);
	else
		neighbours_err = neighbours_read(&neighbours, run->net, "nr_neigh");
	if (neighbours_err) {
		netstat_perror(run, "nr_neigh",
			       neighbours_err); /* without nodes EINVAL, as the reference says */
		return not_configured(run, "NET/ROM");
	}
	put_title(run, OTHER_ROUTES_NETROM);
	lines_next(&lines, &line, &size);
	while (lines_next(&lines, &line, &size) > 0) {
		size_t start = run->out.len;

		if (netrom_route_parse(line, size, &row))
			continue;
		(run->options->json ? json_netrom_route : netrom_route_put)(
			&run->out, &row, neighbours_find(&neighbours, row.neighbour));
		netstat_end_row(run, start);
	}
	return 0;
}

static void put_rose(struct netstat_run *run, const struct neighbours *neighbours,
		     const struct rose_route *row)
{
	const struct neighbour *found[ROSE_NEIGHBOURS];

	for (unsigned int i = 0; i < row->count; i++)
		found[i] = neighbours_find(neighbours, row->neighbours[i]);
	(run->options->json ? json_rose_route : rose_route_put)(&run->out, row, found);
}

static int rose_routes(struct netstat_run *run)
{
	_cleanup_(neighbours_release) struct neighbours neighbours = {0};
	_cleanup_(lines_close) struct lines lines = {.fd = -1};
	struct rose_route row;
	char *line;
	size_t size;
	int err = lines_open(&lines, run->net, "rose_nodes");

	if (!err)
		err = neighbours_read(&neighbours, run->net, "rose_neigh");
	if (err) {
		netstat_perror(run, lines.fd < 0 ? "rose_nodes" : "rose_neigh", err);
		buf_puts(netstat_errors(run), "ROSE not configured in this system.\n");
		return 1;
	}
	put_title(run, OTHER_ROUTES_ROSE);
	lines_next(&lines, &line, &size);
	while (lines_next(&lines, &line, &size) > 0) {
		size_t start = run->out.len;

		if (rose_route_parse(line, size, &row))
			continue;
		put_rose(run, &neighbours, &row);
		netstat_end_row(run, start);
	}
	return 0;
}

/* Newer kernels have FOLDER/route, older ones FOLDER_route. */
static int open_either(struct lines *lines, const char *net, const char *newer, const char *older)
{
	int err = lines_open(lines, net, newer);

	return err ? lines_open(lines, net, older) : 0;
}

static int x25_routes(struct netstat_run *run)
{
	_cleanup_(lines_close) struct lines lines = {.fd = -1};
	struct x25_route row;
	char *line;
	size_t size;

	if (open_either(&lines, run->net, "x25/route", "x25_routes"))
		return not_configured(run, "X.25");
	put_title(run, OTHER_ROUTES_X25);
	lines_next(&lines, &line, &size);
	while (lines_next(&lines, &line, &size) > 0) {
		size_t start = run->out.len;

		if (x25_route_parse(line, size, &row))
			continue;
		(run->options->json ? json_x25_route : x25_route_put)(&run->out, &row);
		netstat_end_row(run, start);
	}
	return 0;
}

static int ipx_routes(struct netstat_run *run)
{
	_cleanup_(lines_close) struct lines lines = {.fd = -1};
	struct ipx_route row;
	char *line;
	size_t size;
	int err = open_either(&lines, run->net, "ipx/route", "ipx_route");

	if (err) {
		buf_printf(netstat_errors(run), "%s\n", strerror(-err));
		buf_puts(
			netstat_notices(run),
			"IPX routing not in file /proc/net/ipx/route or /proc/net/ipx_route found.\n");
		return 1;
	}
	put_title(run, OTHER_ROUTES_IPX);
	lines_next(&lines, &line, &size);
	while (lines_next(&lines, &line, &size) > 0) {
		size_t start = run->out.len;

		if (ipx_route_parse(line, size, &row))
			continue;
		(run->options->json ? json_ipx_route : ipx_route_put)(&run->out, &row);
		netstat_end_row(run, start);
	}
	return 0;
}

static int ddp_routes(struct netstat_run *run)
{
	_cleanup_(lines_close) struct lines lines = {.fd = -1};
	struct ddp_route row;
	char *line;
	size_t size;
	int err = lines_open(&lines, run->net, "atalk_route");

	if (err) {
		buf_printf(netstat_errors(run), "Error opening %s/atalk_route: %s\n", run->net,
			   strerror(-err));
		buf_puts(netstat_errors(run), "DDP (AppleTalk) not configured on this system.\n");
		return 1;
	}
	put_title(run, OTHER_ROUTES_DDP);
	lines_next(&lines, &line, &size);
	while (lines_next(&lines, &line, &size) > 0) {
		size_t start = run->out.len;

		if (ddp_route_parse(line, size, &row))
			continue;
		(run->options->json ? json_ddp_route : ddp_route_put)(&run->out, &row);
		netstat_end_row(run, start);
	}
	return 0;
}

int netstat_other_routes(struct netstat_run *run, enum netstat_family family)
{
	static int (*const socket_reader[NETSTAT_FAMILY_MAX])(struct netstat_run * run) = {
		[NETSTAT_AX25] = ax25_routes, [NETSTAT_NETROM] = netrom_routes,
		[NETSTAT_ROSE] = rose_routes, [NETSTAT_X25] = x25_routes,
		[NETSTAT_IPX] = ipx_routes,   [NETSTAT_DDP] = ddp_routes,
	};

	return socket_reader[family] ? socket_reader[family](run) : 0;
}
