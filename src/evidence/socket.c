/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A socket in SYN_SENT -> evidence, and the hooks that follow its packets. */
#include "evidence/socket.h"

#include "diagnosis/record.h"
#include "netstate/tcp_state.h"

static int read_socket(struct evidence_sources *sources, const struct flow *flow,
		       struct stall_record *ret_record)
{
	struct wire_stall_sock sock;
	int err = sources->polled
			  ? polled_find(sources->polled, flow->cookie, &sock)
			  : stall_hooks_inspect(sources->hooks, flow->sock, flow->cookie, &sock);

	if (err)
		return err;
	if (sources->recording)
		buf_put(sources->recording, &sock, sizeof(sock));
	return stall_record_decode(&sock, sizeof(sock), ret_record);
}

void socket_collect(struct evidence_sources *sources, struct attempt *attempt,
		    struct attempt_answer *answer)
{
	struct stall_record record;

	if (read_socket(sources, &attempt->flow, &record))
		return;
	answer->state = record.sock.state;
	answer->err = record.sock.err;
	if (record.sock.state != TCP_STATE_SYN_SENT)
		return;
	answer->pending = true;
	answer->news |= stall_collect(attempt->stall, &record, &sources->kernel);
	answer->socket = record.sock;
}

void socket_follow(struct evidence_sources *sources, struct attempt *attempt,
		   struct attempt_answer *answer)
{
	if (sources->polled || attempt->stall->no_syn)
		return;
	answer->refused = stall_hooks_watch(sources->hooks, &answer->socket);
	answer->followed = !answer->refused;
	if (answer->followed)
		attempt->isn = answer->socket.isn;
}

void socket_unfollow(struct evidence_sources *sources, struct attempt *attempt)
{
	if (!sources->polled)
		stall_hooks_unwatch(sources->hooks, attempt->isn);
}
