/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Records about one connect -> what is known of it. Pure. */
#include "diagnosis/collect.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "diagnosis/clock.h"
#include "diagnosis/collect_packet.h"
#include "diagnosis/retries.h"
#include "netstate/tcp_state.h"

#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_S UINT64_C(1000000000)
/* so long after sending a copy may be on its way through this host */
#define IN_FLIGHT_NS (20 * NS_PER_MS)
#define READ_LATE_NS (250 * NS_PER_MS) /* a program that is alive has read by then */
#define RTO_MAX_NS (120 * NS_PER_S)    /* TCP_RTO_MAX, where the kernel has no setting for it */
#define FIRST_AGE_MAX_MS 86400000u     /* a retrans_stamp older than a day is none */

static uint64_t first_syn(const struct wire_stall_sock *sock)
{
	uint32_t age_ms = (uint32_t)(sock->head.ktime_ns / NS_PER_MS) - sock->first_ms;

	if (!sock->first_ms || age_ms > FIRST_AGE_MAX_MS ||
	    age_ms * NS_PER_MS > sock->head.ktime_ns)
		return 0;
	return sock->head.ktime_ns - age_ms * NS_PER_MS;
}

static void collect_timer(struct stall_timer *timer, const struct wire_stall_sock *sock,
			  const struct stall_kernel *kernel, uint64_t start_ns)
{
	uint64_t tick_ns = kernel->hz ? NS_PER_S / kernel->hz : 0;
	int64_t ticks = (int64_t)(sock->timer - sock->jiffies);
	uint64_t first = first_syn(sock);

	if (!tick_ns || !sock->timer)
		return;
	if (ticks > (int64_t)kernel->hz * 3600)
		return;
	if (ticks < -(int64_t)kernel->hz * 3600)
		ticks = 0;
	timer->first_ns = first ? first : start_ns;
	timer->tick_ns = kernel->polled ? 0 : tick_ns; /* sock_diag does not tell jiffies */
	timer->zero_ns = sock->head.ktime_ns - sock->jiffies * tick_ns;
	timer->rto_ns = sock->rto * tick_ns;
	timer->user_timeout_ms = sock->user_timeout;
	timer->retransmits = sock->retransmits;
	timer->own_syn_retries = sock->syn_retries != 0;
	timer->syn_retries = sock->syn_retries ? sock->syn_retries : sock->net_syn_retries;
	timer->linear = sock->net_linear;
	timer->rto_max_ns = sock->rto_max ? sock->rto_max * tick_ns : RTO_MAX_NS;
	timer->known = true;
	stall_clock_pending(timer, sock->head.ktime_ns, ticks * (int64_t)tick_ns);
	if (sock->head.kind == WIRE_KIND_STALL_RETRY)
		stall_clock_restart(timer, sock->head.ktime_ns,
				    sock->flags & WIRE_STALL_HAS_ERR && sock->err > 0);
}

void stall_collect_flow(struct flow *flow, const struct wire_stall_sock *sock)
{
	memcpy(flow->local.addr, sock->laddr, sizeof(flow->local.addr));
	memcpy(flow->remote.addr, sock->raddr, sizeof(flow->remote.addr));
	flow->local.port = sock->lport;
	flow->remote.port = sock->rport;
	flow->cookie = sock->cookie;
	flow->sock = sock->sock;
	flow->cgroup_id = sock->cgroup;
	flow->netns = sock->netns;
	flow->family = sock->family;
	flow->protocol = sock->flags & WIRE_STALL_MPTCP ? FLOW_PROTOCOL_MPTCP : FLOW_PROTOCOL_TCP;
	if (flow->owner == FLOW_OWNER_NONE)
		flow->uid = sock->uid;
}

static bool collect_error(struct stall *stall, const struct wire_stall_sock *sock)
{
	if (sock->err_soft)
		stall->soft_err = (uint32_t)sock->err_soft;
	if (!(sock->flags & WIRE_STALL_HAS_ICMP))
		return false;
	stall->icmp.family = sock->icmp_family;
	stall->icmp.type = sock->icmp_type;
	stall->icmp.code = sock->icmp_code;
	stall->icmp.at_ns = sock->head.ktime_ns;
	memcpy(stall->icmp.from.addr, sock->icmp_from, sizeof(stall->icmp.from.addr));
	return true;
}

/* For longer than a packet takes on its way; once it is queued it stays so. */
static bool is_queued(const struct stall *stall, const struct wire_stall_sock *sock)
{
	uint64_t last_sent = stall->last_sent_ns ? stall->last_sent_ns : stall->start_ns;
	uint64_t wait = strcmp(sock->syn_kind, "tun") ? IN_FLIGHT_NS : READ_LATE_NS;

	return sock->flags & WIRE_STALL_TRAVELS &&
	       (stall->queued.there || sock->head.ktime_ns > last_sent + wait);
}

static void collect_queued(struct stall_queued *queued, const struct wire_stall_sock *sock,
			   bool there)
{
	queued->there = there;
	/* at a retry the socket drops that route, while the SYN stays queued */
	if (sock->out_ifindex || !(sock->flags & WIRE_STALL_IN_HOST))
		queued->by_ipsec = sock->flags & WIRE_STALL_XFRM_QUEUE;
	queued->netns = there ? sock->syn_netns : 0;
	queued->ifindex = there ? sock->syn_ifindex : 0;
	snprintf(queued->kind, sizeof(queued->kind), "%s", there ? sock->syn_kind : "");
}

