/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The rules of a namespace in their order (RTM_GETRULE) -> the one that decides, as
 * fib_rules_lookup() in net/core/fib_rules.c chooses it. */
#include "netlink/rule.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/format.h"
#include "base/safe.h"
#include "netlink/ask.h"

#define MAPPED_SIZE 12 /* ::ffff: in front of an IPv4 address */
#define TIME_SHARE 20  /* refusing rules are read at most one part in so many of the time */

struct rule_search {
	const struct route_question *asked;
	uint8_t family;
	size_t size;	/* of an address */
	uint8_t action; /* FR_ACT_* */
	uint32_t table; /* of FR_ACT_TO_TBL */
	bool found, unsure;
	struct rule_answer answer;
};

/* One rule while it is read. */
struct reading {
	struct rule_search *search;
	const struct nlmsghdr *message;
	const struct fib_rule_hdr *head;
	bool matches;
	char text[RULE_TEXT_SIZE];
	size_t used;
};

static const void *attribute(const struct reading *reading, uint16_t type, size_t size)
{
	return netlink_attribute(reading->message, sizeof(*reading->head), type, size);
}

__attribute__((format(printf, 2, 3))) static void put(struct reading *reading, const char *format,
						      ...)
{
	size_t room = sizeof(reading->text) - reading->used;
	va_list arguments;
	int size;

	va_start(arguments, format);
	size = vsnprintf(reading->text + reading->used, room, format, arguments);
	va_end(arguments);
	if (size > 0)
		reading->used += (size_t)size < room ? (size_t)size : room - 1;
}

static bool covers(const uint8_t *prefix, unsigned int bits, const uint8_t *addr)
{
	unsigned int bytes = bits / 8, rest = bits % 8;
	uint8_t mask = (uint8_t)(0xff00 >> rest);

	return !memcmp(prefix, addr, bytes) &&
	       (!rest || (prefix[bytes] & mask) == (addr[bytes] & mask));
}

static void read_prefix(struct reading *reading, const char *word, uint16_t type, unsigned int bits,
			const struct endpoint *end)
{
	const struct rule_search *search = reading->search;
	const uint8_t *prefix = attribute(reading, type, search->size);
	const uint8_t *addr = end->addr + (search->family == AF_INET ? MAPPED_SIZE : 0);
	char text[FORMAT_IP6_MAX + 1];

	if (!bits)
		return;
	if (!prefix || bits > search->size * 8) {
		reading->matches = false;
		return;
	}
	*(search->family == AF_INET ? format_ip4(text, prefix) : format_ip6(text, prefix)) = '\0';
	put(reading, "%s %s/%u ", word, text, bits);
	reading->matches &= covers(prefix, bits, addr);
}

static void read_mark(struct reading *reading)
{
	const uint32_t *mark = attribute(reading, FRA_FWMARK, sizeof(*mark));
	const uint32_t *mask = attribute(reading, FRA_FWMASK, sizeof(*mask));
	uint32_t wanted = mark ? *mark : 0, bits = mask ? *mask : UINT32_MAX;

	if (!mark && !mask)
		return;
	if (bits == UINT32_MAX)
		put(reading, "fwmark 0x%x ", wanted);
	else
		put(reading, "fwmark 0x%x/0x%x ", wanted, bits);
	reading->matches &= (reading->search->asked->mark & bits) == wanted;
}

/* A device's name, as `ip link` allows it; what a terminal would read otherwise is not shown. */
static void read_device(struct reading *reading, const char *word, uint16_t type, uint32_t ifindex)
{
	size_t size;
	const char *name =
		netlink_attribute_find(reading->message, sizeof(*reading->head), type, &size);

	if (!name)
		return;
	if (!size || size > IFNAMSIZ || name[size - 1]) {
		reading->matches = false;
		return;
	}
	put(reading, "%s %s ", word, name);
	/* what this host sends comes from the loopback device */
	if (type == FRA_IIFNAME)
		reading->matches &= !strcmp(name, "lo");
	else
		reading->matches &= ifindex && if_nametoindex(name) == ifindex;
}

static void read_ports(struct reading *reading, const char *word, uint16_t type, uint16_t port)
{
	const struct fib_rule_port_range *range = attribute(reading, type, sizeof(*range));

	if (!range)
		return;
	put(reading, "%s %u-%u ", word, range->start, range->end);
	reading->matches &= port >= range->start && port <= range->end;
}

