/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The IPsec policies of a namespace (XFRM_MSG_GETPOLICY) -> the one that decides, as
 * xfrm_policy_lookup_bytype() in net/xfrm/xfrm_policy.c chooses it. */
#include "netlink/xfrm_policy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/xfrm.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "netlink/ask.h"

#define MAPPED_SIZE 12 /* ::ffff: in front of an IPv4 address */
/* XFRM_MSG_GETDEFAULT (Linux 5.15), and the one field of its answer that counts here. */
#define MSG_GETDEFAULT 0x28
#define DEFAULT_OUT 2
#define DEFAULT_BLOCK 1

struct policy_search {
	const struct route_question *asked;
	uint32_t ifindex;
	uint16_t family;
	size_t size; /* of an address */
	bool found, blocks;
	bool unsure; /* one may match that comes before the best that does */
	uint32_t priority;
	uint64_t unsure_priority;
};

static bool covers(const xfrm_address_t *prefix, unsigned int bits, const uint8_t *addr)
{
	const uint8_t *bytes = (const uint8_t *)prefix;
	unsigned int whole = bits / 8, rest = bits % 8;
	uint8_t mask = (uint8_t)(0xff00 >> rest);

	return !memcmp(bytes, addr, whole) &&
	       (!rest || (bytes[whole] & mask) == (addr[whole] & mask));
}

static bool has_port(uint16_t port, uint16_t value, uint16_t mask)
{
	return (htons(port) & mask) == (value & mask);
}

static const uint8_t *address_of(const struct policy_search *search, const struct endpoint *end)
{
	return end->addr + (search->family == AF_INET ? MAPPED_SIZE : 0);
}

/* What of it is known speaks for this packet. */
static bool selects(const struct policy_search *search, const struct xfrm_selector *selector)
{
	const struct route_question *asked = search->asked;
	unsigned int bits = (unsigned int)search->size * 8;

	if ((selector->family && selector->family != search->family) ||
	    selector->prefixlen_d > bits || selector->prefixlen_s > bits)
		return false;
	if (selector->proto && selector->proto != IPPROTO_TCP)
		return false;
	if (selector->ifindex && (uint32_t)selector->ifindex != search->ifindex)
		return false;
	return covers(&selector->daddr, selector->prefixlen_d, address_of(search, &asked->to)) &&
	       covers(&selector->saddr, selector->prefixlen_s, address_of(search, &asked->from)) &&
	       has_port(asked->to.port, selector->dport, selector->dport_mask) &&
	       (!asked->from.port ||
		has_port(asked->from.port, selector->sport, selector->sport_mask));
}

static bool depends_on_unknown(const struct policy_search *search,
			       const struct xfrm_selector *selector)
{
	return (selector->sport_mask && !search->asked->from.port) ||
	       (selector->ifindex && !search->ifindex);
}

/* Those of an xfrm interface are for what is sent by that. */
static bool is_of_interface(const struct nlmsghdr *message)
{
	const uint32_t *id = netlink_attribute(message, sizeof(struct xfrm_userpolicy_info),
					       XFRMA_IF_ID, sizeof(*id));

	return id && *id;
}

static bool has_mark(const struct policy_search *search, const struct nlmsghdr *message)
{
	const struct xfrm_mark *mark = netlink_attribute(
		message, sizeof(struct xfrm_userpolicy_info), XFRMA_MARK, sizeof(*mark));

	return !mark || (search->asked->mark & mark->m) == mark->v;
}

static void note_unsure(struct policy_search *search, uint32_t priority)
{
	if (!search->unsure || priority < search->unsure_priority)
		search->unsure_priority = priority;
	search->unsure = true;
}

static int on_policy(void *context, const struct nlmsghdr *message)
{
	struct policy_search *search = context;
	const struct xfrm_userpolicy_info *policy = netlink_fixed(message, sizeof(*policy));

	if (!policy || message->nlmsg_type != XFRM_MSG_NEWPOLICY ||
	    !selects(search, &policy->sel) || !has_mark(search, message) ||
	    is_of_interface(message))
		return 0;
	if (policy->dir == XFRM_POLICY_MAX + XFRM_POLICY_OUT) /* a socket's own: which one's? */
		note_unsure(search, 0);
	if (policy->dir != XFRM_POLICY_OUT)
		return 0;
	if (depends_on_unknown(search, &policy->sel)) {
		note_unsure(search, policy->priority);
		return 0;
	}
	/* of those with equal priority the oldest counts, and they may come in any order here */
	if (search->found && search->priority == policy->priority &&
	    search->blocks != (policy->action == XFRM_POLICY_BLOCK))
		note_unsure(search, policy->priority);
	if (search->found && search->priority <= policy->priority)
		return 0;
	search->found = true;
	search->priority = policy->priority;
	search->blocks = policy->action == XFRM_POLICY_BLOCK;
	return 0;
}

static int on_default(void *context, const struct nlmsghdr *message)
{
	const uint8_t *defaults = netlink_fixed(message, DEFAULT_OUT + 1);

	if (message->nlmsg_type == MSG_GETDEFAULT && defaults)
		*(bool *)context = defaults[DEFAULT_OUT] == DEFAULT_BLOCK;
	return 0;
}

/* Kernels that have no default refuse the question: what no policy is for goes out. */
static bool default_blocks(void)
{
	const uint8_t none[4] = {};
	struct netlink_question question;
	bool blocks = false;

	netlink_question_init(&question, MSG_GETDEFAULT, 0, none, sizeof(none));
	return !netlink_ask(NETLINK_XFRM, &question, on_default, &blocks) && blocks;
}

uint8_t xfrm_policy_blocks(const struct route_question *question, uint32_t route_ifindex)
{
	const struct xfrm_userpolicy_id all = {};
	bool v4 = endpoint_is_v4(&question->to);
	struct policy_search search = {
		.asked = question,
		.ifindex = route_ifindex,
		.family = v4 ? AF_INET : AF_INET6,
		.size = v4 ? 4 : 16,
	};
	struct netlink_question netlink;

	netlink_question_init(&netlink, XFRM_MSG_GETPOLICY, NLM_F_DUMP, &all, sizeof(all));
	if (netlink_ask(NETLINK_XFRM, &netlink, on_policy, &search))
		return STALL_NOT_KNOWN;
	if (search.unsure && (!search.found || search.unsure_priority <= search.priority))
		return STALL_NOT_KNOWN;
	if (search.found ? search.blocks : default_blocks())
		return STALL_KNOWN_YES;
	return STALL_KNOWN_NO;
}
