/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Connection tracking: its size and counters, its entries. */
#include "netlink/conntrack.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "netlink/ask.h"

#define TYPE(message) ((NFNL_SUBSYS_CTNETLINK << 8) | IPCTNL_MSG_CT_##message)
#define HEAD sizeof(struct nfgenmsg)
#define MAPPED_SIZE 12 /* ::ffff: in front of an IPv4 address */
/* The sysctl of a kernel that tracks connections. Without it a question would load the module. */
#define COUNT_FILE "/proc/sys/net/netfilter/nf_conntrack_count"

static bool tracks(void)
{
	return !access(COUNT_FILE, F_OK);
}

/* ---------------------------------------------------------------- counters */

/* The old ones are left out by newer kernels, a counter that is not there is 0. */
static uint32_t number(const struct nlmsghdr *message, uint16_t type)
{
	const uint32_t *value = netlink_attribute(message, HEAD, type, sizeof(*value));

	return value ? ntohl(*value) : 0;
}

static int on_processor(void *context, const struct nlmsghdr *message)
{
	struct conntrack_counts *counts = context;

	if (message->nlmsg_type != TYPE(GET_STATS_CPU))
		return -EPROTO;
	counts->drop += number(message, CTA_STATS_DROP);
	counts->early_drop += number(message, CTA_STATS_EARLY_DROP);
	counts->insert_failed += number(message, CTA_STATS_INSERT_FAILED);
	counts->invalid += number(message, CTA_STATS_INVALID);
	return 0;
}

static int on_size(void *context, const struct nlmsghdr *message)
{
	struct conntrack_counts *counts = context;

	if (message->nlmsg_type != TYPE(GET_STATS))
		return -EPROTO;
	counts->entries = number(message, CTA_STATS_GLOBAL_ENTRIES);
	counts->max = number(message, CTA_STATS_GLOBAL_MAX_ENTRIES);
	return 0;
}

int conntrack_counts_ask(struct conntrack_counts *ret_counts)
{
	const struct nfgenmsg asked = {.nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0};
	struct conntrack_counts counts = {};
	struct netlink_reader reader = {.handle = on_processor, .context = &counts};
	struct netlink_question question;
	_cleanup_(cleanup_close) int fd = -1;
	int err;

	if (!tracks())
		return -ENOENT;
	fd = netlink_open(NETLINK_NETFILTER);
	if (fd < 0)
		return fd;
	netlink_question_init(&question, TYPE(GET_STATS_CPU), NLM_F_DUMP, &asked, sizeof(asked));
	err = netlink_exchange(fd, &question, &reader);
	if (err)
		return err;
	reader.handle = on_size;
	netlink_question_init(&question, TYPE(GET_STATS), 0, &asked, sizeof(asked));
	err = netlink_exchange(fd, &question, &reader);
	if (!err)
		*ret_counts = counts;
	return err;
}

/* ---------------------------------------------------------------- questions */

static void put_address(struct netlink_nest *to, uint16_t v4, uint16_t v6,
			const struct endpoint *end)
{
	if (endpoint_is_v4(end))
		netlink_nest_add(to, v4, end->addr + MAPPED_SIZE, 4);
	else
		netlink_nest_add(to, v6, end->addr, sizeof(end->addr));
}

/* NULL: not part of the question. */
static void put_tuple(struct netlink_question *question, uint16_t type, const struct endpoint *from,
		      const struct endpoint *to, bool with_source_port)
{
	struct netlink_nest ip = {}, proto = {}, tuple = {};
	uint8_t tcp = IPPROTO_TCP;
	uint16_t port;

	if (from)
		put_address(&ip, CTA_IP_V4_SRC, CTA_IP_V6_SRC, from);
	if (to)
		put_address(&ip, CTA_IP_V4_DST, CTA_IP_V6_DST, to);
	netlink_nest_add(&proto, CTA_PROTO_NUM, &tcp, sizeof(tcp));
	port = htons(from ? from->port : 0);
	if (with_source_port)
		netlink_nest_add(&proto, CTA_PROTO_SRC_PORT, &port, sizeof(port));
	port = htons(to ? to->port : 0);
	if (to)
		netlink_nest_add(&proto, CTA_PROTO_DST_PORT, &port, sizeof(port));
	netlink_nest_add(&tuple, CTA_TUPLE_IP | NLA_F_NESTED, ip.bytes, ip.size);
	netlink_nest_add(&tuple, CTA_TUPLE_PROTO | NLA_F_NESTED, proto.bytes, proto.size);
	netlink_question_add(question, type | NLA_F_NESTED, tuple.bytes, tuple.size);
}

static uint8_t family_of(const struct endpoint *end)
{
	return endpoint_is_v4(end) ? AF_INET : AF_INET6;
}

/* ---------------------------------------------------------------- entries */

static bool parse_address(const struct netlink_part *ip, uint16_t v4, uint16_t v6,
			  struct endpoint *to)
{
	struct netlink_part part;

	if (netlink_part_find(ip, v4, 4, &part)) {
		memset(to->addr, 0, sizeof(to->addr));
		memset(to->addr + 10, 0xff, 2);
		memcpy(to->addr + MAPPED_SIZE, part.bytes, 4);
		return true;
	}
	if (!netlink_part_find(ip, v6, sizeof(to->addr), &part))
		return false;
	memcpy(to->addr, part.bytes, sizeof(to->addr));
	return true;
}

static bool parse_port(const struct netlink_part *proto, uint16_t type, struct endpoint *to)
{
	struct netlink_part part;
	uint16_t port;

	if (!netlink_part_find(proto, type, sizeof(port), &part))
		return false;
	memcpy(&port, part.bytes, sizeof(port));
	to->port = ntohs(port);
	return true;
}

