/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sockets in SYN_SENT at the start, and whose they are. */
#include "evidence/pending.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "netstate/tcp_state.h"
#include "procfs/counts.h"
#include "procfs/lines.h"
#include "procfs/net_device.h"

/* Whether this thread's network namespace has an IPv6 address of global scope. */
static bool has_global_ipv6(void)
{
	_cleanup_(lines_close) struct lines lines;
	struct interface_address6 address;
	char *line;
	size_t size;

	if (lines_open(&lines, "/proc/thread-self/net", "if_inet6"))
		return false;
	while (lines_next(&lines, &line, &size) > 0) {
		if (!net_address6_parse(line, size, &address) && !address.scope)
			return true;
	}
	return false;
}

/*
 * False: this thread's network namespace has no TCP socket, so the kernel's table of all namespaces is not
 * walked for it. "inuse" counts SYN_SENT (__inet_hash_nolisten(), inet_ehash_nolisten()).
 */
static bool may_have_sockets(void)
{
	struct socket_counts counts;

	socket_counts_read("/proc/thread-self/net", &counts);
	return !counts.known || counts.tcp;
}

int pending_read(struct evidence_sources *sources, uint32_t netns, stall_record_fn handle,
		 void *context, bool *ret_ipv6)
{
	int err = netns_switch_enter(&sources->netns, netns);

	if (err)
		return err;
	if (may_have_sockets())
		err = stall_hooks_dump(sources->hooks, 1u << TCP_STATE_SYN_SENT, NULL, handle,
				       context);
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

void pending_set_owners(struct attempts *attempts, const struct socket_owner_row *owners,
			size_t count)
{
	for (struct attempt *at = attempts_first(attempts); at; at = attempts_next(at)) {
		const struct socket_owner_row *owner =
			socket_owner_of(owners, count, at->flow.sock);

		if (owner)
			name_owner(at, owner);
	}
}

void pending_name_owners(struct evidence_sources *sources, struct attempts *attempts)
{
	_cleanup_(cleanup_free) struct socket_owner_row *owners = NULL;
	size_t count = 0, filled = 0;

	for (struct attempt *at = attempts_first(attempts); at; at = attempts_next(at))
		count++;
	if (!count)
		return;
	owners = calloc(count, sizeof(*owners));
	if (!owners)
		return;
	for (struct attempt *at = attempts_first(attempts); at; at = attempts_next(at))
		owners[filled++] = (struct socket_owner_row){
			.sock = at->flow.sock, .inode = at->stall->inode, .uid = at->flow.uid};
	socket_owner_find(sources->socket_reader, owners, count);
	pending_set_owners(attempts, owners, count);
}
