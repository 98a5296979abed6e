/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who has a port -> text. Pure. */
#include "view/who.h"

#include <string.h>

#include "base/address.h"
#include "base/cleanup.h"
#include "base/safe.h"
#include "netstate/tcp_state.h"
#include "view/clock.h"

static const struct {
	const char *one, *many;
} role_texts[WHO_ROLE_MAX] = {
	[WHO_LISTENS] = {"a listener", "listeners"},
	[WHO_BOUND] = {"a bound socket", "bound sockets"},
	[WHO_OUTGOING] = {"an outgoing connection", "outgoing connections"},
	[WHO_INCOMING] = {"an incoming connection", "incoming connections"},
	[WHO_WAITS] = {"a closed connection", "closed connections"},
	[WHO_UDP] = {"a UDP socket", "UDP sockets"},
};

void who_summary(const struct who_socket *list, size_t count, struct buf *out)
{
	bool any = false;

	for (unsigned int role = 0; role < WHO_ROLE_MAX; role++) {
		unsigned int found = 0;

		for (size_t i = 0; i < count; i++)
			found += list[i].role == role;
		if (!found)
			continue;
		buf_puts(out, any ? ", " : "");
		any = true;
		if (found > 1)
			buf_printf(out, "%u %s", found, role_texts[role].many);
		else
			buf_puts(out, role_texts[role].one);
	}
	if (!any)
		buf_puts(out, "nothing");
}

static void put_safe(struct buf *out, const char *text)
{
	size_t at = out->len;

	buf_puts(out, text);
	if (!out->failed)
		safe_name(out->data + at, out->len - at);
}

static void put_end(struct buf *out, const struct endpoint *end)
{
	char text[ADDRESS_PORT_TEXT_MAX];

	buf_put(out, text, (size_t)(address_format_port(text, end->addr, end->port) - text));
}

static void put_span(struct buf *out, uint64_t ns)
{
	char text[CLOCK_TEXT_MAX];

	buf_put(out, text, (size_t)(clock_span(ns, text) - text));
}

static void put_head(const struct who_socket *socket, struct buf *out)
{
	const char *word = tcp_state_name(socket->state);
	size_t begin = out->len;

	if (socket->role == WHO_UDP)
		word = "UDP";
	else if (socket->role == WHO_BOUND)
		word = "BOUND";
	buf_puts(out, word ? word : "?");
	while (out->len - begin < 12 && !out->failed)
		buf_putc(out, ' ');
	put_end(out, &socket->flow.local);
	if (socket->device[0]) {
		buf_puts(out, " dev ");
		put_safe(out, socket->device);
	}
	if (socket->flow.remote.port) {
		buf_puts(out, socket->role == WHO_INCOMING ? " <- " : " -> ");
		put_end(out, &socket->flow.remote);
	}
	if (socket->role == WHO_BOUND)
		buf_puts(out, "  (neither listens nor connects)");
	buf_putc(out, '\n');
}

static void put_process(const struct who_view *view, const struct who_process *process,
			struct buf *out)
{
	buf_puts(out, "            ");
	put_safe(out, process->comm);
	buf_printf(out, ", pid %u, uid %u", process->pid, process->uid);
	if (process->unit[0]) {
		buf_puts(out, ", ");
		put_safe(out, process->unit);
	}
	if (process->started_ns && process->started_ns < view->boot_now_ns) {
		buf_puts(out, ", started ");
		put_span(out, view->boot_now_ns - process->started_ns);
		buf_puts(out, " ago");
	}
	if (process->command[0]) {
		buf_puts(out, ": ");
		put_safe(out, process->command);
	}
	buf_putc(out, '\n');
}

/* Where no process holds it. */
static void put_keeper(const struct who_socket *socket, struct buf *out)
{
	if (socket->listener ||
	    socket->holding == HOLDING_QUEUE) { /* its listener may have no cookie yet */
		buf_printf(out, "            never accepted: in the accept queue (%u/%u) of ",
			   socket->queue, socket->backlog);
		if (socket->flow.pid)
			buf_printf(out, "pid %u ", socket->flow.pid);
		else
			buf_puts(out, "a listener whose process is not known");
		put_safe(out, socket->flow.comm);
	} else if (socket->closer.pid) {
		buf_printf(out, "            closed by pid %u ", socket->closer.pid);
		put_safe(out, socket->closer.comm);
	} else if (socket->unheld) {
		buf_puts(
			out,
			"            no process has a descriptor: in a UNIX message, or an io_uring");
	} else if (socket->role == WHO_WAITS || socket->holding == HOLDING_NONE) {
		buf_puts(out, "            closed: no process has it; who closed it is not known "
			      "(trace or live would have shown it)");
	} else {
		buf_puts(out, "            no process found");
	}
	buf_putc(out, '\n');
}

static void put_rest(const struct who_view *view, const struct who_socket *socket, struct buf *out)
{
	const char *name =
		view->netns_name ? view->netns_name(view->context, socket->flow.netns) : NULL;

	buf_puts(out, "            network namespace ");
	if (name) {
		put_safe(out, name);
		buf_putc(out, ' ');
	}
	buf_printf(out, name ? "(%u)" : "%u", socket->flow.netns);
	if (socket->role == WHO_LISTENS)
		buf_printf(out, ", accept queue %u/%u", socket->queue, socket->backlog);
	if (socket->since_ns && socket->since_ns < view->now_ns) {
		buf_puts(out, ", for ");
		put_span(out, view->now_ns - socket->since_ns);
	}
	if (socket->expires_ns > view->now_ns) {
		buf_puts(out, ", gone in ");
		put_span(out, socket->expires_ns - view->now_ns);
	}
	if (socket->flow.cookie) {
		buf_puts(out, ", cookie ");
		buf_u64(out, socket->flow.cookie);
	}
	buf_putc(out, '\n');
}

void who_socket_text(const struct who_view *view, const struct who_socket *socket, struct buf *out)
{
	put_head(socket, out);
	for (unsigned int i = 0; i < socket->process_count; i++)
		put_process(view, socket->processes[i], out);
	if (!socket->process_count)
		put_keeper(socket, out);
	put_rest(view, socket, out);
}
