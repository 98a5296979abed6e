/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Every kind of record that a decoder knows, and every field of it, is hidden in a recording or listed here as
 * one that stays: what is forgotten in both fails.
 */
#include <errno.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "diagnosis/record.h"
#include "events/decode.h"
#include "events/hide.h"
#include "netstate/stall_kept.h"
#include "netstate/wire.h"
#include "netstate/wire_stall.h"
#include "unit/diagnosis/stall_fields.h"
#include "unit/unit.h"

#define MARK 0x4b
#define RANGES_MAX 8

static const struct hide redacting = {.key = {1, 2}, .redact = true};

/* ---------------------------------------------------------------- wire records */

/* No address and no name: numbers, times, ports, the kernel's own functions. */
struct range {
	size_t from, to;
};

#define FROM_TO(type, first, last)                                                                 \
	{                                                                                          \
		offsetof(struct type, first),                                                      \
			offsetof(struct type, last) + sizeof(((struct type *)NULL)->last)          \
	}
#define HEAD_AND_SOCK(type)                                                                        \
	FROM_TO(type, head, sock.cookie), FROM_TO(type, sock.cgroup, sock.cgroup),                 \
		FROM_TO(type, sock.netns, sock.lost)

struct row {
	uint16_t kind;
	size_t size;
	struct range stays[RANGES_MAX];
};

#define CALL(number)                                                                               \
	{                                                                                          \
		number, sizeof(struct wire_call),                                                  \
		{                                                                                  \
			HEAD_AND_SOCK(wire_call), FROM_TO(wire_call, latency_ns, pad)              \
		}                                                                                  \
	}
#define REFUSAL(number)                                                                            \
	{                                                                                          \
		number, sizeof(struct wire_refusal),                                               \
		{                                                                                  \
			HEAD_AND_SOCK(wire_refusal), FROM_TO(wire_refusal, ret, blocker_port),     \
				FROM_TO(wire_refusal, blocker.pid, blocker.uid),                   \
				FROM_TO(wire_refusal, device, socket_uid)                          \
		}                                                                                  \
	}
#define STALL_SOCK(number)                                                                         \
	{                                                                                          \
		number, sizeof(struct wire_stall_sock),                                            \
		{                                                                                  \
			FROM_TO(wire_stall_sock, head, head),                                      \
				FROM_TO(wire_stall_sock, cookie, timer),                           \
				FROM_TO(wire_stall_sock, isn, inode),                              \
				FROM_TO(wire_stall_sock, out_kind, bound_ifindex),                 \
				FROM_TO(wire_stall_sock, reset_port, syn_kind)                     \
		}                                                                                  \
	}
#define STALL_PACKET(number)                                                                       \
	{                                                                                          \
		number, sizeof(struct wire_stall_packet),                                          \
		{                                                                                  \
			FROM_TO(wire_stall_packet, head, head),                                    \
				FROM_TO(wire_stall_packet, cookie, cookie),                        \
				FROM_TO(wire_stall_packet, location, pad2)                         \
		}                                                                                  \
	}

static const struct row rows[] = {
	{WIRE_KIND_STATE,
	 sizeof(struct wire_state),
	 {HEAD_AND_SOCK(wire_state), FROM_TO(wire_state, after_ns, closer.uid),
	  FROM_TO(wire_state, timeout, timeout)}},
	CALL(WIRE_KIND_CONNECT),
	CALL(WIRE_KIND_ACCEPT),
	REFUSAL(WIRE_KIND_BIND),
	REFUSAL(WIRE_KIND_LISTEN),
	{WIRE_KIND_GAP, sizeof(struct wire_gap), {FROM_TO(wire_gap, head, lost)}},
	STALL_SOCK(WIRE_KIND_STALL_SOCK),
	STALL_SOCK(WIRE_KIND_STALL_RETRY),
	STALL_SOCK(WIRE_KIND_STALL_RESET),
	STALL_SOCK(WIRE_KIND_STALL_ERROR),
	STALL_PACKET(WIRE_KIND_STALL_DROP),
	STALL_PACKET(WIRE_KIND_STALL_PASS),
	{WIRE_KIND_STALL_LISTENER,
	 sizeof(struct wire_stall_listener),
	 {FROM_TO(wire_stall_listener, head, head), FROM_TO(wire_stall_listener, cookie, inode),
	  FROM_TO(wire_stall_listener, netns, bound_ifindex)}},
	{WIRE_KIND_STALL_REQUEST,
	 sizeof(struct wire_stall_request),
	 {FROM_TO(wire_stall_request, head, head), FROM_TO(wire_stall_request, netns, pad)}},
	{WIRE_KIND_STALL_HOLDER,
	 sizeof(struct wire_stall_holder),
	 {FROM_TO(wire_stall_holder, head, head), FROM_TO(wire_stall_holder, inode, inode),
	  FROM_TO(wire_stall_holder, netns, pad)}},
};

static bool word_stays(const struct row *row, size_t at)
{
	for (size_t i = 0; i < RANGES_MAX; i++) {
		if (at + sizeof(uint64_t) > row->stays[i].from && at < row->stays[i].to)
			return true;
	}
	return false;
}

