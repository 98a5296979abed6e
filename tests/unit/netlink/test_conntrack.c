/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* ctnetlink messages -> entries; damaged ones and those of other protocols are none. */
#include <arpa/inet.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "netlink/ask.h"
#include "netlink/conntrack.h"
#include "unit/unit.h"

#define NEW (NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW)

static void put_tuple(struct netlink_question *message, uint16_t type, const uint8_t ends[2],
		      const uint16_t ports[2], uint8_t protocol)
{
	struct netlink_nest ip = {}, proto = {}, tuple = {};

	for (uint16_t i = 0; i < 2; i++) {
		uint8_t address[4] = {10, 0, 0, ends[i]};
		uint16_t port = htons(ports[i]);

		netlink_nest_add(&ip, (uint16_t)(CTA_IP_V4_SRC + i), address, sizeof(address));
		netlink_nest_add(&proto, (uint16_t)(CTA_PROTO_SRC_PORT + i), &port, sizeof(port));
	}
	netlink_nest_add(&proto, CTA_PROTO_NUM, &protocol, sizeof(protocol));
	netlink_nest_add(&tuple, CTA_TUPLE_IP | NLA_F_NESTED, ip.bytes, ip.size);
	netlink_nest_add(&tuple, CTA_TUPLE_PROTO | NLA_F_NESTED, proto.bytes, proto.size);
	netlink_question_add(message, type | NLA_F_NESTED, tuple.bytes, tuple.size);
}

/* 10.0.0.1:4000 -> 10.0.0.7:80, which leaves as 10.0.0.9:5000 -> 10.0.0.2:8080 */
static struct netlink_question entry_message(uint8_t protocol, uint32_t status)
{
	const struct nfgenmsg head = {.nfgen_family = AF_INET};
	struct netlink_question message;

	netlink_question_init(&message, NEW, 0, &head, sizeof(head));
	put_tuple(&message, CTA_TUPLE_ORIG, (uint8_t[]){1, 7}, (uint16_t[]){4000, 80}, protocol);
	put_tuple(&message, CTA_TUPLE_REPLY, (uint8_t[]){2, 9}, (uint16_t[]){8080, 5000}, protocol);
	status = htonl(status);
	netlink_question_add(&message, CTA_STATUS, &status, sizeof(status));
	return message;
}

static void is_end(const struct endpoint *end, uint8_t address, uint16_t port)
{
	assert_true(endpoint_is_v4(end));
	assert_int_equal(end->addr[15], address);
	assert_int_equal(end->port, port);
}

static void an_entry_tells_both_directions(void **state)
{
	struct netlink_question message = entry_message(IPPROTO_TCP, IPS_CONFIRMED);
	struct conntrack_entry entry;

	assert_true(conntrack_entry_parse(&message.head, &entry));
	is_end(&entry.from, 1, 4000);
	is_end(&entry.to, 7, 80);
	is_end(&entry.nat_from, 9, 5000);
	is_end(&entry.nat_to, 2, 8080);
	assert_false(entry.replied);
	message = entry_message(IPPROTO_TCP, IPS_CONFIRMED | IPS_SEEN_REPLY);
	assert_true(conntrack_entry_parse(&message.head, &entry));
	assert_true(entry.replied);
}

static void other_protocols_are_none(void **state)
{
	struct netlink_question message = entry_message(IPPROTO_UDP, 0);
	struct conntrack_entry entry;

	assert_false(conntrack_entry_parse(&message.head, &entry));
	message = entry_message(IPPROTO_TCP, 0);
	message.head.nlmsg_type++;
	assert_false(conntrack_entry_parse(&message.head, &entry));
}

/* On the heap at its very size, so that the sanitizer sees a step beyond it. */
static void a_message_that_is_cut_off_is_none(void **state)
{
	const struct netlink_question whole = entry_message(IPPROTO_TCP, 0);

	for (uint32_t size = sizeof(whole.head); size < whole.head.nlmsg_len - NLA_HDRLEN - 4;
	     size++) {
		struct nlmsghdr *part = malloc(size);
		struct conntrack_entry entry;

		assert_non_null(part);
		memcpy(part, &whole, size);
		part->nlmsg_len = size;
		assert_false(conntrack_entry_parse(part, &entry));
		free(part);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_tells_both_directions),
		cmocka_unit_test(other_protocols_are_none),
		cmocka_unit_test(a_message_that_is_cut_off_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
