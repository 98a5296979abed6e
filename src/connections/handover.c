/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A state event -> does a minisocket carry the connection on? The table of handover.h. Pure. */
#include "connections/handover.h"

#include "netstate/tcp_state.h"

static unsigned int by_circumstances(const struct event *event)
{
	if (event->err || event->evidence & EVENT_SEEN_RST_SENT)
		return 0;
	if (event->old_state == TCP_STATE_CLOSING)
		return TCP_STATE_TIME_WAIT;
	if (event->old_state != TCP_STATE_FIN_WAIT2)
		return 0;
	if (event->evidence & EVENT_SEEN_FIN)
		return TCP_STATE_TIME_WAIT;
	return event->evidence & EVENT_SEEN_DEAD ? TCP_STATE_FIN_WAIT2 : 0;
}

unsigned int handover_state(const struct event *event)
{
	if (event->kind != EVENT_STATE)
		return 0;
	if (event->new_state == TCP_STATE_TIME_WAIT || event->evidence & EVENT_SEEN_MINISOCKET)
		return event->evidence & EVENT_SEEN_SUBSTATE_FIN_WAIT2 ? TCP_STATE_FIN_WAIT2
								       : TCP_STATE_TIME_WAIT;
	if (event->new_state != TCP_STATE_CLOSE || event->flow.cookie)
		return 0;
	return by_circumstances(event);
}
