/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* struct who_socket -> text or one JSON object a line. Pure. */
#ifndef VIEW_WHO_H
#define VIEW_WHO_H

#include "base/buf.h"
#include "netstate/who.h"

struct who_view {
	uint64_t now_ns;					  /* CLOCK_MONOTONIC */
	uint64_t boot_now_ns;					  /* CLOCK_BOOTTIME */
	const char *(*netns_name)(void *context, uint32_t netns); /* NULL where it has none */
	void *context;
};

/* "a listener, 2 incoming connections"; "nothing" of none. */
void who_summary(const struct who_socket *list, size_t count, struct buf *out);
/* Several lines, which end in a newline; what comes from outside is made safe for a terminal. */
void who_socket_text(const struct who_view *view, const struct who_socket *socket, struct buf *out);
void who_socket_json(const struct who_view *view, const struct who_socket *socket, struct buf *out);

#endif
