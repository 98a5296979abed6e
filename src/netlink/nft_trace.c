/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A table that sets nftrace for one packet, and the events of its trace. */
#include "netlink/nft_trace.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <limits.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter_bridge.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "netlink/ask.h"
#include "netlink/link.h"
#include "netlink/nft_batch.h"
#include "netlink/nft_presence.h"

#define HEAD sizeof(struct nfgenmsg)
#define MAPPED_SIZE 12	    /* ::ffff: in front of an IPv4 address */
#define DATAGRAM_SIZE 16384 /* one event each */
#define DATAGRAMS_MAX 4096  /* of one reading: others may trace a flood in the same namespace */
#define FIRST_PRIORITY INT_MIN
/* Offsets in the TCP header, RFC 9293 3.1 */
#define AT_PORTS 0
#define AT_SEQ 4
#define AT_ACK 8

/* ---------------------------------------------------------------- expressions */

static size_t begin_expression(struct nft_batch *batch, const char *name, size_t *ret_data)
{
	size_t element = nft_batch_nest(batch, NFTA_LIST_ELEM);

	nft_batch_put_text(batch, NFTA_EXPR_NAME, name);
	*ret_data = nft_batch_nest(batch, NFTA_EXPR_DATA);
	return element;
}

static void end_expression(struct nft_batch *batch, size_t element, size_t data)
{
	nft_batch_nest_end(batch, data);
	nft_batch_nest_end(batch, element);
}

static void put_value(struct nft_batch *batch, uint16_t attribute, const void *value, size_t size)
{
	size_t nest = nft_batch_nest(batch, attribute);

	nft_batch_put(batch, NFTA_DATA_VALUE, value, size);
	nft_batch_nest_end(batch, nest);
}

static void put_equals(struct nft_batch *batch, const void *value, size_t size)
{
	size_t data, element = begin_expression(batch, "cmp", &data);

	nft_batch_put_u32(batch, NFTA_CMP_SREG, NFT_REG_1);
	nft_batch_put_u32(batch, NFTA_CMP_OP, NFT_CMP_EQ);
	put_value(batch, NFTA_CMP_DATA, value, size);
	end_expression(batch, element, data);
}

static void put_bytes(struct nft_batch *batch, uint32_t base, uint32_t at, const void *value,
		      uint32_t size)
{
	size_t data, element = begin_expression(batch, "payload", &data);

	nft_batch_put_u32(batch, NFTA_PAYLOAD_DREG, NFT_REG_1);
	nft_batch_put_u32(batch, NFTA_PAYLOAD_BASE, base);
	nft_batch_put_u32(batch, NFTA_PAYLOAD_OFFSET, at);
	nft_batch_put_u32(batch, NFTA_PAYLOAD_LEN, size);
	end_expression(batch, element, data);
	put_equals(batch, value, size);
}

static void put_tcp(struct nft_batch *batch)
{
	const uint8_t tcp = IPPROTO_TCP;
	size_t data, element = begin_expression(batch, "meta", &data);

	nft_batch_put_u32(batch, NFTA_META_DREG, NFT_REG_1);
	nft_batch_put_u32(batch, NFTA_META_KEY, NFT_META_L4PROTO);
	end_expression(batch, element, data);
	put_equals(batch, &tcp, sizeof(tcp));
}

static void put_addresses(struct nft_batch *batch, const struct nft_trace_packet *packet)
{
	/* struct iphdr, struct ipv6hdr */
	uint32_t at = packet->v6 ? 8 : 12, size = packet->v6 ? 16 : 4;
	size_t skip = packet->v6 ? 0 : MAPPED_SIZE;
	const uint16_t ports[] = {htons(packet->from.port), htons(packet->to.port)};

	put_bytes(batch, NFT_PAYLOAD_NETWORK_HEADER, at, packet->from.addr + skip, size);
	put_bytes(batch, NFT_PAYLOAD_NETWORK_HEADER, at + size, packet->to.addr + skip, size);
	put_bytes(batch, NFT_PAYLOAD_TRANSPORT_HEADER, AT_PORTS, ports, sizeof(ports));
}

static void put_nftrace(struct nft_batch *batch)
{
	const uint8_t on = 1;
	size_t data, element = begin_expression(batch, "immediate", &data);

	nft_batch_put_u32(batch, NFTA_IMMEDIATE_DREG, NFT_REG_1);
	put_value(batch, NFTA_IMMEDIATE_DATA, &on, sizeof(on));
	end_expression(batch, element, data);
	element = begin_expression(batch, "meta", &data);
	nft_batch_put_u32(batch, NFTA_META_KEY, NFT_META_NFTRACE);
	nft_batch_put_u32(batch, NFTA_META_SREG, NFT_REG_1);
	end_expression(batch, element, data);
}

/* ---------------------------------------------------------------- the table */

