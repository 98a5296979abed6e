/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sockets in SYN_SENT at the start, and whose they are. */
#include "evidence/pending.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "netstate/tcp_state.h"

/* A global address in if_inet6: "fd77..01 02 40 00 80 h0", scope 00. */
static bool has_global_ipv6(void)
{
	_cleanup_(cleanup_fclose) FILE *file = fopen("/proc/thread-self/net/if_inet6", "re");
	unsigned int scope;

	while (file && fscanf(file, "%*s %*s %*s %x %*s %*s", &scope) == 1) {
		if (!scope)
			return true;
	}
	return false;
}

int pending_read(struct evidence_sources *sources, uint32_t netns, stall_take take, void *context,
		 bool *ret_ipv6)
{
	int err = netns_switch_enter(&sources->netns, netns);

	if (err)
		return err;
	err = stall_hooks_dump(sources->hooks, 1u << TCP_STATE_SYN_SENT, NULL, take, context);
	*ret_ipv6 = has_global_ipv6();
	netns_switch_leave(&sources->netns);
	return err;
}

static void name_owner(struct attempt *attempt, const struct socket_owner_row *owner)
{
	struct flow *flow = &attempt->stall->flow;

	if (!owner->pid || flow->pid)
		return;
	flow->pid = owner->pid;
	flow->uid = owner->uid;
	flow->owner = FLOW_OWNER_SCAN;
	memcpy(flow->comm, owner->comm, sizeof(flow->comm));
	attempt->flow = *flow;
}

void pending_name_owners(struct evidence_sources *sources, struct attempts *attempts)
{
	_cleanup_(cleanup_free) struct socket_owner_row *owners = NULL;
	size_t count = 0, filled = 0;

	for (struct attempt *at = attempts_first(attempts); at; at = attempts_next(at))
		count++;
	owners = calloc(count, sizeof(*owners));
	if (!owners)
		return;
	for (struct attempt *at = attempts_first(attempts); at; at = attempts_next(at))
		owners[filled++] = (struct socket_owner_row){
			.sock = at->flow.sock, .inode = at->stall->inode, .uid = at->flow.uid};
	socket_owner_find(sources->lists, owners, count);
	for (struct attempt *at = attempts_first(attempts); at; at = attempts_next(at))
		name_owner(at, socket_owner_of(owners, count, at->flow.sock));
}
