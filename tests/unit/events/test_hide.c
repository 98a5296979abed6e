/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A recording gives away no address of the kernel, and with --redact neither whose it is. */
#include <stdio.h>

#include "base/cleanup.h"
#include "events/hide.h"
#include "netstate/wire.h"
#include "netstate/wire_stall.h"
#include "netstate/stall_kept.h"
#include "unit/unit.h"

#define KERNEL 0xffff888012345678u
#define WORDS_MAX 128 /* two of the longest record */
#define MARK 0x4b4b4b4b4b4b4b4bu

static const struct hide plain = {.key = {1, 2}}, redacting = {.key = {1, 2}, .redact = true};

/* Every word of the record is the kernel's address, but for the head. */
static void no_word_of_kernel_addresses_is_left(void **state)
{
	static const struct {
		uint16_t kind;
		size_t size, places[3];
	} rows[] = {
		{WIRE_KIND_STATE, sizeof(struct wire_state), {24}},
		{WIRE_KIND_CONNECT, sizeof(struct wire_call), {24}},
		{WIRE_KIND_ACCEPT, sizeof(struct wire_call), {24}},
		{WIRE_KIND_BIND, sizeof(struct wire_refusal), {24}},
		{WIRE_KIND_LISTEN, sizeof(struct wire_refusal), {24}},
		{WIRE_KIND_STALL_SOCK, sizeof(struct wire_stall_sock), {16, 184, 192}},
		{WIRE_KIND_STALL_DROP, sizeof(struct wire_stall_packet), {16, 64}},
		{WIRE_KIND_STALL_LISTENER, sizeof(struct wire_stall_listener), {16}},
		{WIRE_KIND_STALL_REQUEST, sizeof(struct wire_stall_request), {16}},
		{WIRE_KIND_STALL_HOLDER, sizeof(struct wire_stall_holder), {16}},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t words[WORDS_MAX] = {};
		struct wire_head head = {.kind = rows[i].kind, .size = (uint32_t)rows[i].size};

		assert_true(2 * rows[i].size <= sizeof(words));
		for (size_t at = 2; at < rows[i].size / 8; at++)
			words[at] = MARK;
		for (size_t k = 0; k < 3 && rows[i].places[k]; k++)
			words[rows[i].places[k] / 8] = KERNEL;
		memcpy(words, &head, sizeof(head));
		memcpy((char *)words + rows[i].size, words, rows[i].size);
		hide_records(&plain, words, 2 * rows[i].size);
		for (size_t at = 2; at < rows[i].size / 8; at++) {
			bool hidden = false;

			for (size_t k = 0; k < 3; k++)
				hidden |= rows[i].places[k] && at * 8 == rows[i].places[k];
			assert_true(hidden ? words[at] != KERNEL : words[at] == MARK);
		}
		assert_memory_equal((char *)words + rows[i].size, words, rows[i].size);
	}
}

static void the_same_stays_the_same_and_another_another(void **state)
{
	static uint8_t seen[1 << 16][16];

	for (uint32_t i = 0; i < 2000; i++) {
		uint8_t addr[16] = {[10] = 0xff,
				    [11] = 0xff,
				    [12] = 10,
				    [14] = (uint8_t)(i >> 8),
				    [15] = (uint8_t)i};
		uint8_t again[16];

		memcpy(again, addr, 16);
		hide_address(&redacting, addr);
		hide_address(&redacting, again);
		assert_memory_equal(addr, again, 16);
		assert_true(addr[10] == 0xff && addr[11] == 0xff && addr[12] != 127);
		memcpy(seen[i], addr, 16);
		for (uint32_t k = 0; k < i; k++)
			assert_true(memcmp(seen[k], addr, 16) != 0);
	}
}

