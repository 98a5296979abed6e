/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The colours of a line of text. Pure. */
#include "view/color.h"

#include <errno.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "netstate/tcp_state.h"
#include "view/field.h"

#define RED "\033[31m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define BLUE "\033[34m"
#define MAGENTA "\033[35m"
#define CYAN "\033[36m"
#define GREY "\033[90m"

static const char *const states[TCP_STATE_MAX] = {
	[TCP_STATE_ESTABLISHED] = GREEN, [TCP_STATE_SYN_SENT] = YELLOW,
	[TCP_STATE_SYN_RECV] = YELLOW,	 [TCP_STATE_FIN_WAIT1] = CYAN,
	[TCP_STATE_FIN_WAIT2] = CYAN,	 [TCP_STATE_TIME_WAIT] = CYAN,
	[TCP_STATE_CLOSE] = GREY,	 [TCP_STATE_CLOSE_WAIT] = MAGENTA,
	[TCP_STATE_LAST_ACK] = MAGENTA,	 [TCP_STATE_LISTEN] = BLUE,
	[TCP_STATE_CLOSING] = CYAN,	 [TCP_STATE_NEW_SYN_RECV] = YELLOW,
};

/* The same for a state on its own. */
static const char *color_of_state(unsigned int state)
{
	return state < ARRAY_SIZE(states) ? states[state] : NULL;
}

/* A call that goes on has not failed. */
static const char *color_of_error(const struct event *event)
{
	return event->err == EINPROGRESS ? YELLOW : RED;
}

const char *color_of(unsigned int field, const struct event *event)
{
	if (field == FIELD_NOTE)
		return event->err ? color_of_error(event) : NULL;
	if (field == FIELD_FROM)
		return event->kind == EVENT_STATE ? color_of_state(event->old_state) : NULL;
	if (field != FIELD_TO)
		return NULL;
	if (event->kind == EVENT_STATE)
		return color_of_state(event->new_state);
	return event->err ? color_of_error(event) : GREEN;
}
