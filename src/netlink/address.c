/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A dump of addresses (RTM_GETADDR) -> how many may be a source, whose one is. */
#include "netlink/address.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <string.h>
#include <sys/socket.h>

#include "netlink/ask.h"

static int on_address(void *context, const struct nlmsghdr *message)
{
	struct ipv6_addresses *addresses = context;
	const struct ifaddrmsg *address = netlink_fixed(message, sizeof(*address));
	const uint32_t *wide;
	uint32_t flags;

	if (!address || message->nlmsg_type != RTM_NEWADDR)
		return -EPROTO;
	if (address->ifa_family != AF_INET6 || address->ifa_scope != RT_SCOPE_UNIVERSE)
		return 0;
	wide = netlink_attribute(message, sizeof(*address), IFA_FLAGS, sizeof(*wide));
	flags = wide ? *wide : address->ifa_flags;
	if (flags & IFA_F_DADFAILED)
		addresses->duplicate++;
	else if (flags & IFA_F_TENTATIVE && !(flags & IFA_F_OPTIMISTIC))
		addresses->tentative++;
	else
		addresses->usable++;
	return 0;
}

int ipv6_addresses_ask(struct ipv6_addresses *ret_addresses)
{
	const struct ifaddrmsg all = {.ifa_family = AF_INET6};
	struct ipv6_addresses addresses = {};
	struct netlink_question question;
	int err;

	netlink_question_init(&question, RTM_GETADDR, NLM_F_DUMP, &all, sizeof(all));
	err = netlink_ask(NETLINK_ROUTE, &question, on_address, &addresses);
	if (!err)
		*ret_addresses = addresses;
	return err;
}

/* ---------------------------------------------------------------- one address */

#define MAPPED_SIZE 12 /* ::ffff: in front of an IPv4 address */

struct address_search {
	const uint8_t *addr;
	size_t size;
	uint32_t ifindex; /* 0: not found */
};

static int on_owner(void *context, const struct nlmsghdr *message)
{
	struct address_search *search = context;
	const struct ifaddrmsg *address = netlink_fixed(message, sizeof(*address));
	const void *local;

	if (!address || message->nlmsg_type != RTM_NEWADDR)
		return -EPROTO;
	local = netlink_attribute(message, sizeof(*address), IFA_LOCAL, search->size);
	if (!local)
		local = netlink_attribute(message, sizeof(*address), IFA_ADDRESS, search->size);
	if (local && address->ifa_family == (search->size == 4 ? AF_INET : AF_INET6) &&
	    !memcmp(local, search->addr, search->size))
		search->ifindex = address->ifa_index;
	return 0;
}

int address_device_ask(const struct endpoint *address, uint32_t *ret_ifindex)
{
	bool v4 = endpoint_is_v4(address);
	struct address_search search = {.addr = address->addr + (v4 ? MAPPED_SIZE : 0),
					.size = v4 ? 4 : 16};
	const struct ifaddrmsg all = {.ifa_family = v4 ? AF_INET : AF_INET6};
	struct netlink_question question;
	int err;

	netlink_question_init(&question, RTM_GETADDR, NLM_F_DUMP, &all, sizeof(all));
	err = netlink_ask(NETLINK_ROUTE, &question, on_owner, &search);
	if (err)
		return err;
	*ret_ifindex = search.ifindex;
	return search.ifindex ? 0 : -ENOENT;
}
