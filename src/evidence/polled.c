/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* sock_diag's rows of sockets in SYN_SENT -> the records that the diagnosis reads. */
#include "evidence/polled.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/list_grow.h"
#include "base/number.h"
#include "evidence/sources.h"
#include "netlink/tcp_detail.h"
#include "netstate/tcp_state.h"
#include "procfs/lines.h"

#define NS_PER_MS UINT64_C(1000000)
#define RTO_MAX_MS 120000 /* TCP_RTO_MAX_SEC */
#define RTO_FIRST_MS 1000 /* TCP_TIMEOUT_INIT: of each SYN, until the timeout doubles */

struct polling {
	const struct evidence_sources *sources;
	struct polled found;
	uint32_t netns; /* whose settings are known */
	/* 0: not known, or this kernel has none */
	uint8_t syn_retries, linear;
	uint32_t rto_max_ms;
	int err;
};

/*
 * How long the connect hangs, by its timer: each retransmission waited a second (the first ones may
 * be linear, 6.5), later ones twice as long as the one before.
 */
static uint64_t age_ms(const struct socket_detail *row)
{
	uint32_t rto = row->rto_ms > RTO_FIRST_MS ? row->rto_ms : RTO_FIRST_MS;
	uint32_t waited = row->timer_ms >= 0 && (uint32_t)row->timer_ms < rto
				  ? rto - (uint32_t)row->timer_ms
				  : 0;
	unsigned int doubled = 0;

	while (rto >> (doubled + 1) >= RTO_FIRST_MS)
		doubled++;
	if (doubled > row->retransmits)
		doubled = row->retransmits;
	return (uint64_t)(row->retransmits - doubled) * RTO_FIRST_MS + (rto - RTO_FIRST_MS) +
	       waited;
}

/* Of this thread's network namespace, which is the one that is read. 0: not known, or there is none. */
static uint32_t setting_here(const char *name, uint32_t max)
{
	_cleanup_(lines_close) struct lines lines;
	uint64_t number;
	char *line;
	size_t size;

	if (lines_open(&lines, "/proc/sys/net/ipv4", name) || lines_next(&lines, &line, &size) <= 0)
		return 0;
	line[size] = '\0';
	return number_parse(line, max, &number) ? 0 : (uint32_t)number;
}

static void read_settings(struct polling *polling, uint32_t netns)
{
	if (polling->netns == netns)
		return;
	polling->netns = netns;
	polling->syn_retries = (uint8_t)setting_here("tcp_syn_retries", UINT8_MAX);
	polling->linear = (uint8_t)setting_here("tcp_syn_linear_timeouts", UINT8_MAX);
	polling->rto_max_ms = setting_here("tcp_rto_max_ms", RTO_MAX_MS);
}

static struct wire_stall_sock *add(struct polling *polling)
{
	struct polled *found = &polling->found;

	if (LIST_GROW(found->sockets, found->count, found->room)) {
		polling->err = -ENOMEM;
		return NULL;
	}
	return &found->sockets[found->count++];
}

/* Its time is its own: many namespaces take a while. */
static void on_socket(void *context, const struct socket_detail *row)
{
	struct polling *polling = context;
	uint64_t now_ns = clock_monotonic_ns();
	uint32_t hz = polling->sources->kernel.hz;
	struct wire_stall_sock *sock = row->state == TCP_STATE_SYN_SENT ? add(polling) : NULL;

	if (!sock)
		return;
	read_settings(polling, row->flow.netns);
	*sock = (struct wire_stall_sock){
		.head = {.kind = WIRE_KIND_STALL_SOCK,
			 .version = WIRE_VERSION,
			 .size = sizeof(*sock),
			 .ktime_ns = now_ns},
		.sock = row->flow.cookie << 6, /* in place of its address: different of each */
		.cookie = row->flow.cookie,
		.jiffies = 1,
		.timer = row->timer_ms > 0 ? 1 + (uint64_t)row->timer_ms * hz / 1000 : 1,
		.first_ms = (uint32_t)(now_ns / NS_PER_MS - age_ms(row)),
		.rto = (uint32_t)((uint64_t)row->rto_ms * hz / 1000),
		.total_retrans = row->total_retrans,
		.netns = row->flow.netns,
		.uid = row->flow.uid,
		.lport = row->flow.local.port,
		.rport = row->flow.remote.port,
		.family = row->flow.family,
		.state = row->state,
		.retransmits = row->retransmits,
		.net_syn_retries = polling->syn_retries,
		.net_linear = polling->linear,
		.rto_max = polling->rto_max_ms * hz / 1000,
		.inode = row->inode,
	};
	if (!row->retransmits || row->total_retrans)
		sock->flags |= WIRE_STALL_FIRST_SENT;
	memcpy(sock->laddr, row->flow.local.addr, sizeof(sock->laddr));
	memcpy(sock->raddr, row->flow.remote.addr, sizeof(sock->raddr));
}

