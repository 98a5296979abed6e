/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A dump of queueing disciplines (RTM_GETQDISC) -> what waits in those of one device. */
#include "netlink/qdisc.h"

#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "base/safe.h"
#include "netlink/ask.h"

struct qdisc_search {
	int ifindex;
	struct qdisc_answer answer;
};

static int on_qdisc(void *context, const struct nlmsghdr *message)
{
	struct qdisc_search *search = context;
	const struct tcmsg *qdisc = netlink_fixed(message, sizeof(*qdisc));
	const struct tc_stats *stats;
	const char *kind;
	size_t size;

	if (!qdisc || message->nlmsg_type != RTM_NEWQDISC || qdisc->tcm_ifindex != search->ifindex)
		return 0;
	/* up to drops, bps and pps, which nobody reads, it is the same everywhere */
	stats = netlink_attribute(message, sizeof(*qdisc), TCA_STATS,
				  offsetof(struct tc_stats, backlog) + sizeof(stats->backlog));
	if (!stats || stats->qlen <= search->answer.packets)
		return 0;
	search->answer.packets = stats->qlen;
	kind = netlink_attribute_find(message, sizeof(*qdisc), TCA_KIND, &size);
	snprintf(search->answer.kind, sizeof(search->answer.kind), "%.*s", kind ? (int)size : 0,
		 kind ? kind : "");
	safe_name(search->answer.kind, strlen(search->answer.kind));
	return 0;
}

int qdisc_ask(uint32_t ifindex, struct qdisc_answer *ret_answer)
{
	const struct tcmsg all = {.tcm_ifindex = (int)ifindex};
	struct qdisc_search search = {.ifindex = (int)ifindex};
	struct netlink_question question;
	int err;

	netlink_question_init(&question, RTM_GETQDISC, NLM_F_DUMP, &all, sizeof(all));
	err = netlink_ask(NETLINK_ROUTE, &question, on_qdisc, &search);
	if (!err)
		*ret_answer = search.answer;
	return err;
}
