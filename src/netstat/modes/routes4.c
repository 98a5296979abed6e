/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstat -r for IPv4: /proc/net/route and, for -C, rt_cache. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/format.h"
#include "netstat/modes/sockets.h"
#include "netstat/modes/tables.h"
#include "names/names.h"
#include "netstat/layout/json_tables.h"
#include "netstat/layout/routes.h"
#include "procfs/route4.h"

struct listing {
	struct netstat_run *run;
	bool is_cache;
	bool symbolic;
	enum route4_form form;
	struct route4_columns columns;
};

static const uint8_t any[4];

/* An address that names a machine, not a network. */
static bool is_host(const struct route4_row *row)
{
	for (int i = 0; i < 4; i++) {
		if (row->destination[i] & ~row->mask[i])
			return true;
	}
	return row->flags & ROUTE_HOST;
}

static const char *host_name(const struct listing *list, const uint8_t addr[4])
{
	return list->symbolic && memcmp(addr, any, sizeof(any))
		       ? names_host4(list->run->names, addr)
		       : NULL;
}

static const char *host_text(const struct listing *list, const uint8_t addr[4], char *to)
{
	const char *name = host_name(list, addr);

	return name ? name : netstat_address4(to, addr);
}

static const char *destination_name(const struct listing *list, const struct route4_row *row)
{
	if (!list->symbolic || !memcmp(row->destination, any, sizeof(any)))
		return NULL;
	if (list->is_cache || is_host(row))
		return host_name(list, row->destination);
	return names_network4(list->run->names, row->destination);
}

static const char *destination_text(const struct listing *list, const struct route4_row *row,
				    char *to)
{
	const char *name = destination_name(list, row);

	if (list->symbolic && !list->is_cache && !memcmp(row->destination, any, sizeof(any)) &&
	    !memcmp(row->mask, any, sizeof(any)))
		return "default";
	return name ? name : netstat_address4(to, row->destination);
}

static void want(const struct listing *list, const uint8_t addr[4])
{
	if (memcmp(addr, any, sizeof(any)))
		names_want_host4(list->run->names, addr);
}

static void want_names(const struct listing *list, const struct route4_row *row)
{
	if (list->is_cache || is_host(row))
		want(list, row->destination);
	want(list, row->gateway);
	if (list->is_cache) {
		want(list, row->source);
		want(list, row->specific);
	}
}

static void print_json(const struct listing *list, const struct route4_row *row)
{
	const struct json_names names = {
		.symbolic = list->symbolic,
		.first = destination_name(list, row),
		.second = host_name(list, row->gateway),
	};

	json_route4(&list->run->out, row, list->is_cache, &names);
	netstat_flush_large(list->run);
}

static void print_row(const struct listing *list, const struct route4_row *row)
{
	char destination[FORMAT_IP6_MAX + 1], gateway[FORMAT_IP6_MAX + 1];
	char source[FORMAT_IP6_MAX + 1], specific[FORMAT_IP6_MAX + 1];
	struct route4_texts texts = {
		.destination = destination_text(list, row, destination),
		.gateway = host_text(list, row->gateway, gateway),
	};

	size_t start = list->run->out.len;

	if (list->is_cache) {
		texts.source = host_text(list, row->source, source);
		texts.specific = host_text(list, row->specific, specific);
		routes4_cache_row(&list->run->out, list->form, row, &texts);
	} else {
		routes4_row(&list->run->out, list->form, row, &texts);
	}
	netstat_end_row(list->run, start);
}

/* Calls `each` for the rows of the file behind its title. */
static void walk(const struct listing *list, struct lines *lines,
		 void (*each)(const struct listing *list, const struct route4_row *row))
{
	struct route4_row row;
	char *line;
	size_t size;

	while (lines_next(lines, &line, &size) > 0) {
		if (route4_parse(&list->columns, line, size, &row))
			continue;
		if (!list->is_cache && !(row.flags & ROUTE_UP))
			continue;
		each(list, &row);
	}
}

/* The names are asked for in a first pass over the file, so that they are looked up at once. */
static void want_all_names(const struct listing *list, const char *name)
{
	_cleanup_(lines_close) struct lines lines;
	char *line;
	size_t size;

	if (lines_open(&lines, list->run->net, name))
		return;
	if (lines_next(&lines, &line, &size) > 0)
		walk(list, &lines, want_names);
}

static void put_header(const struct listing *list)
{
	if (!list->run->options->json)
		routes4_header(&list->run->out, list->form, list->is_cache);
}

/* The exit status where the title line is not good; a cache without good titles is no failure. */
static int bad_title(struct listing *list, const char *name, const char *missing)
{
	if (!missing && list->is_cache) {
		netstat_perror(list->run, name, -EINVAL);
		return 255;
	}
	if (missing)
		buf_printf(netstat_errors(list->run),
			   "warning: %s/%s does not contain required field %s\n", list->run->net,
			   name, missing);
	put_header(list);
	return list->is_cache ? 0 : 1;
}

static int list_file(struct listing *list, const char *name)
{
	_cleanup_(lines_close) struct lines lines;
	const char *missing = NULL;
	char *line;
	size_t size;
	int err;

	err = lines_open(&lines, list->run->net, name);
	if (err) {
		netstat_perror(list->run, name, err);
		buf_puts(netstat_notices(list->run),
			 "INET (IPv4) not configured in this system.\n");
		return 1;
	}
	if (!list->run->options->json)
		routes4_title(&list->run->out, list->is_cache);
	if (lines_next(&lines, &line, &size) <= 0 ||
	    route4_parse_title(line, size, list->is_cache, &list->columns, &missing))
		return bad_title(list, name, missing);
	put_header(list);
	if (list->symbolic)
		want_all_names(list, name);
	walk(list, &lines, list->run->options->json ? print_json : print_row);
	return 0;
}

int netstat_routes4(struct netstat_run *run)
{
	const struct netstat_options *options = run->options;
	struct listing list = {
		.run = run,
		.symbolic = !options->numeric_hosts && !options->symbolic,
		.form = routes4_form(options->extend),
	};
	int status = 0;

	if (options->fib || !options->cache)
		status = list_file(&list, "route");
	if (status || !options->cache)
		return status;
	list.is_cache = true;
	return list_file(&list, "rt_cache");
}
