/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A report's evidence <-> a record of a recording. Pure. */
#include "diagnosis/kept.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"

_Static_assert(sizeof(struct stall_kept) % 8 == 0, "records are multiples of 8 bytes");
_Static_assert(sizeof(bool) == 1, "a bool is a byte");

#define ERRNO_MAX 4095 /* include/linux/err.h: MAX_ERRNO */
#define IN_STALL(field) offsetof(struct stall, field)
#define TEXT(type, field)                                                                          \
	{                                                                                          \
		offsetof(type, field), sizeof(((type *)NULL)->field)                               \
	}

static const uint16_t bools[] = {
	IN_STALL(before_start),
	IN_STALL(killed),
	IN_STALL(end_unseen),
	IN_STALL(mptcp),
	IN_STALL(fast_open),
	IN_STALL(polled),
	IN_STALL(inspected),
	IN_STALL(no_syn),
	IN_STALL(first_left),
	IN_STALL(in_host),
	IN_STALL(data_in_host),
	IN_STALL(reset_from_here),
	IN_STALL(reset_at_home),
	IN_STALL(stranger_refused),
	IN_STALL(not_followed),
	IN_STALL(queue_known),
	IN_STALL(policy.differs),
	IN_STALL(queued.there),
	IN_STALL(queued.by_ipsec),
	IN_STALL(hop_place.beneath),
	IN_STALL(icmp_place.beneath),
	IN_STALL(reject.whole),
	IN_STALL(reject.asked),
	IN_STALL(reject.legacy),
	IN_STALL(reject.at_destination),
	IN_STALL(peer.seen),
	IN_STALL(peer.seen_other_host),
	IN_STALL(peer.asked),
	IN_STALL(peer.arrived),
	IN_STALL(peer.looked),
	IN_STALL(peer.listening),
	IN_STALL(peer.was_full),
	IN_STALL(ports.looked),
	IN_STALL(ports.own_range),
	IN_STALL(ports.late),
	IN_STALL(timer.known),
	IN_STALL(timer.own_syn_retries),
	IN_STALL(rule.legacy),
	IN_STALL(fallback.answered),
	IN_STALL(peer.later.other_host),
};

static const struct {
	uint16_t at, size;
} texts[] = {
	TEXT(struct stall, flow.comm),		TEXT(struct stall, reset_reason),
	TEXT(struct stall, route_text),		TEXT(struct stall, device),
	TEXT(struct stall, hop_place.device),	TEXT(struct stall, hop_place.kind),
	TEXT(struct stall, icmp_place.device),	TEXT(struct stall, icmp_place.kind),
	TEXT(struct stall, peer.other_comm),	TEXT(struct stall, queue_kind),
	TEXT(struct stall, policy.rule),	TEXT(struct stall, policy.other_device),
	TEXT(struct stall, device_kind),	TEXT(struct stall, ports.comm),
	TEXT(struct stall, used.device),	TEXT(struct stall, peer.comm),
	TEXT(struct stall, rule.table),		TEXT(struct stall, rule.chain),
	TEXT(struct stall, rule.text),		TEXT(struct stall, peer.onward_kind),
	TEXT(struct stall, peer.onward_device), TEXT(struct stall, reject.table),
	TEXT(struct stall, reject.chain),	TEXT(struct stall, queued.kind),
	TEXT(struct stall, queued.comm),	TEXT(struct stall, reroute.text),
};