static void kinds_of_addresses_stay(void **state)
{
	static const uint8_t kept[][16] = {
		{0},
		{[15] = 1},
		{[10] = 0xff, [11] = 0xff},
		{[10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1},
		{[10] = 0xff, [11] = 0xff, [12] = 224, [15] = 5},
		{0xff, 2, [15] = 1},
	};
	uint8_t link_local[16] = {0xfe, 0x80, [8] = 1, [15] = 9}, before[16];

	for (size_t i = 0; i < ARRAY_SIZE(kept); i++) {
		uint8_t addr[16];

		memcpy(addr, kept[i], 16);
		hide_address(&redacting, addr);
		assert_memory_equal(addr, kept[i], 16);
	}
	memcpy(before, link_local, 16);
	hide_address(&redacting, link_local);
	assert_memory_equal(link_local, before, 8);
	assert_true(memcmp(link_local + 8, before + 8, 8) != 0);
}

static void names_go_with_redact_alone(void **state)
{
	struct wire_state record = {.head = {.kind = WIRE_KIND_STATE, .size = sizeof(record)},
				    .sock.comm = "secret",
				    .closer.comm = "secret"};

	hide_records(&plain, &record, sizeof(record));
	assert_string_equal((char *)record.sock.comm, "secret");
	hide_records(&redacting, &record, sizeof(record));
	assert_memory_equal(record.sock.comm, "name-", 5);
	assert_memory_equal(record.sock.comm, record.closer.comm, WIRE_COMM_SIZE);
}

static void sizes_that_lie_end_it(void **state)
{
	struct wire_head heads[] = {{.kind = 1, .size = 0},
				    {.kind = 1, .size = 15},
				    {.kind = 1, .size = 17},
				    {.kind = 1, .size = 0xffffffff}};

	for (size_t i = 0; i < ARRAY_SIZE(heads); i++)
		hide_records(&redacting, &heads[i], sizeof(heads[i]));
}

/* Of a report: every address, every name of a process, the texts of a route and of rules. */
static void a_kept_report_gives_nothing_away(void **state)
{
	static struct stall_kept kept;
	const struct hide hide = {.key = {1, 2}, .redact = true};
	struct stall *const stall = &kept.stall;
	struct endpoint *const ends[] = {
		&stall->flow.local,
		&stall->flow.remote,
		&stall->reset_end,
		&stall->icmp.from,
		&stall->stranger,
		&stall->next_hop,
		&stall->policy.other_hop,
		&stall->peer.seen_end,
		&stall->peer.seen_from,
		&stall->peer.later.to,
		&stall->peer.later.from,
		&stall->peer.end,
		&stall->peer.elsewhere_end,
		&stall->peer.other_end,
		&stall->drops[STALL_DROPS_MAX - 1].from,
		&stall->drops[0].to,
		&stall->trackings[STALL_TRACKINGS_MAX - 1].from,
		&stall->trackings[0].holder_to,
	};
	char *const names[] = {stall->flow.comm,
			       stall->peer.comm,
			       stall->ports.comm,
			       stall->peer.other_comm,
			       stall->rule.table,
			       stall->rule.chain,
			       stall->trackings[1].holder_comm};
	char *const texts[] = {stall->route_text, stall->policy.rule, stall->rule.text};
	static const struct endpoint end = {{[10] = 0xff, 0xff, 203, 0, 113, 77}, 0};

	kept.head = (struct wire_head){.kind = WIRE_KIND_STALL_REPORT, .size = sizeof(kept)};
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		*ends[i] = end;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		strcpy(names[i], "payroll");
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		strcpy(texts[i], "to 203.0.113.0/24");
	kept.stall.flow.sock = 0xffff888012345678u;
	hide_records(&hide, &kept, sizeof(kept));
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		assert_memory_not_equal(ends[i]->addr, end.addr, 16);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_string_not_equal(names[i], "payroll");
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		assert_string_equal(texts[i], "");
	assert_int_not_equal(kept.stall.flow.sock, 0xffff888012345678u);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kept_report_gives_nothing_away),
		cmocka_unit_test(no_word_of_kernel_addresses_is_left),
		cmocka_unit_test(the_same_stays_the_same_and_another_another),
		cmocka_unit_test(kinds_of_addresses_stay),
		cmocka_unit_test(names_go_with_redact_alone),
		cmocka_unit_test(sizes_that_lie_end_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
