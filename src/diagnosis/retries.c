/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The socket's own counts, and records of single retries -> how each SYN went. Pure. */
#include "diagnosis/retries.h"

#include <errno.h>
#include <string.h>

#define TIMEOUT_INIT_NS UINT64_C(1000000000)

static uint32_t smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static uint32_t beyond(uint32_t all, uint32_t known)
{
	return all > known ? all - known : 0;
}

/* By which device: as its socket's route was for this SYN. */
static void note_device(struct stall *stall, const struct wire_stall_sock *sock)
{
	if (!sock->out_ifindex)
		return;
	stall->sent_known++;
	if (!strcmp(sock->out_kind, "tun"))
		stall->sent_to_tun++;
}

/* Retries from before the first reading: the stack made packets for some of them. */
static bool count_earlier(struct stall *stall, const struct wire_stall_sock *sock)
{
	uint32_t unseen = beyond(sock->retransmits, stall->retries);
	uint32_t made = smaller(sock->total_retrans, sock->retransmits);

	if (!unseen)
		return true;
	stall->retries += unseen;
	if (made > stall->retries_left)
		stall->retries_left = stall->first_left ? made : 0;
	stall->retries_busy += smaller(sock->retransmits - made, unseen);
	return true;
}

/*
 * A kernel whose hook has no error calls it only for what it could send. Without a packet the SYN
 * before is still queued locally; with one that was not sent something refused it. What is counted
 * before its record is read is set right by the record.
 */
static bool count_by_sock(struct stall *stall, const struct wire_stall_sock *sock)
{
	uint32_t made = smaller(sock->total_retrans, sock->retransmits);
	bool news = sock->retransmits > stall->retries;

	if (news)
		stall->retries = sock->retransmits;
	if (news || made > stall->retries_made) {
		stall->retries_made = made;
		stall->retries_busy = beyond(stall->retries, made);
	}
	stall->retries_failed = beyond(stall->retries, stall->retries_left + stall->retries_busy);
	return news;
}

bool retries_from_sock(struct stall *stall, const struct wire_stall_sock *sock, bool has_err)
{
	bool news = sock->retransmits > stall->retries;

	if (!stall->inspected) {
		stall->retries_made = sock->total_retrans;
		if (!sock->retransmits && stall->first_left)
			note_device(stall, sock);
		return count_earlier(stall, sock);
	}
	if (!has_err)
		return count_by_sock(stall, sock);
	stall->retries_made = sock->total_retrans;
	if (news) {
		stall->retries_unseen += sock->retransmits - stall->retries;
		stall->retries = sock->retransmits;
		stall->last_sent_ns = sock->head.ktime_ns; /* at the latest */
	}
	return news;
}

bool retries_from_poll(struct stall *stall, const struct wire_stall_sock *sock)
{
	bool news = sock->retransmits > stall->retries;

	stall->retries_made = sock->total_retrans;
	if (news)
		stall->last_sent_ns = sock->head.ktime_ns; /* at the latest */
	return count_earlier(stall, sock) && news;
}

/*
 * Much earlier than the timer that the first SYN set: a second (TCP_TIMEOUT_INIT), where no program
 * has set another.
 */
static void note_hurry(struct stall *stall, const struct wire_stall_sock *sock)
{
	uint64_t waited = sock->head.ktime_ns - stall->start_ns;

	if (sock->retransmits == 1 && !stall->before_start && stall->timer.known &&
	    stall->timer.rto_ns >= TIMEOUT_INIT_NS && sock->head.ktime_ns > stall->start_ns &&
	    waited < TIMEOUT_INIT_NS * 4 / 5)
		stall->hurried_ns = waited;
}

/* `made`: the stack made a packet for it. Records may come in any order. */
static void note_follow(struct stall *stall, const struct wire_stall_sock *sock, bool made)
{
	uint64_t at = sock->head.ktime_ns;

	if (!made || !stall->followed_ns || at < stall->followed_ns)
		return;
	stall->followed_sends++;
	if (at > stall->last_try_ns) {
		stall->try_before_ns = stall->last_try_ns;
		stall->last_try_ns = at;
	} else if (at > stall->try_before_ns) {
		stall->try_before_ns = at;
	}
}

void retries_note_data(struct stall *stall, const struct wire_stall_sock *sock)
{
	stall->data_in_host = sock->retransmits && sock->flags & WIRE_STALL_DATA_IN_HOST;
}

static void sort_retry(struct stall *stall, const struct wire_stall_sock *sock)
{
	int err = sock->err;

	if (sock->head.ktime_ns >= stall->last_retry_ns) {
		stall->last_retry_ns = sock->head.ktime_ns;
		stall->last_retry_err = err;
		stall->last_sent_ns = sock->head.ktime_ns;
		stall->retries_made = sock->total_retrans;
		retries_note_data(stall, sock);
		/* where the first is still held, the next one waits behind it */
		stall->in_host =
			err == -EBUSY || (stall->data_in_host && sock->flags & WIRE_STALL_IN_HOST);
	}
	note_follow(stall, sock, err != -EBUSY);
	note_hurry(stall, sock);
	if (!err) {
		stall->retries_left++;
		note_device(stall, sock);
	} else if (err == -EBUSY) {
		stall->retries_busy++;
	} else if (err == -EPERM) {
		stall->retries_denied++;
	} else if (err > 0) {
		stall->retries_congested++;
	} else {
		stall->retries_failed++;
		stall->last_failure_err = err;
	}
}

bool retries_from_record(struct stall *stall, const struct wire_stall_sock *sock)
{
	if (stall->inspected && sock->head.ktime_ns <= stall->inspected_ns)
		return false; /* it waited in the ring meanwhile */
	if (!stall->inspected && sock->flags & WIRE_STALL_FIRST_SENT && !stall->retries_left &&
	    sock->err)
		stall->first_left = true;
	if (!(sock->flags & WIRE_STALL_HAS_ERR)) {
		stall->retries_left++;
		note_device(stall, sock);
		stall->last_sent_ns = sock->head.ktime_ns;
		count_by_sock(stall, sock);
		note_follow(stall, sock, true);
		note_hurry(stall, sock);
		return true;
	}
	if (sock->retransmits <= stall->retries && stall->retries_unseen) {
		stall->retries_unseen--; /* a reading of the socket came before its record */
	} else {
		uint32_t missed = beyond(sock->retransmits, stall->retries + 1);

		stall->retries += missed + 1;
		stall->retries_unseen += missed;
	}
	sort_retry(stall, sock);
	return true;
}

uint32_t retries_unseen_left(const struct stall *stall)
{
	uint32_t refused = stall->retries_denied + stall->retries_congested + stall->retries_failed;

	if (refused || !stall->first_left)
		return 0;
	return smaller(beyond(stall->retries_made, stall->retries_left), stall->retries_unseen);
}
