/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What holds for any evidence: the rules of docs/diagnosis.md, over evidence by the thousand. */
#include "base/cleanup.h"
#include "diagnosis/causes.h"
#include "diagnosis/collect.h"
#include "diagnosis/diagnose.h"
#include "diagnosis/facts.h"
#include "netstate/tcp_state.h"
#include "unit/diagnosis/unobserved.h"
#include "unit/unit.h"

#define EVIDENCES 20000

static struct verdict judge(const struct evidence *evidence)
{
	struct verdict verdict;

	stall_diagnose(&evidence->stall, &evidence->senses, NOW, &verdict);
	return verdict;
}

/* "low" is what fits, where nobody watched what would decide: it accuses nobody. */
static bool accuses(const struct verdict *verdict)
{
	if (verdict->confidence < STALL_CONFIDENCE_MEDIUM)
		return false;
	for (size_t i = 0; i < CAUSE_COUNT; i++) {
		if (!strcmp(cause_rows[i].word, verdict->word))
			return cause_rows[i].accuses;
	}
	return false;
}

static void print_verdict(const char *which, const struct verdict *verdict)
{
	print_message("# %s: %s, confidence %u\n", which, verdict->word, verdict->confidence);
	for (unsigned int i = 0; i < verdict->line_count; i++)
		print_message("#   %s\n", verdict->lines[i]);
}

/* Before routing, whether a namespace is the destination's or a router's is another question. */
static bool same_accusation(const struct verdict *one, const struct verdict *other)
{
	static const char *const words[] = {"dropped_forward", "dropped_input"};
	bool elsewhere[2] = {false, false};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		elsewhere[0] |= !strcmp(one->word, words[i]);
		elsewhere[1] |= !strcmp(other->word, words[i]);
	}
	return !strcmp(one->word, other->word) || (elsewhere[0] && elsewhere[1]);
}

/* What connection tracking or a route explains is a drop without it, proven as before. */
static bool is_what_it_explains(const struct verdict *one, const struct verdict *other)
{
	static const char *const words[] = {
		"conntrack_full", "nat_no_port",     "nat_stale_entry", "route_unreachable",
		"route_prohibit", "route_blackhole", "no_route"};
	bool explained = false;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		explained |= !strcmp(one->word, words[i]);
	return explained && !strncmp(other->word, "dropped_", 8);
}

static void what_nobody_saw_accuses_nobody(void **state)
{
	for (uint64_t seed = 0; seed < EVIDENCES; seed++) {
		const struct evidence evidence = random_evidence(seed);
		const struct verdict all = judge(&evidence);

		for (size_t i = 0; i < ARRAY_SIZE(takes_out); i++) {
			struct evidence part = evidence;
			struct verdict less;

			if (!takes_out[i])
				continue;
			takes_out[i](&part);
			less = judge(&part);
			if (!accuses(&less) || is_what_it_explains(&all, &less) ||
			    (accuses(&all) && same_accusation(&all, &less) &&
			     less.confidence <= all.confidence))
				continue;
			print_verdict("all", &all);
			print_verdict("less", &less);
			fail_msg("seed %u without observation %zu", (unsigned int)seed, i);
		}
	}
}

static void each_accusation_rests_on_something_seen_of_this_connect(void **state)
{
	for (uint64_t seed = 0; seed < EVIDENCES; seed++) {
		const struct evidence evidence = random_evidence(seed);
		const struct verdict verdict = judge(&evidence);

		if (verdict.failure)
			assert_true(verdict.direct);
	}
	for (size_t i = 0; i < cause_rule_count; i++) {
		if (cause_rows[cause_rules[i].cause].failure)
			assert_true((cause_rules[i].needs & FACTS_DIRECT) != 0);
		assert_true(cause_rules[i].alone <= cause_rules[i].confidence);
	}
}