/* The stack's own counts; exact ones come with the retries that are followed. */
static bool collect_sock(struct stall *stall, const struct wire_stall_sock *sock,
			 const struct stall_kernel *kernel)
{
	const uint32_t here =
		WIRE_STALL_IN_HOST | (sock->retransmits ? 0 : (uint32_t)WIRE_STALL_DATA_IN_HOST);
	bool fresh = !stall->inspected, in_host, queued;
	uint64_t last_sent;

	if (sock->state != TCP_STATE_SYN_SENT)
		return false;
	if (!stall->inspected || !stall->retries) /* later ones set the flag as well */
		stall->first_left |= (sock->flags & WIRE_STALL_FIRST_SENT) != 0;
	stall->mptcp = sock->flags & WIRE_STALL_MPTCP;
	stall->fast_open |= (sock->flags & WIRE_STALL_FAST_OPEN) != 0;
	stall->inode = sock->inode;
	stall->bound_ifindex = sock->bound_ifindex;
	if (sock->out_ifindex)
		snprintf(stall->device_kind, sizeof(stall->device_kind), "%s", sock->out_kind);
	fresh |= kernel->polled ? retries_from_poll(stall, sock)
				: retries_from_sock(stall, sock, kernel->senses.retransmit_err);
	last_sent = stall->last_sent_ns ? stall->last_sent_ns : stall->start_ns;
	in_host = sock->flags & here &&
		  (stall->in_host || sock->head.ktime_ns > last_sent + IN_FLIGHT_NS);
	if (!stall->icmp.family)
		fresh |= collect_error(stall, sock);
	queued = is_queued(stall, sock);
	fresh = fresh || stall->in_host != in_host || stall->queued.there != queued;
	stall->in_host = in_host;
	retries_note_data(stall, sock);
	collect_queued(&stall->queued, sock, queued);
	if (!stall->inspected)
		stall->inspected_ns = sock->head.ktime_ns;
	stall->inspected = true;
	return fresh;
}

static bool collect_reset(struct stall *stall, const struct wire_stall_sock *sock,
			  const struct stall_kernel *kernel)
{
	const char *name;

	stall->resets++;
	stall->reset_at_home = !(sock->flags & WIRE_STALL_FIRST_SENT) && !stall->first_left;
	if (!(sock->flags & WIRE_STALL_HAS_RESET))
		return true;
	stall->reset_from_here = true;
	stall->reset_netns = sock->reset_netns;
	memcpy(stall->reset_end.addr, sock->reset_addr, sizeof(stall->reset_end.addr));
	stall->reset_end.port = sock->reset_port;
	name = kernel->reset_reason ? kernel->reset_reason(kernel->context, sock->reset_reason)
				    : NULL;
	snprintf(stall->reset_reason, sizeof(stall->reset_reason), "%s", name ? name : "");
	return true;
}

/* TCP Fast Open: connect() has returned, and the kernel waits for what the SYN is to carry. The
 * connect begins with the SYN. Returns whether there still is none. */
static bool waits_for_data(struct stall *stall, const struct wire_stall_sock *sock, bool *ret_news)
{
	bool waits = sock->flags & WIRE_STALL_NO_SYN;
	uint64_t first = first_syn(sock);

	*ret_news = waits != stall->no_syn;
	if (stall->no_syn && !waits && first > stall->start_ns)
		stall->start_ns = first;
	stall->no_syn = waits;
	return waits;
}

static bool collect_from_sock(struct stall *stall, const struct wire_stall_sock *sock,
			      const struct stall_kernel *kernel)
{
	bool news;

	if (sock->state == TCP_STATE_SYN_SENT) {
		stall_collect_flow(&stall->flow, sock);
		if (waits_for_data(stall, sock, &news))
			return news;
		collect_timer(&stall->timer, sock, kernel, stall->start_ns);
	}
	switch (sock->head.kind) {
	case WIRE_KIND_STALL_RETRY:
		return retries_from_record(stall, sock);
	case WIRE_KIND_STALL_RESET:
		return collect_reset(stall, sock, kernel);
	case WIRE_KIND_STALL_ERROR:
		return collect_error(stall, sock);
	default:
		return collect_sock(stall, sock, kernel);
	}
}

bool stall_collect(struct stall *stall, const struct stall_record *record,
		   const struct stall_kernel *kernel)
{
	switch (record->head.kind) {
	case WIRE_KIND_STALL_SOCK:
	case WIRE_KIND_STALL_RETRY:
	case WIRE_KIND_STALL_RESET:
	case WIRE_KIND_STALL_ERROR:
		return collect_from_sock(stall, &record->sock, kernel);
	case WIRE_KIND_STALL_DROP:
		return collect_drop(stall, &record->packet, kernel);
	case WIRE_KIND_STALL_PASS:
		return collect_pass(stall, &record->packet);
	default:
		return false;
	}
}
