/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One question about a device (RTM_GETLINK). */
#include "netlink/link.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/net_namespace.h>
#include <stdio.h>
#include <string.h>

#include "netlink/ask.h"

/* IFLA_INFO_KIND, in IFLA_LINKINFO. */
static void read_kind(const struct nlmsghdr *message, char *kind, size_t room)
{
	size_t size;
	const char *at =
		netlink_attribute_find(message, sizeof(struct ifinfomsg), IFLA_LINKINFO, &size);

	while (at && size >= sizeof(struct rtattr)) {
		const struct rtattr *inner = (const void *)at;
		size_t length = inner->rta_len, step = RTA_ALIGN(length);

		if (length < sizeof(*inner) || length > size)
			return;
		if (inner->rta_type == IFLA_INFO_KIND) {
			snprintf(kind, room, "%.*s", (int)(length - sizeof(*inner)),
				 (const char *)(inner + 1));
			return;
		}
		at += step < size ? step : size;
		size -= step < size ? step : size;
	}
}

static void read_lower(const struct nlmsghdr *message, struct link_answer *answer)
{
	const uint32_t *lower =
		netlink_attribute(message, sizeof(struct ifinfomsg), IFLA_LINK, sizeof(*lower));
	const int32_t *netnsid = netlink_attribute(message, sizeof(struct ifinfomsg),
						   IFLA_LINK_NETNSID, sizeof(*netnsid));

	answer->lower = lower ? *lower : 0;
	answer->lower_elsewhere = netnsid;
	answer->lower_netnsid = netnsid ? *netnsid : 0;
	read_kind(message, answer->kind, sizeof(answer->kind));
}

static int on_link(void *context, const struct nlmsghdr *message)
{
	struct link_answer *answer = context;
	const struct ifinfomsg *link = netlink_fixed(message, sizeof(*link));
	const uint8_t *carrier;
	const char *name;
	size_t size;

	if (!link || message->nlmsg_type != RTM_NEWLINK)
		return -EPROTO;
	answer->up = link->ifi_flags & IFF_UP ? STALL_KNOWN_YES : STALL_KNOWN_NO;
	name = netlink_attribute_find(message, sizeof(*link), IFLA_IFNAME, &size);
	if (name && size && size < sizeof(answer->name))
		memcpy(answer->name, name, size);
	carrier = netlink_attribute(message, sizeof(*link), IFLA_CARRIER, sizeof(*carrier));
	if (carrier)
		answer->carrier = *carrier ? STALL_KNOWN_YES : STALL_KNOWN_NO;
	read_lower(message, answer);
	return 0;
}

int link_ask(uint32_t ifindex, struct link_answer *ret_answer)
{
	const struct ifinfomsg asked = {.ifi_index = (int)ifindex};
	struct link_answer answer = {};
	struct netlink_question question;
	int err;

	netlink_question_init(&question, RTM_GETLINK, 0, &asked, sizeof(asked));
	err = netlink_ask(NETLINK_ROUTE, &question, on_link, &answer);
	if (!err)
		*ret_answer = answer;
	return err;
}

static int on_netnsid(void *context, const struct nlmsghdr *message)
{
	const int32_t *id =
		netlink_attribute(message, sizeof(struct rtgenmsg), NETNSA_NSID, sizeof(*id));

	if (!id || message->nlmsg_type != RTM_NEWNSID)
		return -EPROTO;
	*(int32_t *)context = *id;
	return 0;
}

int netnsid_ask(int netns_fd, int32_t *ret_id)
{
	const struct rtgenmsg asked = {.rtgen_family = AF_UNSPEC};
	const uint32_t fd = (uint32_t)netns_fd;
	struct netlink_question question;
	int32_t id = NETNSA_NSID_NOT_ASSIGNED;
	int err;

	netlink_question_init(&question, RTM_GETNSID, 0, &asked, sizeof(asked));
	netlink_question_add(&question, NETNSA_FD, &fd, sizeof(fd));
	err = netlink_ask(NETLINK_ROUTE, &question, on_netnsid, &id);
	if (err)
		return err;
	*ret_id = id;
	return id == NETNSA_NSID_NOT_ASSIGNED ? -ENOENT : 0;
}
