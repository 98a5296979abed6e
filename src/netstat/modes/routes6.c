/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstat -r for IPv6: /proc/net/ipv6_route; with -C its lines that are cached routes. */
#include <string.h>

#include "base/cleanup.h"
#include "base/format.h"
#include "netstat/modes/sockets.h"
#include "netstat/modes/tables.h"
#include "names/names.h"
#include "netstat/layout/json_tables.h"
#include "netstat/layout/routes.h"
#include "procfs/route6.h"

struct listing {
	struct netstat_run *run;
	bool cache;
	bool symbolic;
};

static const uint8_t any[16];

static const char *host_name(const struct listing *list, const uint8_t addr[16])
{
	return list->symbolic && memcmp(addr, any, sizeof(any))
		       ? names_host6(list->run->names, addr)
		       : NULL;
}

static const char *host_text(const struct listing *list, const uint8_t addr[16], char *to)
{
	const char *name = host_name(list, addr);

	if (list->symbolic && !memcmp(addr, any, sizeof(any)))
		return "[::]";
	return name ? name : netstat_address6(to, addr);
}

static void print_json(const struct listing *list, const struct route6_row *row)
{
	const struct json_names names = {
		.symbolic = list->symbolic,
		.first = host_name(list, row->destination),
		.second = host_name(list, row->gateway),
	};

	json_route6(&list->run->out, row, list->cache, &names);
	netstat_flush_large(list->run);
}

static void want_names(const struct listing *list, const struct route6_row *row)
{
	if (memcmp(row->destination, any, sizeof(any)))
		names_want_host6(list->run->names, row->destination);
	if (memcmp(row->gateway, any, sizeof(any)))
		names_want_host6(list->run->names, row->gateway);
}

static void print_row(const struct listing *list, const struct route6_row *row)
{
	char destination[FORMAT_IP6_MAX + 1], gateway[FORMAT_IP6_MAX + 1];
	const struct route6_texts texts = {
		.destination = host_text(list, row->destination, destination),
		.gateway = host_text(list, row->gateway, gateway),
	};
	size_t start = list->run->out.len;

	routes6_row(&list->run->out, row, &texts);
	netstat_end_row(list->run, start);
}

static int walk(const struct listing *list,
		void (*each)(const struct listing *list, const struct route6_row *row))
{
	_cleanup_(lines_close) struct lines lines;
	struct route6_row row;
	char *line;
	size_t size;
	int err;

	err = lines_open(&lines, list->run->net, "ipv6_route");
	if (err)
		return err;
	while (lines_next(&lines, &line, &size) > 0) {
		if (route6_parse(line, size, &row) || !(row.flags & ROUTE_CACHE) == list->cache)
			continue;
		each(list, &row);
	}
	return 0;
}

static int list_table(struct netstat_run *run, bool cache)
{
	const struct netstat_options *options = run->options;
	const struct listing list = {
		.run = run,
		.cache = cache,
		.symbolic = !options->numeric_hosts && !options->symbolic,
	};
	size_t start = run->out.len;
	int err;

	if (list.symbolic)
		walk(&list, want_names);
	if (!options->json)
		routes6_title(&run->out, list.cache);
	err = walk(&list, options->json ? print_json : print_row);
	if (!err)
		return 0;
	run->out.len = start;
	netstat_perror(run, "ipv6_route", err);
	buf_puts(netstat_notices(run), "INET6 (IPv6) not configured in this system.\n");
	return 1;
}

int netstat_routes6(struct netstat_run *run)
{
	const struct netstat_options *options = run->options;
	int status = options->fib || !options->cache ? list_table(run, false) : 0;

	return status || !options->cache ? status : list_table(run, true);
}
