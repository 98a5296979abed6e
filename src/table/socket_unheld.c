/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sockets without a holder -> those that have none indeed. */
#include "table/socket_unheld.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "procfs/socket_holders.h"

static int compare(const void *a, const void *b)
{
	const struct unheld_one *left = a, *right = b;

	return (left->inode > right->inode) - (left->inode < right->inode);
}

static bool is_unheld(const struct listed_socket *socket)
{
	return socket->row.flags & CONNECTION_UNHELD && socket->detail.inode;
}

int socket_unheld_init(struct socket_unheld *unheld, struct socket_list *list)
{
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++)
		count += is_unheld(&list->list[i]);
	unheld->list = calloc(count + 1, sizeof(*unheld->list));
	if (!unheld->list)
		return -ENOMEM;
	for (size_t i = 0; i < list->count; i++) {
		if (is_unheld(&list->list[i]))
			unheld->list[unheld->count++] = (struct unheld_one){
				.inode = list->list[i].detail.inode, .socket = &list->list[i]};
	}
	qsort(unheld->list, unheld->count, sizeof(*unheld->list), compare);
	return 0;
}

void socket_unheld_release(struct socket_unheld *unheld)
{
	free(unheld->list);
	*unheld = (struct socket_unheld){};
}

static struct unheld_one *find(struct socket_unheld *unheld, uint64_t inode)
{
	const struct unheld_one key = {.inode = inode};

	return bsearch(&key, unheld->list, unheld->count, sizeof(key), compare);
}

void socket_unheld_confirm(struct socket_unheld *unheld, uint64_t inode)
{
	struct unheld_one *one = find(unheld, inode);

	if (one)
		one->alive = true;
}

/* socket_holder_fn */
static void on_holder(void *context, uint64_t inode, uint32_t pid)
{
	struct unheld_one *one = find(context, inode);

	if (one)
		one->held = true;
}

int socket_unheld_settle(struct socket_unheld *unheld, struct socket_list *list)
{
	_cleanup_(cleanup_free) uint64_t *inodes = calloc(unheld->count + 1, sizeof(*inodes));
	int err;

	if (!inodes)
		return -ENOMEM;
	for (size_t i = 0; i < unheld->count; i++)
		inodes[i] = unheld->list[i].inode;
	err = socket_holders_scan("/proc", inodes, unheld->count, on_holder, unheld, &list->denied);
	for (size_t i = 0; i < unheld->count; i++) {
		const struct unheld_one *one = &unheld->list[i];

		if (one->alive && !one->held && !list->denied)
			continue;
		one->socket->row.holding = HOLDING_UNKNOWN;
		one->socket->row.flags &= (uint8_t)~CONNECTION_UNHELD;
	}
	return err;
}
