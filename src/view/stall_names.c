/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Network namespaces in reports about connects -> names, commands. Pure: the view asks. */
#include "view/stall_names.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define MARK "namespace "

const char *stall_netns_name(const struct view *view, uint32_t netns)
{
	const char *name =
		view->netns_name && netns ? view->netns_name(view->context, netns) : NULL;

	return name && name[0] ? name : NULL;
}

/* The number behind the mark, and where it ends; 0: there is none. */
static uint32_t number_at(const char *text, const char **ret_end)
{
	unsigned long number;
	char *end;

	if (*text < '1' || *text > '9')
		return 0;
	number = strtoul(text, &end, 10);
	*ret_end = end;
	return number <= UINT32_MAX ? (uint32_t)number : 0;
}

void stall_put_line(const struct view *view, const char *line, struct buf *out)
{
	const char *mark, *end;

	while ((mark = strstr(line, MARK))) {
		uint32_t netns;

		mark += strlen(MARK);
		end = mark;
		netns = number_at(mark, &end);
		buf_put(out, line, (size_t)(end - line));
		if (netns && stall_netns_name(view, netns))
			buf_printf(out, " (%s)", stall_netns_name(view, netns));
		line = end;
	}
	buf_puts(out, line);
}

/* Of a namespace without a name or process that is known the connect's own process may be in it. */
static bool put_way(const struct view *view, const struct stall *stall, uint32_t netns,
		    struct buf *out)
{
	const char *enter = view->netns_enter ? view->netns_enter(view->context, netns) : NULL;

	if (enter)
		buf_puts(out, enter);
	else if (netns == stall->flow.netns && stall->flow.pid)
		buf_printf(out, "nsenter -t %u -n ", stall->flow.pid);
	else
		return false;
	return true;
}

bool stall_put_command(const struct view *view, const struct stall *stall,
		       const struct verdict *verdict, struct buf *out)
{
	uint32_t netns = verdict->command_netns;
	bool entered = !netns || !verdict->command[0] || put_way(view, stall, netns, out);

	if (!verdict->command[0])
		return false;
	buf_puts(out, verdict->command);
	if (!entered)
		buf_printf(out, " # in network namespace %u", netns);
	return true;
}