static void names_decide_nothing(void **state)
{
	for (uint64_t seed = 0; seed < EVIDENCES; seed++) {
		const struct evidence evidence = random_evidence(seed);
		struct evidence renamed = evidence;
		struct verdict one, other;

		renamed.stall.flow.pid += 7;
		renamed.stall.flow.netns += 100;
		renamed.stall.peer.netns += renamed.stall.peer.netns ? 100 : 0;
		renamed.stall.peer.seen_netns += renamed.stall.peer.seen_netns ? 100 : 0;
		renamed.stall.peer.later.netns += renamed.stall.peer.later.netns ? 100 : 0;
		snprintf(renamed.stall.device, sizeof(renamed.stall.device), "renamed0");
		renamed.stall.peer.other_netns += renamed.stall.peer.other_netns ? 100 : 0;
		renamed.stall.reset_netns += renamed.stall.reset_netns ? 100 : 0;
		renamed.stall.queued.netns += renamed.stall.queued.netns ? 100 : 0;
		renamed.stall.rule.netns += renamed.stall.rule.netns ? 100 : 0;
		renamed.stall.hop_place.netns += renamed.stall.hop_place.netns ? 100 : 0;
		renamed.stall.icmp_place.netns += renamed.stall.icmp_place.netns ? 100 : 0;
		snprintf(renamed.stall.flow.comm, sizeof(renamed.stall.flow.comm), "renamed");
		for (unsigned int i = 0; i < renamed.stall.tracking_count; i++)
			renamed.stall.trackings[i].netns += 100;
		for (unsigned int i = 0; i < renamed.stall.drop_count; i++)
			renamed.stall.drops[i].netns += renamed.stall.drops[i].netns ? 100 : 0;
		one = judge(&evidence);
		other = judge(&renamed);
		assert_string_equal(one.word, other.word);
		assert_int_equal(one.confidence, other.confidence);
		assert_int_equal(one.line_count, other.line_count);
		assert_int_equal(one.syn_sent, other.syn_sent);
	}
}

/* ---------------------------------------------------------------- records */

#define RECORDS 9

static const char *reason_name(const void *context, uint32_t number)
{
	return number == 1 ? "NETFILTER_DROP" : "NO_SOCKET";
}

/* ::ffff:10.0.0.N */
static void address(uint8_t to[16], uint8_t n)
{
	const struct endpoint end = V4(n);

	memcpy(to, end.addr, sizeof(end.addr));
}

static struct stall_record packet(uint16_t kind, uint64_t at)
{
	struct stall_record record = {.packet = {.head = {.kind = kind, .ktime_ns = at},
						 .what = (uint8_t)(1 + random_number(3)),
						 .netns = one_in(3) ? HERE : THERE,
						 .reason = 1 + random_number(2),
						 .flags = WIRE_STALL_HAS_REASON | WIRE_STALL_COPIES,
						 .family = AF_INET,
						 .dport = 80,
						 .tcp_flags = one_in(2) ? 16 : 18}};

	address(record.packet.saddr, one_in(3) ? 9 : 2);
	record.packet.flags |= one_in(2) ? WIRE_STALL_RECEIVED : 0;
	record.packet.flags |= one_in(4) ? WIRE_STALL_COPY : WIRE_STALL_ORIGINAL;
	record.packet.flags |= one_in(6) ? WIRE_STALL_OTHERHOST : 0;
	return record;
}

static struct stall_record retry(uint8_t number, uint64_t at, int err)
{
	struct stall_record record = {
		.sock = {.head = {.kind = WIRE_KIND_STALL_RETRY, .ktime_ns = at},
			 .state = TCP_STATE_SYN_SENT,
			 .family = AF_INET,
			 .netns = HERE,
			 .flags = WIRE_STALL_HAS_ERR | WIRE_STALL_FIRST_SENT,
			 .retransmits = number,
			 .total_retrans = number,
			 .err = err}};
	address(record.sock.laddr, 1);
	address(record.sock.raddr, 2);
	return record;
}