/* `device`: of a chain of family netdev; else NULL. */
static void put_chain(struct nft_batch *batch, uint8_t family, const char *table, const char *name,
		      uint32_t hook, const char *device)
{
	size_t nest;

	nft_batch_message(batch, NFT_MSG_NEWCHAIN, NLM_F_CREATE | NLM_F_EXCL, family);
	nft_batch_put_text(batch, NFTA_CHAIN_TABLE, table);
	nft_batch_put_text(batch, NFTA_CHAIN_NAME, name);
	nest = nft_batch_nest(batch, NFTA_CHAIN_HOOK);
	nft_batch_put_u32(batch, NFTA_HOOK_HOOKNUM, hook);
	nft_batch_put_u32(batch, NFTA_HOOK_PRIORITY, (uint32_t)FIRST_PRIORITY);
	if (device)
		nft_batch_put_text(batch, NFTA_HOOK_DEV, device);
	nft_batch_nest_end(batch, nest);
	nft_batch_put_u32(batch, NFTA_CHAIN_POLICY, NF_ACCEPT);
	nft_batch_put_text(batch, NFTA_CHAIN_TYPE, "filter");
}

static void put_rule(struct nft_batch *batch, uint8_t family, const char *table, const char *chain,
		     const struct nft_trace_packet *packet)
{
	const uint32_t number = htonl(packet->answer ? packet->isn + 1 : packet->isn);
	size_t nest;

	nft_batch_message(batch, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, family);
	nft_batch_put_text(batch, NFTA_RULE_TABLE, table);
	nft_batch_put_text(batch, NFTA_RULE_CHAIN, chain);
	nest = nft_batch_nest(batch, NFTA_RULE_EXPRESSIONS);
	put_tcp(batch);
	put_bytes(batch, NFT_PAYLOAD_TRANSPORT_HEADER, packet->answer ? AT_ACK : AT_SEQ, &number,
		  sizeof(number));
	if (packet->from.port && packet->to.port)
		put_addresses(batch, packet);
	put_nftrace(batch);
	nft_batch_nest_end(batch, nest);
}

static void put_table(struct nft_batch *batch, uint8_t family, const char *table)
{
	nft_batch_message(batch, NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_EXCL, family);
	nft_batch_put_text(batch, NFTA_TABLE_NAME, table);
	nft_batch_put_u32(batch, NFTA_TABLE_FLAGS, NFT_TABLE_F_OWNER);
}

static int add_table(int fd, uint8_t family, const char *table,
		     const struct nft_trace_packet *packet)
{
	static const struct {
		const char *name;
		uint32_t inet, bridge;
	} hooks[] = {
		{"arriving", NF_INET_PRE_ROUTING, NF_BR_PRE_ROUTING},
		{"sent", NF_INET_LOCAL_OUT, NF_BR_LOCAL_OUT},
	};
	struct nft_batch batch;
	int err;

	nft_batch_begin(&batch);
	put_table(&batch, family, table);
	for (size_t i = 0; i < ARRAY_SIZE(hooks); i++) {
		put_chain(&batch, family, table, hooks[i].name,
			  family == NFPROTO_BRIDGE ? hooks[i].bridge : hooks[i].inet, NULL);
		put_rule(&batch, family, table, hooks[i].name, packet);
	}
	err = nft_batch_commit(&batch, fd);
	nft_batch_release(&batch);
	return err;
}

#define NETDEV_INGRESS 0
#define NETDEV_EGRESS 1 /* from Linux 5.16 on */

/* What the device's own chains do with it, before the first hook of other families and behind their last. */
static void add_device_tables(int fd, const char *table, const struct nft_trace_packet *packet)
{
	static const struct {
		const char *suffix;
		uint32_t hook;
	} hooks[] = {{"i", NETDEV_INGRESS}, {"e", NETDEV_EGRESS}};
	struct link_answer device = {};

	if (!packet->ifindex || link_ask(packet->ifindex, &device) || !device.name[0])
		return;
	/* a table each: where the kernel has no egress hook it refuses all of a batch */
	for (size_t i = 0; i < ARRAY_SIZE(hooks); i++) {
		struct nft_batch batch;
		char name[40];

		snprintf(name, sizeof(name), "%s%s", table, hooks[i].suffix);
		nft_batch_begin(&batch);
		put_table(&batch, NFPROTO_NETDEV, name);
		put_chain(&batch, NFPROTO_NETDEV, name, "device", hooks[i].hook, device.name);
		put_rule(&batch, NFPROTO_NETDEV, name, "device", packet);
		nft_batch_commit(&batch, fd);
		nft_batch_release(&batch);
	}
}

static int listen_to_traces(void)
{
	const int group = NFNLGRP_NFTRACE;
	int fd = netlink_open(NETLINK_NETFILTER);

	if (fd >= 0 && setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group))) {
		int err = -errno;

		close(fd);
		return err;
	}
	return fd;
}

int nft_trace_open(const struct nft_trace_packet *packet, unsigned int number,
		   struct nft_trace *ret_trace)
{
	struct nft_trace trace = {.events_fd = -1};
	int err = nft_presence();

