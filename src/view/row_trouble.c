/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What about a connection deserves a look first. Pure. */
#include "view/row_trouble.h"

#include "netstate/tcp_state.h"

#define HANGS_NS 1000000000ULL
#define FORGOTTEN_NS 60000000000ULL

/* Of a state whose beginning was not seen, at least since the row is known. */
static bool lasts(const struct row_view *view, uint64_t ns)
{
	return view->now_ns > view->row->since_ns && view->now_ns - view->row->since_ns >= ns;
}

enum row_trouble row_trouble_of(const struct row_view *view)
{
	const struct connection *row = view->row;
	bool queues = row->flags & CONNECTION_QUEUES;

	switch (row->state) {
	case TCP_STATE_LISTEN:
		return queues && row->send_queue && row->recv_queue > row->send_queue
			       ? ROW_TROUBLE_QUEUE_FULL
			       : ROW_TROUBLE_NONE;
	case TCP_STATE_SYN_SENT:
		return row->retries || lasts(view, HANGS_NS) ? ROW_TROUBLE_HANGS : ROW_TROUBLE_NONE;
	case TCP_STATE_ESTABLISHED:
	case TCP_STATE_FIN_WAIT1:
	case TCP_STATE_CLOSING:
	case TCP_STATE_LAST_ACK:
		return row->retries && !(row->flags & CONNECTION_MINISOCKET)
			       ? ROW_TROUBLE_RETRANSMITS
			       : ROW_TROUBLE_NONE;
	case TCP_STATE_CLOSE_WAIT:
		return row->retries		   ? ROW_TROUBLE_RETRANSMITS
		       : lasts(view, FORGOTTEN_NS) ? ROW_TROUBLE_CLOSE_WAIT
						   : ROW_TROUBLE_NONE;
	default:
		return ROW_TROUBLE_NONE;
	}
}

const char *row_trouble_name(enum row_trouble trouble)
{
	static const char *const names[ROW_TROUBLE_MAX] = {
		[ROW_TROUBLE_CLOSE_WAIT] = "not closed",
		[ROW_TROUBLE_RETRANSMITS] = "retransmits",
		[ROW_TROUBLE_HANGS] = "hangs",
		[ROW_TROUBLE_QUEUE_FULL] = "queue full",
	};

	return trouble < ROW_TROUBLE_MAX ? names[trouble] : NULL;
}
