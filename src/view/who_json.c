/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who has a port -> one JSON object a line; keys in docs/json.md. Pure. */
#include <string.h>
#include <sys/socket.h>

#include "base/address.h"
#include "base/json_string.h"
#include "netstate/tcp_state.h"
#include "view/who.h"

static const char *const role_words[WHO_ROLE_MAX] = {
	[WHO_LISTENS] = "listener",  [WHO_BOUND] = "bound",  [WHO_OUTGOING] = "outgoing",
	[WHO_INCOMING] = "incoming", [WHO_WAITS] = "closed", [WHO_UDP] = "udp",
};

static void put_text(struct buf *out, const char *key, const char *text)
{
	buf_printf(out, ",\"%s\":", key);
	if (text && *text)
		json_string(out, text, strlen(text));
	else
		buf_puts(out, "null");
}

static void put_number(struct buf *out, const char *key, bool known, uint64_t number)
{
	buf_printf(out, ",\"%s\":", key);
	if (known)
		buf_u64(out, number);
	else
		buf_puts(out, "null");
}

static void put_end(struct buf *out, char side, const struct endpoint *end)
{
	char text[ADDRESS_TEXT_MAX + 1];

	*address_format(text, end->addr) = '\0';
	buf_printf(out, ",\"%caddr\":\"%s\",\"%cport\":%u", side, text, side, end->port);
}

static void put_actor(struct buf *out, const char *key, const struct actor *actor)
{
	buf_printf(out, ",\"%s\":", key);
	if (!actor->pid) {
		buf_puts(out, "null");
		return;
	}
	buf_printf(out, "{\"pid\":%u,\"comm\":", actor->pid);
	json_string(out, actor->comm, strnlen(actor->comm, sizeof(actor->comm)));
	buf_putc(out, '}');
}

static void put_process(const struct who_view *view, const struct who_process *process,
			struct buf *out)
{
	bool known = process->started_ns && process->started_ns < view->boot_now_ns;

	buf_printf(out, "{\"pid\":%u", process->pid);
	put_text(out, "comm", process->comm);
	put_number(out, "uid", true, process->uid);
	put_text(out, "command", process->command);
	put_text(out, "unit", process->unit);
	put_number(out, "age_us", known, (view->boot_now_ns - process->started_ns) / 1000);
	buf_putc(out, '}');
}

static const char *holding_word(const struct who_socket *socket)
{
	if (socket->process_count)
		return "process";
	if (socket->role == WHO_WAITS || socket->holding == HOLDING_NONE)
		return "nobody";
	if (socket->holding == HOLDING_QUEUE)
		return "accept_queue";
	return socket->unheld ? "in_flight" : NULL;
}

void who_socket_json(const struct who_view *view, const struct who_socket *socket, struct buf *out)
{
	const struct flow *flow = &socket->flow;
	bool queue = socket->role == WHO_LISTENS || socket->listener;

	buf_printf(out, "{\"role\":\"%s\",\"protocol\":\"%s\",\"family\":\"%s\"",
		   role_words[socket->role], socket->is_udp ? "udp" : "tcp",
		   flow->family == AF_INET6 ? "inet6" : "inet");
	put_end(out, 'l', &flow->local);
	put_end(out, 'r', &flow->remote);
	put_text(out, "device", socket->device);
	put_text(out, "state", socket->state ? tcp_state_name(socket->state) : NULL);
	put_number(out, "netns", flow->netns, flow->netns);
	put_text(out, "netns_name",
		 view->netns_name ? view->netns_name(view->context, flow->netns) : NULL);
	put_number(out, "cookie", flow->cookie, flow->cookie);
	put_number(out, "uid", socket->role != WHO_WAITS, flow->uid);
	buf_puts(out, ",\"processes\":[");
	for (unsigned int i = 0; i < socket->process_count; i++) {
		buf_puts(out, i ? "," : "");
		put_process(view, socket->processes[i], out);
	}
	buf_putc(out, ']');
	put_text(out, "holding", holding_word(socket));
	put_actor(out, "opened_by", &socket->opener);
	put_actor(out, "closed_by", &socket->closer);
	put_number(out, "accept_queue", queue, socket->queue);
	put_number(out, "backlog", queue, socket->backlog);
	put_number(out, "listener", socket->listener, socket->listener);
	put_number(out, "age_us", socket->since_ns && socket->since_ns < view->now_ns,
		   (view->now_ns - socket->since_ns) / 1000);
	put_number(out, "expires_ms", socket->expires_ns,
		   socket->expires_ns > view->now_ns ? (socket->expires_ns - view->now_ns) / 1000000
						     : 0);
	buf_puts(out, "}\n");
}
