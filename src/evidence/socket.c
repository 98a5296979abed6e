/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A socket in SYN_SENT -> evidence, and the hooks that follow its packets. */
#include "evidence/socket.h"

#include "diagnosis/record.h"
#include "netstate/tcp_state.h"

int socket_read(struct evidence_sources *sources, uint64_t sock, uint64_t cookie,
		struct wire_stall_sock *ret_sock)
{
	return sources->polled ? polled_find(sources->polled, cookie, ret_sock)
			       : stall_hooks_inspect(sources->hooks, sock, cookie, ret_sock);
}

void socket_report(struct evidence_sources *sources, const struct wire_stall_sock *sock,
		   struct attempt_answer *answer)
{
	struct stall_record record;

	if (sources->recording)
		buf_put(sources->recording, sock, sizeof(*sock));
	if (stall_record_decode(sock, sizeof(*sock), &record))
		return;
	answer->state = record.sock.state;
	answer->err = record.sock.err;
	if (record.sock.state != TCP_STATE_SYN_SENT)
		return;
	answer->pending = true;
	answer->socket = record.sock;
}

int socket_follow(struct evidence_sources *sources, const struct wire_stall_sock *sock)
{
	return stall_hooks_watch(sources->hooks, sock);
}

void socket_unfollow(struct evidence_sources *sources, uint32_t isn)
{
	if (!sources->polled)
		stall_hooks_unwatch(sources->hooks, isn);
}
