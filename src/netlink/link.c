/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One question about a device (RTM_GETLINK). */
#include "netlink/link.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <string.h>

#include "netlink/ask.h"

static int take_link(void *context, const struct nlmsghdr *message)
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
	return 0;
}

int link_ask(uint32_t ifindex, struct link_answer *ret_answer)
{
	const struct ifinfomsg asked = {.ifi_index = (int)ifindex};
	struct link_answer answer = {};
	struct netlink_question question;
	int err;

	netlink_question_init(&question, RTM_GETLINK, 0, &asked, sizeof(asked));
	err = netlink_ask(NETLINK_ROUTE, &question, take_link, &answer);
	if (!err)
		*ret_answer = answer;
	return err;
}