static void read_rest(struct reading *reading)
{
	const struct fib_rule_uid_range *users = attribute(reading, FRA_UID_RANGE, sizeof(*users));
	const uint8_t *protocol = attribute(reading, FRA_IP_PROTO, sizeof(*protocol));
	const struct route_question *asked = reading->search->asked;

	if (users) {
		put(reading, "uidrange %u-%u ", users->start, users->end);
		reading->matches &= asked->uid >= users->start && asked->uid <= users->end;
	}
	if (protocol && *protocol) {
		put(reading, "ipproto %u ", *protocol);
		reading->matches &= *protocol == IPPROTO_TCP;
	}
	read_ports(reading, "sport", FRA_SPORT_RANGE, asked->from.port);
	read_ports(reading, "dport", FRA_DPORT_RANGE, asked->to.port);
}

/* Selectors that a socket's question does not have. */
static bool is_strange(const struct reading *reading)
{
	static const uint16_t types[] = {FRA_TUN_ID, FRA_FLOW};
	size_t size;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (netlink_attribute_find(reading->message, sizeof(*reading->head), types[i],
					   &size))
			return true;
	}
	return reading->head->tos || reading->head->action == FR_ACT_GOTO;
}

static void read_selectors(struct reading *reading)
{
	const struct fib_rule_hdr *head = reading->head;
	const struct route_question *asked = reading->search->asked;

	if (head->flags & FIB_RULE_INVERT)
		put(reading, "not ");
	read_prefix(reading, "from", FRA_SRC, head->src_len, &asked->from);
	read_prefix(reading, "to", FRA_DST, head->dst_len, &asked->to);
	read_mark(reading);
	read_device(reading, "iif", FRA_IIFNAME, 0);
	read_device(reading, "oif", FRA_OIFNAME, asked->ifindex);
	read_rest(reading);
	if (head->flags & FIB_RULE_INVERT)
		reading->matches = !reading->matches;
	if (reading->used)
		reading->text[--reading->used] = '\0';
}

static int on_rule(void *context, const struct nlmsghdr *message)
{
	struct rule_search *search = context;
	struct reading reading = {.search = search,
				  .message = message,
				  .head = netlink_fixed(message, sizeof(*reading.head)),
				  .matches = true};
	const uint32_t *priority, *table;

	if (search->found || !reading.head || message->nlmsg_type != RTM_NEWRULE ||
	    reading.head->family != search->family)
		return 0;
	table = attribute(&reading, FRA_TABLE, sizeof(*table));
	priority = attribute(&reading, FRA_PRIORITY, sizeof(*priority));
	search->unsure |= is_strange(&reading);
	if (reading.head->action != search->action ||
	    (search->action == FR_ACT_TO_TBL &&
	     (table ? *table : reading.head->table) != search->table))
		return 0;
	read_selectors(&reading);
	if (!reading.matches)
		return 0;
	search->found = true;
	search->answer.priority = priority ? *priority : 0;
	snprintf(search->answer.text, sizeof(search->answer.text), "%s",
		 reading.used ? reading.text : "all");
	safe_name(search->answer.text, strlen(search->answer.text));
	return 0;
}

static int search_rules(struct rule_search *search)
{
	bool v4 = endpoint_is_v4(&search->asked->to);
	struct fib_rule_hdr rules = {.family = v4 ? AF_INET : AF_INET6};
	struct netlink_question netlink;

	search->family = rules.family;
	search->size = v4 ? 4 : 16;
	netlink_question_init(&netlink, RTM_GETRULE, NLM_F_DUMP, &rules, sizeof(rules));
	return netlink_ask(NETLINK_ROUTE, &netlink, on_rule, search);
}

int rule_refuses(const struct route_question *question, uint8_t action,
		 struct rule_answer *ret_answer)
{
	static uint64_t not_before_ns;
	uint64_t before_ns = clock_monotonic_ns();
	struct rule_search search = {.asked = question, .action = action};
	int err;

	if (before_ns < not_before_ns)
		return -EAGAIN;
	err = search_rules(&search);
	not_before_ns = before_ns + (clock_monotonic_ns() - before_ns) * TIME_SHARE;
	if (err || search.unsure)
		return err ? err : -EAGAIN;
	*ret_answer = search.answer;
	return search.found ? 0 : -ENOENT;
}

int rule_ask(const struct route_question *question, uint32_t table, struct rule_answer *ret_answer)
{
	struct rule_search search = {.asked = question, .action = FR_ACT_TO_TBL, .table = table};
	int err = search_rules(&search);

	if (err)
		return err;
	if (!search.found || search.unsure)
		return -ENOENT;
	*ret_answer = search.answer;
	return 0;
}