static void each_field_of_a_record_is_hidden_or_known_to_stay(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint8_t record[sizeof(struct wire_stall_sock)];
		const struct wire_head head = {.kind = rows[i].kind,
					       .size = (uint32_t)rows[i].size};

		assert_true(rows[i].size <= sizeof(record));
		memset(record, MARK, sizeof(record));
		memcpy(record, &head, sizeof(head));
		hide_records(&redacting, record, rows[i].size);
		for (size_t at = 0; at + sizeof(uint64_t) <= rows[i].size; at += sizeof(uint64_t)) {
			static const uint8_t marks[] = {MARK, MARK, MARK, MARK,
							MARK, MARK, MARK, MARK};

			if (!word_stays(&rows[i], at) && !memcmp(record + at, marks, sizeof(marks)))
				fail_msg("kind %u keeps what is at %zu", rows[i].kind, at);
		}
	}
}

static bool is_known(uint16_t kind)
{
	const struct wire_head head = {.kind = kind, .version = WIRE_VERSION, .size = sizeof(head)};
	struct stall_record record;
	struct event event;

	return event_decode(&head, sizeof(head), &event) != -ENOMSG ||
	       stall_record_decode(&head, sizeof(head), &record) != -ENOMSG;
}

static bool is_listed(uint16_t kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].kind == kind)
			return true;
	}
	return false;
}

static void each_kind_that_is_decoded_is_listed(void **state)
{
	for (unsigned int kind = 0; kind <= UINT16_MAX; kind++) {
		if (is_known((uint16_t)kind) != is_listed((uint16_t)kind))
			fail_msg("kind %u is decoded and not listed here, or the other way round",
				 kind);
	}
}

/* ---------------------------------------------------------------- kept reports */

/* Words of the kernel: functions, reasons, kinds of devices and queueing disciplines. */
static const char *const public_texts[] = {
	"reset_reason",	   "queue_kind",       "device_kind",	  "hop_place.kind",
	"icmp_place.kind", "peer.onward_kind", "drops[0].reason", "drops[0].location",
};

static bool is_public(const char *field)
{
	for (size_t i = 0; i < ARRAY_SIZE(public_texts); i++) {
		if (!strcmp(public_texts[i], field))
			return true;
	}
	return false;
}

/* Addresses of the kernel are numbers: each number of a flow is named in FLOW_FIELDS's test below. */
#define IS_TEXT_OR_END(field)                                                                      \
	_Generic((field), struct endpoint : true, char * : true, default : false)
#define CHECK(field, ...)                                                                          \
	if (IS_TEXT_OR_END(kept.stall.field) && !is_public(#field) &&                              \
	    !memcmp(&kept.stall.field, &before.stall.field, sizeof(kept.stall.field)))             \
		fail_msg("a report keeps " #field);
#define CHECK_FLOW(field, ...) CHECK(flow.field)
#define CHECK_ICMP(field, ...) CHECK(icmp.field)
#define CHECK_POLICY(field, ...) CHECK(policy.field)
#define CHECK_HOP(field, ...) CHECK(hop_place.field)
#define CHECK_SENDER(field, ...) CHECK(icmp_place.field)
#define CHECK_REJECT(field, ...) CHECK(reject.field)
#define CHECK_FALLBACK(field, ...) CHECK(fallback.field)
#define CHECK_PORTS(field, ...) CHECK(ports.field)
#define CHECK_RULE(field, ...) CHECK(rule.field)
#define CHECK_DROP(field, ...) CHECK(drops[0].field)
#define CHECK_TRACKING(field, ...) CHECK(trackings[0].field)

static void each_text_and_end_of_a_kept_report_is_hidden(void **state)
{
	static struct stall_kept kept, before;

	memset(&kept, MARK, sizeof(kept));
	kept.head = (struct wire_head){.kind = WIRE_KIND_STALL_REPORT, .size = sizeof(kept)};
	before = kept;
	hide_records(&redacting, &kept, sizeof(kept));
	assert_int_not_equal(kept.stall.flow.sock, before.stall.flow.sock);
	STALL_FIELDS(CHECK)
	FLOW_FIELDS(CHECK_FLOW)
	ICMP_FIELDS(CHECK_ICMP)
	POLICY_FIELDS(CHECK_POLICY)
	PLACE_FIELDS(CHECK_HOP)
	PLACE_FIELDS(CHECK_SENDER)
	REJECT_FIELDS(CHECK_REJECT)
	FALLBACK_FIELDS(CHECK_FALLBACK)
	PORTS_FIELDS(CHECK_PORTS)
	RULE_FIELDS(CHECK_RULE)
	DROP_FIELDS(CHECK_DROP)
	TRACKING_FIELDS(CHECK_TRACKING)
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_field_of_a_record_is_hidden_or_known_to_stay),
		cmocka_unit_test(each_kind_that_is_decoded_is_listed),
		cmocka_unit_test(each_text_and_end_of_a_kept_report_is_hidden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
