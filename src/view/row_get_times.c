/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The getters of what a connection's details report: idle times, keepalive, windows. Pure. */
#include "view/row_get.h"

#include "netstate/tcp_state.h"

static void set_span(struct field_value *value, uint64_t ns)
{
	value->type = VALUE_SPAN;
	value->number = ns;
}

static void set_since(const struct row_view *view, uint64_t then_ns, struct field_value *value)
{
	if (then_ns)
		set_span(value, view->now_ns > then_ns ? view->now_ns - then_ns : 0);
}

static void set_count(const struct row_view *view, unsigned int known, uint32_t number,
		      struct field_value *value)
{
	if (!(view->detail->has & known))
		return;
	value->type = VALUE_UNSIGNED;
	value->number = number;
}

void row_get_idle(const struct row_view *view, struct field_value *ret_value)
{
	const struct connection_detail *detail = view->detail;

	set_since(view,
		  detail->sent_ns > detail->received_ns ? detail->sent_ns : detail->received_ns,
		  ret_value);
}

/* Of the bytes received a FIN is one. */
static bool has_received(const struct row_view *view)
{
	return view->detail->bytes_received > tcp_state_fin_received(view->row->state);
}

void row_get_last_received(const struct row_view *view, struct field_value *ret_value)
{
	if (has_received(view))
		set_since(view, view->detail->received_ns, ret_value);
}

void row_get_last_sent(const struct row_view *view, struct field_value *ret_value)
{
	if (view->detail->bytes_sent)
		set_since(view, view->detail->sent_ns, ret_value);
}

/* Where data can go either way its acknowledgements are noted, too. */
void row_get_last_ack(const struct row_view *view, struct field_value *ret_value)
{
	if (view->detail->sent_ns)
		set_since(view, view->detail->heard_ns, ret_value);
}

void row_get_keepalive(const struct row_view *view, struct field_value *ret_value)
{
	if (!(view->detail->has & DETAIL_HAS_KEEPALIVE))
		return;
	ret_value->type = VALUE_WORD;
	ret_value->word = view->detail->keepalive ? "on" : "off";
}

static void set_keepalive(const struct row_view *view, uint32_t ms, struct field_value *value)
{
	if (view->detail->has & DETAIL_HAS_KEEP_TIMES)
		set_span(value, (uint64_t)ms * 1000000);
}

void row_get_keepalive_idle(const struct row_view *view, struct field_value *ret_value)
{
	set_keepalive(view, view->detail->keep_idle_ms, ret_value);
}

void row_get_keepalive_interval(const struct row_view *view, struct field_value *ret_value)
{
	set_keepalive(view, view->detail->keep_interval_ms, ret_value);
}

void row_get_keepalive_left(const struct row_view *view, struct field_value *ret_value)
{
	set_count(view, DETAIL_HAS_KEEP_TIMES, view->detail->keep_left, ret_value);
}

void row_get_snd_wnd(const struct row_view *view, struct field_value *ret_value)
{
	set_count(view, DETAIL_HAS_SND_WND, view->detail->snd_wnd, ret_value);
}

void row_get_rcv_wnd(const struct row_view *view, struct field_value *ret_value)
{
	set_count(view, DETAIL_HAS_RCV_WND, view->detail->rcv_wnd, ret_value);
}

void row_get_zero_window(const struct row_view *view, struct field_value *ret_value)
{
	set_since(view, view->detail->window_ns, ret_value);
}

void row_get_unacked(const struct row_view *view, struct field_value *ret_value)
{
	set_count(view, DETAIL_HAS_UNACKED, view->detail->unacked, ret_value);
}

void row_get_gives_up(const struct row_view *view, struct field_value *ret_value)
{
	uint64_t end_ns = view->detail->gives_up_ns;

	if (end_ns)
		set_span(ret_value, end_ns > view->now_ns ? end_ns - view->now_ns : 0);
}

static void set_rate(uint64_t rate, struct field_value *value)
{
	value->type = VALUE_UNSIGNED;
	value->number = rate;
}

void row_get_sent_rate(const struct row_view *view, struct field_value *ret_value)
{
	if (view->rates && view->rates->known)
		set_rate(view->rates->sent_per_s, ret_value);
}

void row_get_received_rate(const struct row_view *view, struct field_value *ret_value)
{
	if (view->rates && view->rates->known)
		set_rate(view->rates->received_per_s, ret_value);
}
