/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstat -g: /proc/net/igmp, then igmp6. */
#include <string.h>

#include "base/cleanup.h"
#include "base/format.h"
#include "netstat/modes/tables.h"
#include "names/names.h"
#include "netstat/layout/groups.h"
#include "netstat/layout/json_tables.h"
#include "procfs/igmp.h"

struct listing {
	struct netstat_run *run;
	bool is_v6;
	bool printing; /* false: only ask for the names */
};

static const uint8_t any[16];

static const char *group_name(const struct listing *list, const struct group_row *row)
{
	if (list->run->options->numeric_hosts || !memcmp(row->group, any, row->is_v6 ? 16 : 4))
		return NULL;
	return (row->is_v6 ? names_host6 : names_host4)(list->run->names, row->group);
}

static const char *group_text(const struct listing *list, const struct group_row *row, char *to)
{
	const char *name = group_name(list, row);

	if (name)
		return name;
	if (!row->is_v6)
		return netstat_address4(to, row->group);
	if (!list->run->options->numeric_hosts && !memcmp(row->group, any, sizeof(any)))
		return "[::]";
	return netstat_address6(to, row->group);
}

static void print_row(const struct listing *list, const struct group_row *row)
{
	const struct json_names names = {
		.symbolic = !list->run->options->numeric_hosts,
		.first = group_name(list, row),
	};
	char text[FORMAT_IP6_MAX + 1];
	size_t start = list->run->out.len;

	if (list->run->options->json)
		json_group(&list->run->out, row, &names);
	else
		groups_row(&list->run->out, row, group_text(list, row, text));
	netstat_end_row(list->run, start);
}

static void print_group(const struct listing *list, const struct group_row *row)
{
	if (list->printing)
		print_row(list, row);
	else if (memcmp(row->group, any, row->is_v6 ? 16 : 4))
		(row->is_v6 ? names_want_host6 : names_want_host4)(list->run->names, row->group);
}

static enum igmp_line parse(const struct listing *list, const char *line, size_t size,
			    struct group_row *row)
{
	if (!list->is_v6)
		return igmp_parse(line, size, row);
	return igmp6_parse(line, size, row) ? IGMP_BOGUS : IGMP_ROW;
}

/* 0 or -errno where the file cannot be opened. */
static int walk(const struct listing *list)
{
	_cleanup_(lines_close) struct lines lines;
	struct group_row row = {0};
	char *line;
	size_t size;
	int err;

	err = lines_open(&lines, list->run->net, list->is_v6 ? "igmp6" : "igmp");
	if (err)
		return err;
	for (unsigned int number = 0; lines_next(&lines, &line, &size) > 0; number++) {
		enum igmp_line kind = parse(list, line, size, &row);

		if (kind == IGMP_ROW)
			print_group(list, &row);
		else if (kind == IGMP_BOGUS && list->printing)
			buf_printf(netstat_errors(list->run), "warning, got bogus %s line %u.\n",
				   list->is_v6 ? "igmp6" : "igmp", number);
	}
	return 0;
}

static int list_groups(struct netstat_run *run, bool is_v6)
{
	struct listing list = {.run = run, .is_v6 = is_v6};
	int err;

	if (!run->options->numeric_hosts)
		walk(&list);
	list.printing = true;
	err = walk(&list);
	return err && !is_v6 ? netstat_no_file(run, err, "/proc/net/igmp", "AF INET (igmp)") : 0;
}

int netstat_groups(struct netstat_run *run)
{
	int status = 0;

	if (!run->options->groups)
		return 0;
	if (!run->options->json)
		groups_title(&run->out);
	if (netstat_has_family(run->options, NETSTAT_INET))
		status = list_groups(run, false);
	if (!status && netstat_has_family(run->options, NETSTAT_INET6))
		status = list_groups(run, true);
	return status;
}