	if (err)
		return err;
	snprintf(trace.table, sizeof(trace.table), NFT_TRACE_PREFIX "%u_%u", (unsigned int)getpid(),
		 number);
	trace.owner_fd = netlink_open(NETLINK_NETFILTER);
	if (trace.owner_fd < 0)
		return trace.owner_fd;
	trace.events_fd = listen_to_traces();
	err = trace.events_fd < 0 ? trace.events_fd : 0;
	if (!err)
		err = add_table(trace.owner_fd, packet->v6 ? NFPROTO_IPV6 : NFPROTO_IPV4,
				trace.table, packet);
	if (err) {
		nft_trace_close(&trace);
		return err;
	}
	/* what a bridge does with it; without such tables here there is no such rule */
	add_table(trace.owner_fd, NFPROTO_BRIDGE, trace.table, packet);
	add_device_tables(trace.owner_fd, trace.table, packet);
	*ret_trace = trace;
	return 0;
}

/* Both at once: the kernel removes the tables of a socket that closes. */
void nft_trace_close(struct nft_trace *trace)
{
	cleanup_close(&trace->owner_fd);
	cleanup_close(&trace->events_fd);
	trace->owner_fd = trace->events_fd = -1;
}

/* ---------------------------------------------------------------- events */

static uint32_t number_of(const struct nlmsghdr *message, uint16_t type, uint32_t otherwise)
{
	const uint32_t *value = netlink_attribute(message, HEAD, type, sizeof(*value));

	return value ? ntohl(*value) : otherwise;
}

static bool copy_name(const struct nlmsghdr *message, uint16_t type, char name[NFT_NAME_SIZE])
{
	size_t size;
	const char *text = netlink_attribute_find(message, HEAD, type, &size);

	if (!text || !size || size > NFT_NAME_SIZE || text[size - 1])
		return false;
	memcpy(name, text, size);
	return true;
}

static uint64_t handle_of(const struct nlmsghdr *message)
{
	const void *value = netlink_attribute(message, HEAD, NFTA_TRACE_RULE_HANDLE, 8);
	uint64_t handle = 0;

	if (value)
		memcpy(&handle, value, sizeof(handle));
	return be64toh(handle);
}

static int32_t verdict_of(const struct nlmsghdr *message, int32_t otherwise)
{
	struct netlink_part nest, code;
	uint32_t value;

	if (!netlink_part_of(message, HEAD, NFTA_TRACE_VERDICT, &nest) ||
	    !netlink_part_find(&nest, NFTA_VERDICT_CODE, sizeof(value), &code))
		return otherwise;
	memcpy(&value, code.bytes, sizeof(value));
	return (int32_t)ntohl(value);
}

bool nft_trace_is_own(const struct nft_trace *trace, const struct nft_trace_event *event)
{
	size_t length = strlen(trace->table);
	const char *suffix = event->table + length;

	return !strncmp(event->table, trace->table, length) &&
	       (!suffix[0] || !strcmp(suffix, "i") || !strcmp(suffix, "e"));
}

bool nft_trace_parse(const struct nlmsghdr *message, struct nft_trace_event *ret_event)
{
	static const uint8_t types[] = {
		[NFT_TRACETYPE_POLICY] = NFT_TRACE_POLICY,
		[NFT_TRACETYPE_RETURN] = NFT_TRACE_RETURN,
		[NFT_TRACETYPE_RULE] = NFT_TRACE_RULE,
	};
	const struct nfgenmsg *general = netlink_fixed(message, sizeof(*general));
	struct nft_trace_event event = {};
	uint32_t type;

	if (message->nlmsg_type != (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_TRACE) || !general ||
	    !copy_name(message, NFTA_TRACE_TABLE, event.table) ||
	    !copy_name(message, NFTA_TRACE_CHAIN, event.chain))
		return false;
	type = number_of(message, NFTA_TRACE_TYPE, 0);
	event.type = type < ARRAY_SIZE(types) ? types[type] : NFT_TRACE_OTHER;
	event.family = general->nfgen_family;
	event.id = number_of(message, NFTA_TRACE_ID, 0);
	event.handle = handle_of(message);
	event.verdict = NFT_CONTINUE;
	if (event.type == NFT_TRACE_POLICY)
		event.verdict = (int32_t)number_of(message, NFTA_TRACE_POLICY, NF_ACCEPT);
	else
		event.verdict = verdict_of(message, NFT_CONTINUE);
	*ret_event = event;
	return true;
}

bool nft_trace_read(const struct nft_trace *trace,
		    void (*handle)(void *context, const struct nft_trace_event *event),
		    void *context)
{
	_Alignas(struct nlmsghdr) char bytes[DATAGRAM_SIZE];
	struct nft_trace_event event;
	bool whole = true;

	for (int i = 0; i < DATAGRAMS_MAX; i++) {
		const struct nlmsghdr *message = (const void *)bytes;
		ssize_t got = netlink_receive(trace->events_fd, bytes, sizeof(bytes), MSG_DONTWAIT);

		if (got == -ENOBUFS || got == -EMSGSIZE) {
			whole = false;
			continue;
		}
		if (got < 0)
			return whole;
		if ((size_t)got >= sizeof(*message) && message->nlmsg_len >= sizeof(*message) &&
		    message->nlmsg_len <= (size_t)got && nft_trace_parse(message, &event))
			handle(context, &event);
	}
	return false;
}
