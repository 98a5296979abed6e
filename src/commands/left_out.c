/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Network namespaces that a command could not cover -> stderr, JSON. */
#include "commands/left_out.h"

#include <inttypes.h>

#include "base/say.h"
#include "netlink/dump_limit.h"

void left_out_say(const char *command, const struct netns_left_out *left, const char *key,
		  struct output *json)
{
	struct buf text = {};

	if (!netns_left_out_any(left))
		return;
	netns_left_out_text(left, &text);
	say("%s: %.*s", command, (int)text.len, text.data ? text.data : "");
	buf_release(&text);
	if (!json || left->own_only)
		return;
	netns_left_out_json(left, key, &json->buf);
	output_flush(json);
}

void left_out_say_slow(const char *command)
{
	uint64_t netns;

	while (dump_limit_next(&netns))
		say("%s: network namespace %" PRIu64
		    " has too many rules, routes, queues or tracked "
		    "connections to read them all: what they do is not known there",
		    command, netns);
}