/* Three SYNs more, a second apart; what is seen of each comes with it. */
static void random_records(struct stall_record records[RECORDS])
{
	static const int results[] = {0, 0, 0, -EPERM, -EBUSY, 1};

	for (uint8_t i = 0; i < 3; i++) {
		uint64_t at = START + (1 + i) * S - S / 4;

		records[i * 3] = retry(i + 1, at, results[random_number(6)]);
		records[i * 3 + 1] = packet(WIRE_KIND_STALL_DROP, at + 1 + random_number(1000));
		records[i * 3 + 2] = packet(WIRE_KIND_STALL_PASS, at + 1 + random_number(1000));
	}
}

static struct evidence collected(const struct stall_record records[RECORDS])
{
	const struct stall_kernel kernel = {.senses = all_senses, .drop_reason = reason_name};
	struct evidence evidence = {.stall = {SENT, .followed_ns = START + S / 2},
				    .senses = all_senses};

	for (int i = 0; i < RECORDS; i++)
		stall_collect(&evidence.stall, &records[i], &kernel);
	evidence.stall.peer.arrived = evidence.stall.peer.looked = evidence.stall.peer.seen;
	evidence.stall.peer.netns = evidence.stall.peer.seen_netns;
	return evidence;
}

static void shuffle(struct stall_record records[RECORDS])
{
	for (uint32_t i = RECORDS - 1; i; i--) {
		uint32_t other = random_number(i + 1);
		struct stall_record record = records[i];

		records[i] = records[other];
		records[other] = record;
	}
}

static void the_order_of_records_decides_nothing(void **state)
{
	for (uint64_t seed = 0; seed < EVIDENCES / 4; seed++) {
		struct stall_record records[RECORDS];
		struct evidence evidence;
		struct verdict one, other;

		random_state = seed;
		random_records(records);
		evidence = collected(records);
		one = judge(&evidence);
		shuffle(records);
		evidence = collected(records);
		other = judge(&evidence);
		if (strcmp(one.word, other.word) || one.confidence != other.confidence ||
		    one.syn_sent != other.syn_sent) {
			print_verdict("in order", &one);
			print_verdict("shuffled", &other);
			fail_msg("seed %u", (unsigned int)seed);
		}
	}
}

static void a_later_syn_that_passed_ends_the_proof_of_a_drop(void **state)
{
	static const enum stall_where wheres[] = {STALL_OUTPUT, STALL_INPUT, STALL_FORWARD,
						  STALL_PREROUTING};

	for (uint64_t seed = 0; seed < 1000; seed++) {
		struct evidence evidence = {.stall = {SENT_AGAIN}, .senses = all_senses};
		struct stall_drop *drop = &evidence.stall.drops[0];
		struct verdict verdict;

		random_state = seed;
		evidence.stall.drop_count = 1;
		*drop = (struct stall_drop){.reason = "NETFILTER_DROP",
					    .location = "nft_do_chain",
					    .what = STALL_SYN,
					    .where = (uint8_t)wheres[random_number(4)],
					    .identity = STALL_ORIGINAL,
					    .own_namespace = one_in(2),
					    .netns = one_in(2) ? HERE : THERE,
					    .count = 1,
					    .last_ns = START + 2 * S + random_number(1000)};
		verdict = judge(&evidence);
		assert_true(!strncmp(verdict.word, "dropped_", 8));
		evidence.stall.try_before_ns = evidence.stall.last_try_ns;
		evidence.stall.last_try_ns = NOW - S / 4;
		evidence.stall.followed_sends++;
		evidence.stall.retries++;
		evidence.stall.retries_left++;
		verdict = judge(&evidence);
		assert_string_equal(verdict.word, "no_answer");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_nobody_saw_accuses_nobody),
		cmocka_unit_test(each_accusation_rests_on_something_seen_of_this_connect),
		cmocka_unit_test(names_decide_nothing),
		cmocka_unit_test(the_order_of_records_decides_nothing),
		cmocka_unit_test(a_later_syn_that_passed_ends_the_proof_of_a_drop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
