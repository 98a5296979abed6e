/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the kernel and /proc report about one socket and its process -> lines for live's pane. Pure. */
#include "view/socket_facts.h"

#include "base/cleanup.h"
#include "base/safe.h"
#include "netstate/tcp_state.h"
#include "view/clock.h"

static void put_span(struct buf *out, const char *word, uint64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	if (ms == EVIDENCE_UNKNOWN32)
		return;
	buf_puts(out, word);
	buf_put(out, text, (size_t)(clock_span(ms * 1000000, text) - text));
}

static void put_flow_control(const struct socket_detail *socket, struct buf *out)
{
	buf_printf(out,
		   "  window    peer's %u, ours %u; unread %u, unacknowledged %u, not sent %u\n",
		   socket->snd_wnd, socket->rcv_wnd, socket->unread, socket->unacked,
		   socket->not_sent);
	buf_printf(out, "  path      mss %u, pmtu %u, cwnd %u, in flight %u, retransmitted %u",
		   socket->mss, socket->pmtu, socket->cwnd, socket->packets_out,
		   socket->total_retrans);
	put_span(out, ", rto ", socket->rto_ms);
	buf_putc(out, '\n');
}

static void put_timers(const struct socket_detail *socket, struct buf *out)
{
	const char *timer = socket->flags & SOCKET_RETRANSMIT ? "retransmit"
			    : socket->flags & SOCKET_PROBE    ? "window probe"
							      : NULL;

	buf_puts(out, "  timer     ");
	if (timer) {
		buf_puts(out, timer);
		put_span(out, " in ", socket->timer_ms > 0 ? (uint32_t)socket->timer_ms : 0);
		buf_printf(out, ", tried %u times; ", socket->retransmits);
	}
	buf_puts(out, socket->flags & SOCKET_KEEPALIVE ? "keepalive on" : "keepalive off");
	if (socket->flags & SOCKET_KEEPALIVE && socket->flags & SOCKET_KEEP_TIMER &&
	    socket->keep_timer_ms > 0)
		put_span(out, ", acts in ", (uint32_t)socket->keep_timer_ms);
	put_span(out, "; data out ago ", socket->sent_ms);
	put_span(out, ", in ago ", socket->received_ms);
	put_span(out, ", any ACK ago ", socket->heard_ms);
	buf_putc(out, '\n');
}

void socket_facts_text(const struct socket_detail *socket, struct buf *out)
{
	if (socket->form != SOCKET_FULL)
		return;
	if (socket->state == TCP_STATE_LISTEN) {
		buf_printf(out, "  queue     %u of %u wait for accept, %u half-open, %u dropped\n",
			   socket->unread, socket->unacked, socket->requests, socket->drops);
		return;
	}
	if (!(socket->flags & SOCKET_DETAILS))
		return;
	put_flow_control(socket, out);
	put_timers(socket, out);
}

static void put_name(struct buf *out, const char *text)
{
	size_t at = out->len;

	buf_puts(out, text);
	if (!out->failed)
		safe_name(out->data + at, out->len - at);
}

void process_facts_text(const struct evidence_process *process, const char *command,
			struct buf *out)
{
	buf_printf(out, "  process   %u ", process->pid);
	put_name(out, process->comm);
	if (process->state)
		buf_printf(out, ", state %c", process->state);
	if (process->wchan[0]) {
		buf_puts(out, " in ");
		put_name(out, process->wchan);
	}
	if (process->descriptors != EVIDENCE_UNKNOWN32)
		buf_printf(out, ", descriptors %u", process->descriptors);
	if (process->nofile != EVIDENCE_UNKNOWN64)
		buf_printf(out, " of %llu", (unsigned long long)process->nofile);
	if (process->unit[0]) {
		buf_puts(out, ", ");
		put_name(out, process->unit);
	}
	if (*command) {
		buf_puts(out, "\n  command   ");
		put_name(out, command);
	}
	buf_putc(out, '\n');
}
