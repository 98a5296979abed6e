/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every network namespace -> records of its listeners. */
#include "commands/stalls_listing.h"

#include <string.h>

#include "diagnosis/record.h"
#include "netstate/tcp_state.h"

struct listing {
	stall_record_fn handle;
	void *context;
	bool half_open; /* one of the namespace being read has some */
};

static void pass_on(void *context, const void *bytes, size_t size)
{
	struct listing *listing = context;
	struct stall_record record;

	if (!stall_record_decode(bytes, size, &record) &&
	    record.head.kind == WIRE_KIND_STALL_LISTENER)
		listing->half_open |= record.listener.half_open != 0;
	listing->handle(listing->context, bytes, size);
}

/* The half-open ones lie among all connections: they are looked for where listeners have some. */
static void read_space(struct stall_hooks *hooks, struct listing *listing)
{
	listing->half_open = false;
	stall_hooks_dump(hooks, 1u << TCP_STATE_LISTEN, NULL, pass_on, listing);
	if (listing->half_open)
		stall_hooks_dump(hooks, 1u << TCP_STATE_NEW_SYN_RECV, NULL, pass_on, listing);
}

/* Whether it could be read, or is gone by now. */
static bool on_space(struct evidence_sources *evidence, uint32_t inode, struct listing *listing)
{
	int err = netns_switch_enter(&evidence->netns, inode);

	if (err)
		return namespace_is_gone(err);
	read_space(evidence->hooks, listing);
	netns_switch_leave(&evidence->netns);
	return true;
}

void stalls_listing_read(struct evidence_sources *evidence, stall_record_fn handle, void *context,
			 struct netns_left_out *ret_left)
{
	struct netns_switch *netns = &evidence->netns;
	struct listing listing = {.handle = handle, .context = context};
	struct namespaces unread = {};

	netns_switch_refresh(netns);
	for (size_t i = 0; i < netns->spaces.count; i++) {
		if (!on_space(evidence, netns->spaces.list[i].inode, &listing))
			namespaces_add(&unread, &netns->spaces.list[i]);
	}
	*ret_left = (struct netns_left_out){.limit = NAMESPACES_MAX,
					    .unread = unread.count,
					    .beyond = netns->spaces.beyond_count};
	namespaces_release(&unread);
}

static void send_record(void *context, const void *bytes, size_t size)
{
	struct helper_answer *answer = context;

	if (size > HELPER_DATA_SIZE)
		return;
	if (answer->size + size > HELPER_DATA_SIZE) {
		helper_part(answer);
		answer->size = 0;
	}
	memcpy(answer->data + answer->size, bytes, size);
	answer->size += (uint32_t)size;
}

/* The last part ends with what was left out. */
void stalls_listing_send(struct evidence_sources *evidence, struct helper_answer *answer)
{
	struct netns_left_out left;

	stalls_listing_read(evidence, send_record, answer, &left);
	if (answer->size)
		helper_part(answer);
	answer->size = sizeof(left);
	memcpy(answer->data, &left, sizeof(left));
}

void stalls_listing_end(const struct helper_answer *last, struct netns_left_out *ret_left)
{
	if (last->size == sizeof(*ret_left))
		memcpy(ret_left, last->data, sizeof(*ret_left));
}

void stalls_listing_unpack(const struct helper_answer *part, stall_record_fn handle, void *context)
{
	struct wire_head head;
	size_t at = 0;

	while (part->size <= HELPER_DATA_SIZE && part->size - at >= sizeof(head)) {
		memcpy(&head, part->data + at, sizeof(head));
		if (head.size < sizeof(head) || head.size > part->size - at)
			return;
		handle(context, part->data + at, head.size);
		at += head.size;
	}
}
