/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Any bytes as a netlink answer: messages and attributes stay within them. */
#include <linux/inet_diag.h>
#include <linux/rtnetlink.h>

#include "fuzz.h"
#include "netlink/conntrack.h"
#include "netlink/nft_chains.h"
#include "netlink/nft_trace.h"
#include "netlink/stream.h"

struct bounds {
	const uint8_t *begin, *end;
	uint32_t seen;
};

static void check_payload(const struct bounds *bounds, const void *payload, size_t size)
{
	if (!payload)
		return;
	FUZZ_CHECK((const uint8_t *)payload >= bounds->begin &&
		   size <= (size_t)(bounds->end - (const uint8_t *)payload));
	free(memcpy(malloc(size ? size : 1), payload,
		    size)); /* the sanitizer sees each byte read */
}

static int take(void *context, const struct nlmsghdr *message)
{
	static const size_t fixed[] = {0, sizeof(struct rtmsg), sizeof(struct inet_diag_msg)};
	struct bounds *bounds = context;

	check_payload(bounds, message, message->nlmsg_len);
	for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++) {
		check_payload(bounds, netlink_fixed(message, fixed[i]), fixed[i]);
		for (uint16_t type = 0; type < 16; type++) {
			size_t size = 0;
			const void *found = netlink_attribute_find(message, fixed[i], type, &size);

			check_payload(bounds, found, size);
			check_payload(bounds, netlink_attribute(message, fixed[i], type, 4), 4);
		}
	}
	conntrack_entry_parse(message, &(struct conntrack_entry){});
	nft_chain_is_before_tracking(message);
	nft_trace_parse(message, &(struct nft_trace_event){});
	bounds->seen++;
	return message->nlmsg_type == UINT16_MAX ? -1 : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t choice = fuzz_choice(&data, &size);
	struct netlink_stream stream = {.seq = choice >> 1 & 1, .dump = choice & 1};
	uint8_t *copy = malloc(size ? size : 1);
	struct bounds bounds = {copy, copy + size, 0};
	int more;

	if (!copy)
		return 0;
	memcpy(copy, data, size);
	more = netlink_stream_read(&stream, copy, size, take, &bounds);
	FUZZ_CHECK(more <= NETLINK_MORE);
	FUZZ_CHECK(stream.dump || bounds.seen <= 1);
	free(copy);
	return 0;
}