static bool parse_tuple(const struct nlmsghdr *message, uint16_t type, struct endpoint *from,
			struct endpoint *to)
{
	struct netlink_part tuple, ip, proto, protocol;

	return netlink_part_of(message, HEAD, type, &tuple) &&
	       netlink_part_find(&tuple, CTA_TUPLE_IP, 0, &ip) &&
	       netlink_part_find(&tuple, CTA_TUPLE_PROTO, 0, &proto) &&
	       netlink_part_find(&proto, CTA_PROTO_NUM, 1, &protocol) &&
	       *(const uint8_t *)protocol.bytes == IPPROTO_TCP &&
	       parse_address(&ip, CTA_IP_V4_SRC, CTA_IP_V6_SRC, from) &&
	       parse_address(&ip, CTA_IP_V4_DST, CTA_IP_V6_DST, to) &&
	       parse_port(&proto, CTA_PROTO_SRC_PORT, from) &&
	       parse_port(&proto, CTA_PROTO_DST_PORT, to);
}

static uint64_t parse_start(const struct nlmsghdr *message)
{
	struct netlink_part stamp, start;
	uint64_t ns;

	if (!netlink_part_of(message, HEAD, CTA_TIMESTAMP, &stamp) ||
	    !netlink_part_find(&stamp, CTA_TIMESTAMP_START, sizeof(ns), &start))
		return 0;
	memcpy(&ns, start.bytes, sizeof(ns));
	return be64toh(ns);
}

/* Answers come from where the packets went in the end, to where they came from in the end. */
bool conntrack_entry_parse(const struct nlmsghdr *message, struct conntrack_entry *ret_entry)
{
	struct conntrack_entry entry = {};

	if (message->nlmsg_type != TYPE(NEW) ||
	    !parse_tuple(message, CTA_TUPLE_ORIG, &entry.from, &entry.to) ||
	    !parse_tuple(message, CTA_TUPLE_REPLY, &entry.nat_to, &entry.nat_from))
		return false;
	entry.replied = number(message, CTA_STATUS) & IPS_SEEN_REPLY;
	entry.start_ns = parse_start(message);
	*ret_entry = entry;
	return true;
}

static int on_entry(void *context, const struct nlmsghdr *message)
{
	return conntrack_entry_parse(message, context) ? 0 : -EPROTO;
}

int conntrack_entry_ask(const struct endpoint *from, const struct endpoint *to,
			struct conntrack_entry *ret_entry)
{
	const struct nfgenmsg asked = {.nfgen_family = family_of(to), .version = NFNETLINK_V0};
	struct netlink_question question;
	struct conntrack_entry entry;
	int err;

	if (!tracks())
		return -ENOENT;
	netlink_question_init(&question, TYPE(GET), 0, &asked, sizeof(asked));
	put_tuple(&question, CTA_TUPLE_ORIG, from, to, true);
	err = netlink_ask(NETLINK_NETFILTER, &question, on_entry, &entry);
	if (!err)
		*ret_entry = entry;
	return err;
}

struct collector {
	const struct endpoint *from, *to;
	conntrack_entry_fn handle;
	void *context;
};

static bool same_address(const struct endpoint *one, const struct endpoint *other)
{
	return !memcmp(one->addr, other->addr, sizeof(one->addr));
}

/* Kernels before 5.8 do not filter. */
static int on_wanted(void *context, const struct nlmsghdr *message)
{
	const struct collector *collector = context;
	struct conntrack_entry entry;

	if (!conntrack_entry_parse(message, &entry))
		return 0;
	if (collector->from && !same_address(collector->from, &entry.from))
		return 0;
	if (collector->to &&
	    (!same_address(collector->to, &entry.to) || collector->to->port != entry.to.port))
		return 0;
	return collector->handle(collector->context, &entry);
}

/* enum in net/netfilter/nf_conntrack_netlink.c: which fields of the original tuple must agree. */
#define FILTER_SRC_IP (1u << 0)
#define FILTER_DST_IP (1u << 1)
#define FILTER_PROTO_NUM (1u << 3)
#define FILTER_DST_PORT (1u << 5)

static void put_filter(struct netlink_question *question, const struct endpoint *from,
		       const struct endpoint *to)
{
	uint32_t fields = FILTER_PROTO_NUM | (from ? FILTER_SRC_IP : 0) |
			  (to ? FILTER_DST_IP | FILTER_DST_PORT : 0);
	struct netlink_nest filter = {};

	netlink_nest_add(&filter, CTA_FILTER_ORIG_FLAGS, &fields, sizeof(fields));
	put_tuple(question, CTA_TUPLE_ORIG, from, to, false);
	netlink_question_add(question, CTA_FILTER | NLA_F_NESTED, filter.bytes, filter.size);
}

int conntrack_entries_ask(const struct endpoint *from, const struct endpoint *to,
			  conntrack_entry_fn handle, void *context)
{
	struct nfgenmsg asked = {.nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0};
	struct collector collector = {.from = from, .to = to, .handle = handle, .context = context};
	struct netlink_question question;

	if (!tracks())
		return 0;
	if (from || to)
		asked.nfgen_family = family_of(from ? from : to);
	netlink_question_init(&question, TYPE(GET), NLM_F_DUMP, &asked, sizeof(asked));
	if (from || to)
		put_filter(&question, from, to);
	return netlink_ask(NETLINK_NETFILTER, &question, on_wanted, &collector);
}
