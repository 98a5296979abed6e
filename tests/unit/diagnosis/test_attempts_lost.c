/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Records that found no room in the ring: what they would have told is not known to be absent. */
#include "diagnosis/diagnose.h"
#include "unit/diagnosis/attempts_scene.h"

#define NETNS 7u
#define SOCK 64u
#define SYNS 4
#define SECOND (1000 * MS)

static const struct stall_kernel kernel = {.senses = {.retransmit = true,
						      .retransmit_err = true,
						      .drops = true,
						      .receive = true,
						      .resets = true,
						      .errors = true,
						      .icmp6 = true},
					   .hz = 1000};

static const uint8_t loopback[16] = {[10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1};

static struct stall_record socket_record(uint8_t kind, uint64_t at, unsigned int retries)
{
	struct stall_record record = {.sock = {
					      .head = {.kind = kind, .ktime_ns = at},
					      .sock = SOCK,
					      .cookie = SOCK + 1,
					      .state = TCP_STATE_SYN_SENT,
					      .family = AF_INET,
					      .lport = 40000,
					      .rport = 80,
					      .netns = NETNS,
					      .retransmits = (uint8_t)retries,
					      .total_retrans = retries,
					      .flags = WIRE_STALL_HAS_ERR | WIRE_STALL_FIRST_SENT,
				      }};

	memcpy(record.sock.laddr, loopback, sizeof(loopback));
	memcpy(record.sock.raddr, loopback, sizeof(loopback));
	return record;
}

static struct stall_record arrival(uint64_t at)
{
	struct stall_record record = {
		.packet = {.head = {.kind = WIRE_KIND_STALL_PASS, .ktime_ns = at},
			   .sock = SOCK,
			   .cookie = SOCK + 1,
			   .netns = NETNS,
			   .sport = 40000,
			   .dport = 80,
			   .family = AF_INET,
			   .what = WIRE_STALL_SYN,
			   .flags = WIRE_STALL_RECEIVED | WIRE_STALL_COPIES | WIRE_STALL_ORIGINAL}};

	memcpy(record.packet.saddr, loopback, sizeof(loopback));
	memcpy(record.packet.daddr, loopback, sizeof(loopback));
	return record;
}

/* As the evidence has it: an address of its own namespace, where a listener's queue is full. */
static void ask(struct stall *stall)
{
	struct stall_peer *peer = &stall->peer;

	stall->route = STALL_ROUTE_FOUND;
	stall->source_present = stall->device_up = stall->device_carrier = STALL_KNOWN_YES;
	peer->seen = true;
	peer->netns = peer->seen_netns = NETNS;
	peer->asked = peer->arrived = peer->looked = peer->listening = true;
	peer->nat_asked = STALL_KNOWN_YES;
	peer->way_back = STALL_ROUTE_FOUND;
	peer->queue = 2;
	peer->limit = 1;
	peer->was_full = true;
}

static void judge(struct attempts *attempts, uint64_t now, struct verdict *ret_verdict)
{
	struct seen seen = {.lport = 40000};
	struct attempt *attempt = attempts_first(attempts);

	turn(attempts, &seen, now);
	assert_non_null(attempt);
	ask(attempt->stall);
	stall_diagnose(attempt->stall, &kernel.senses, now, ret_verdict);
}

/* `lost`: of which SYNs no arrival is recorded, by their bits. `told`: that some records are missing is. */
static unsigned int surest_silence(unsigned int lost, bool told, unsigned int *ret_full)
{
	struct seen seen;
	struct attempts *attempts = new_table(&seen);
	unsigned int surest = STALL_CONFIDENCE_NONE;
	struct stall_record first = socket_record(WIRE_KIND_STALL_SOCK, START + ARM, 0);
	struct verdict verdict = {};

	begin(attempts, SOCK, START);
	attempts_record(attempts, &first, &kernel);
	turn(attempts, &seen, START + ARM);
	for (unsigned int i = 1; i <= SYNS; i++) {
		uint64_t at = START + i * SECOND;
		struct stall_record retry = socket_record(WIRE_KIND_STALL_RETRY, at, i);
		struct stall_record pass = arrival(at + MS / 20);

		attempts_record(attempts, &retry, &kernel);
		if (!(lost & 1u << i))
			attempts_record(attempts, &pass, &kernel);
		else if (told)
			attempts_records_lost(attempts, at + MS);
		judge(attempts, at + 100 * MS, &verdict);
		if (!strcmp(verdict.word, "no_answer") && verdict.confidence > surest)
			surest = verdict.confidence;
	}
	*ret_full = !strcmp(verdict.word, "accept_queue_full") ? verdict.confidence : 0;
	attempts_free(attempts);
	return surest;
}

static void a_lost_arrival_is_no_silence(void **state)
{
	unsigned int full;

	for (unsigned int lost = 0; lost < 2u << SYNS; lost += 2) {
		unsigned int surest = surest_silence(lost, true, &full);

		if (surest > STALL_CONFIDENCE_LOW)
			fail_msg("no_answer, confidence %u, without the arrivals %#x", surest,
				 lost);
		if (!lost)
			assert_int_equal(full, STALL_CONFIDENCE_HIGH);
	}
	/* all arrivals missing, and nobody knows it: what the above is against */
	assert_true(surest_silence(2u << SYNS, false, &full) == STALL_CONFIDENCE_NONE);
	assert_int_equal(surest_silence((2u << SYNS) - 2, false, &full), STALL_CONFIDENCE_HIGH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lost_arrival_is_no_silence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
