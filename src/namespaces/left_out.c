/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Network namespaces that were left out -> text. */
#include "namespaces/left_out.h"

static bool any_sockets(const struct netns_left_out *left)
{
	return left->unread || left->beyond || left->unreached || left->moving;
}

bool netns_left_out_any(const struct netns_left_out *left)
{
	return any_sockets(left) || left->processes;
}

static void put_count(struct buf *out, size_t count)
{
	buf_printf(out, "%s%zu network namespace%s ", out->len ? "; " : "", count,
		   count == 1 ? "" : "s");
}

void netns_left_out_text(const struct netns_left_out *left, struct buf *out)
{
	if (left->unread) {
		put_count(out, left->unread);
		buf_puts(out, "could not be entered or read in time");
	}
	if (left->beyond) {
		put_count(out, left->beyond);
		buf_printf(out, "beyond the limit of %zu %s not looked into", left->limit,
			   left->beyond == 1 ? "was" : "were");
	}
	if (left->unreached) {
		put_count(out, left->unreached);
		buf_printf(out, "%s sockets, but no process, mount or descriptor leads there",
			   left->unreached == 1 ? "has" : "have");
	}
	if (left->moving)
		buf_printf(out,
			   "%s%zu chain%s of the kernel's TCP hash tables changed at every reading",
			   out->len ? "; " : "", left->moving, left->moving == 1 ? "" : "s");
	if (any_sockets(left))
		buf_puts(out, ": sockets there may be missing");
	if (left->processes)
		buf_printf(out,
			   "%s%zu process%s so many descriptors that not all were read: owners of "
			   "sockets may be missing",
			   out->len ? "; " : "", left->processes,
			   left->processes == 1 ? " has" : "es have");
}

void netns_left_out_json(const struct netns_left_out *left, const char *key, struct buf *out)
{
	buf_printf(out,
		   "{\"%s\":\"incomplete\",\"netns_unread\":%zu,\"netns_beyond\":%zu,"
		   "\"netns_unreached\":%zu,\"chains_moving\":%zu,\"processes_unread\":%zu}\n",
		   key, left->unread, left->beyond, left->unreached, left->moving, left->processes);
}