static void on_unread(void *context, uint32_t netns, int err)
{
	((struct polling *)context)->found.unread++;
}

static int by_cookie(const void *a, const void *b)
{
	__u64 left = ((const struct wire_stall_sock *)a)->cookie;
	__u64 right = ((const struct wire_stall_sock *)b)->cookie;

	return (left > right) - (left < right);
}

int polled_read(struct evidence_sources *sources)
{
	struct polling polling = {.sources = sources};
	const struct tcp_detail_handler handler = {.handle = on_socket,
						   .unread = on_unread,
						   .context = &polling,
						   .states = 1u << TCP_STATE_SYN_SENT};
	int err = tcp_detail_read(&sources->netns.spaces, &handler);

	if (!err)
		err = polling.err;
	if (err) {
		free(polling.found.sockets);
		return err;
	}
	if (polling.found.count)
		qsort(polling.found.sockets, polling.found.count, sizeof(*polling.found.sockets),
		      by_cookie);
	free(sources->polled->sockets);
	polling.found.owners = sources->polled->owners;
	polling.found.owner_count = sources->polled->owner_count;
	*sources->polled = polling.found;
	return 0;
}

/* Of those that were there before the owner is known; `fresh` gets the others, too. */
static size_t carry_over(const struct polled *polled, struct socket_owner_row *owners,
			 struct socket_owner_row *fresh)
{
	size_t count = 0;

	for (size_t i = 0; i < polled->count; i++) {
		const struct wire_stall_sock *sock = &polled->sockets[i];
		const struct socket_owner_row *known =
			socket_owner_of(polled->owners, polled->owner_count, sock->sock);

		owners[i] = (struct socket_owner_row){
			.sock = sock->sock, .inode = sock->inode, .uid = sock->uid};
		if (known)
			owners[i] = *known;
		else
			fresh[count++] = owners[i];
	}
	return count;
}

int polled_name_owners(struct evidence_sources *sources)
{
	struct polled *polled = sources->polled;
	struct socket_owner_row *owners = calloc(polled->count + 1, sizeof(*owners));
	_cleanup_(cleanup_free) struct socket_owner_row *fresh =
		calloc(polled->count + 1, sizeof(*fresh));
	size_t count;

	if (!owners || !fresh) {
		free(owners);
		return -ENOMEM;
	}
	count = carry_over(polled, owners, fresh);
	if (count)
		socket_owner_find(sources->socket_reader, fresh, count);
	for (size_t i = 0; count && i < polled->count; i++) {
		const struct socket_owner_row *found =
			socket_owner_of(fresh, count, owners[i].sock);

		owners[i] = found ? *found : owners[i];
	}
	free(polled->owners);
	polled->owners = owners;
	polled->owner_count = polled->count;
	return 0;
}

int polled_find(const struct polled *polled, __u64 cookie, struct wire_stall_sock *ret_sock)
{
	const struct wire_stall_sock key = {.cookie = cookie};
	const struct wire_stall_sock *found =
		polled->count ? bsearch(&key, polled->sockets, polled->count,
					sizeof(*polled->sockets), by_cookie)
			      : NULL;

	if (!found)
		return -ENOENT;
	*ret_sock = *found;
	return 0;
}

void polled_free(struct polled *polled)
{
	if (polled) {
		free(polled->sockets);
		free(polled->owners);
	}
	free(polled);
}