/* Any byte but 0 and 1 is no bool. */
static void check_bools(uint8_t *bytes)
{
	static const uint16_t of_drop[] = {
		offsetof(struct stall_drop, own_namespace),
		offsetof(struct stall_drop, other_host),
		offsetof(struct stall_drop, tunnelled),
	};

	for (size_t i = 0; i < ARRAY_SIZE(bools); i++)
		bytes[bools[i]] = !!bytes[bools[i]];
	for (size_t i = 0; i < STALL_TRACKINGS_MAX; i++) {
		uint8_t *replied = bytes + IN_STALL(trackings) + i * sizeof(struct stall_tracking) +
				   offsetof(struct stall_tracking, replied);

		*replied = !!*replied;
	}
	for (size_t i = 0; i < STALL_DROPS_MAX * ARRAY_SIZE(of_drop); i++) {
		uint8_t *drop = bytes + IN_STALL(drops) +
				i / ARRAY_SIZE(of_drop) * sizeof(struct stall_drop);

		drop[of_drop[i % ARRAY_SIZE(of_drop)]] = !!drop[of_drop[i % ARRAY_SIZE(of_drop)]];
	}
}

static void check_texts(struct stall *stall)
{
	char *bytes = (char *)stall;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		bytes[texts[i].at + texts[i].size - 1] = '\0';
	for (int i = 0; i < STALL_DROPS_MAX; i++) {
		stall->drops[i].reason[STALL_NAME_SIZE - 1] = '\0';
		stall->drops[i].location[STALL_NAME_SIZE - 1] = '\0';
	}
	for (int i = 0; i < STALL_TRACKINGS_MAX; i++)
		stall->trackings[i].holder_comm[FLOW_COMM_SIZE - 1] = '\0';
	if (stall->tracking_count > STALL_TRACKINGS_MAX)
		stall->tracking_count = STALL_TRACKINGS_MAX;
	if (stall->drop_count > STALL_DROPS_MAX)
		stall->drop_count = STALL_DROPS_MAX;
}

/* What is negated later: beyond these it is no errno, positive or negative. */
static void check_errors(struct stall *stall)
{
	int32_t *const errors[] = {&stall->connect_ret, &stall->sk_err, &stall->last_retry_err,
				   &stall->last_failure_err, &stall->rule.err};

	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		if (*errors[i] < -ERRNO_MAX || *errors[i] > ERRNO_MAX)
			*errors[i] = errors[i] == &stall->connect_ret ? STALL_RET_UNKNOWN : 0;
	}
}

void stall_keep(const struct stall *stall, const struct stall_senses *senses, uint64_t now_ns,
		struct stall_kept *ret_kept)
{
	memset(ret_kept, 0, sizeof(*ret_kept));
	ret_kept->head = (struct wire_head){.kind = WIRE_KIND_STALL_REPORT,
					    .version = 1,
					    .size = sizeof(*ret_kept),
					    .ktime_ns = now_ns};
	ret_kept->stall_size = sizeof(*stall);
	ret_kept->senses = *senses;
	memcpy(&ret_kept->stall, stall, sizeof(*stall));
}

int stall_kept_decode(const void *bytes, size_t size, struct stall_kept *ret_kept)
{
	static const size_t senses_at = offsetof(struct stall_kept, senses);
	static const size_t stall_at = offsetof(struct stall_kept, stall);
	uint8_t copy[sizeof(struct stall_kept)];
	struct wire_head head;
	uint32_t stall_size;

	if (size < senses_at)
		return -EINVAL;
	memcpy(&head, bytes, sizeof(head));
	if (head.kind != WIRE_KIND_STALL_REPORT)
		return -EINVAL;
	memcpy(&stall_size, (const uint8_t *)bytes + offsetof(struct stall_kept, stall_size),
	       sizeof(stall_size));
	if (head.version != 1 || stall_size != sizeof(struct stall) || size != sizeof(*ret_kept))
		return -EPROTO;
	memcpy(copy, bytes, size);
	for (size_t i = 0; i < sizeof(struct stall_senses); i++)
		copy[senses_at + i] = !!copy[senses_at + i];
	check_bools(copy + stall_at);
	memcpy(ret_kept, copy, size);
	check_texts(&ret_kept->stall);
	check_errors(&ret_kept->stall);
	return ret_kept->update <= STALL_UPDATE_MAX ? 0 : -EINVAL;
}
