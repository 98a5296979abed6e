/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The connection table, from wire records to rows: table_load ROWS... Prints for each number of
 * rows: events a second while so many rows are there, bytes a row, and the time to seed so many.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "connections/conn_table.h"
#include "events/decode.h"
#include "netstate/tcp_state.h"
#include "netstate/wire.h"

#define RECORDS 4000320 /* of one measurement; */
#define WARM 1000320	/* so many of them before the clock starts */
#define BATCH 64	/* as netstate live takes them from the ring */
#define SEED_BATCH 32	/* and rows from the kernel's lists */
#define SEEDED_NS 500000000
#define LIFE 5 /* records of one connection */

static const uint8_t states[LIFE + 1] = {7, 2, 1, 8, 9, 7};

/* Of the processor: what else runs on the machine does not count. */
static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Connection n between two of 250 * 250 addresses; the cookie as the kernel numbers them. */
static void set_sock(struct wire_sock *sock, uint64_t n)
{
	*sock = (struct wire_sock){
		.cookie = n + 1,
		.sock = 0xffff888000000000ULL + (n % 100000) * 2304,
		.laddr = {[10] = 0xff, 0xff, 10, 0, (uint8_t)(n >> 8 & 127), 1},
		.raddr = {[10] = 0xff, 0xff, 10, 1, (uint8_t)(n >> 16 & 127), (uint8_t)(n & 127)},
		.netns = 4026531840u,
		.pid = 1000,
		.comm = "bench",
		.lport = (uint16_t)(1024 + n % 60000),
		.rport = 443,
		.family = 2,
		.owner = WIRE_OWNER_CONNECT,
	};
}

static void set_state(struct wire_state *wire, uint64_t n, unsigned int step, uint64_t ktime_ns)
{
	*wire = (struct wire_state){
		.head = {.kind = WIRE_KIND_STATE,
			 .version = WIRE_VERSION,
			 .size = sizeof(*wire),
			 .ktime_ns = ktime_ns},
		.after_ns = 1000,
		.old_state = states[step],
		.new_state = states[step + 1],
	};
	set_sock(&wire->sock, n);
}

/* xorshift64: the same numbers in every run. */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Where connections live: those in step 0 are not there yet, so that four of five places have a
 * row. */
struct netns_switch {
	uint64_t count, next;
	uint64_t *numbers;
	uint8_t *steps;
};

static void netns_switch_init(struct netns_switch *places, uint64_t rows)
{
	places->count = places->next = rows * LIFE / (LIFE - 1);
	places->numbers = malloc(places->count * sizeof(*places->numbers));
	places->steps = malloc(places->count);
	if (!places->numbers || !places->steps)
		exit(1);
	for (uint64_t i = 0; i < places->count; i++) {
		places->numbers[i] = i;
		places->steps[i] = (uint8_t)(i % LIFE);
	}
}

static struct conn_table *seed(const struct netns_switch *places)
{
	struct listed_connection batch[SEED_BATCH];
	struct conn_table *table;
	size_t count = 0;

	if (conn_table_new(places->count + 100000, &table))
		exit(1);
	conn_table_pass_begin(table, SEEDED_NS);
	for (uint64_t i = 0; i < places->count; i++) {
		struct wire_sock sock;

		if (!places->steps[i])
			continue;
		set_sock(&sock, places->numbers[i]);
		batch[count] = (struct listed_connection){.ktime_ns = SEEDED_NS,
							  .state = states[places->steps[i]]};
		memcpy(batch[count].flow.local.addr, sock.laddr, 16);
		memcpy(batch[count].flow.remote.addr, sock.raddr, 16);
		batch[count].flow.local.port = sock.lport;
		batch[count].flow.remote.port = sock.rport;
		batch[count].flow.cookie = sock.cookie;
		batch[count].flow.sock = sock.sock;
		batch[count].flow.netns = sock.netns;
		if (++count < SEED_BATCH && i + 1 < places->count)
			continue;
		conn_table_pass_rows(table, batch, count, NULL);
		count = 0;
	}
	conn_table_pass_end(table);
	return table;
}

/*
 * A recording in which every record tells of any one of the connections: as on a busy machine, and
 * as hard on the memory as it can be. One that closes makes room for a new one.
 */
static struct wire_state *make_recording(struct netns_switch *places)
{
	struct wire_state *records = malloc(RECORDS * sizeof(*records));
	uint64_t random = 88172645463325252u;

	if (!records)
		exit(1);
	for (uint64_t i = 0; i < RECORDS; i++) {
		uint64_t place = next_random(&random) % places->count;

		set_state(&records[i], places->numbers[place], places->steps[place],
			  1000000000 + i * 100);
		if (++places->steps[place] < LIFE)
			continue;
		places->steps[place] = 0;
		places->numbers[place] = places->next++;
	}
	return records;
}

static void apply(struct conn_table *table, const struct wire_state *records, uint64_t count)
{
	struct event events[BATCH];

	for (uint64_t i = 0; i < count; i += BATCH) {
		for (uint64_t k = 0; k < BATCH; k++) {
			if (event_decode(&records[i + k], sizeof(records[i + k]), &events[k]))
				exit(1);
		}
		conn_table_apply_all(table, events, BATCH);
	}
}

static void check(const struct conn_table *table, const struct netns_switch *places)
{
	const struct conn_counters *counters = conn_table_counters(table);
	size_t rows = 0;

	for (uint64_t i = 0; i < places->count; i++)
		rows += places->steps[i] != 0;
	if (conn_table_size(table) == rows && counters->transitions == RECORDS &&
	    !counters->jumped && !counters->refused)
		return;
	fprintf(stderr, "table_load: not every record was applied\n");
	exit(1);
}

static void measure(uint64_t rows)
{
	double begin, seeded, applied;
	struct wire_state *records;
	struct conn_table *table;
	struct netns_switch places;

	netns_switch_init(&places, rows);
	begin = now();
	table = seed(&places);
	seeded = now() - begin;
	records = make_recording(&places);
	apply(table, records, WARM);
	begin = now();
	apply(table, records + WARM, RECORDS - WARM);
	applied = now() - begin;
	check(table, &places);
	printf("{\"rows\": %zu, \"events_per_s\": %.0f, \"bytes_per_row\": %.0f, \"seed_s\": %.4f}\n",
	       conn_table_size(table), (RECORDS - WARM) / applied,
	       (double)conn_table_memory(table) / (double)conn_table_size(table), seeded);
	fflush(stdout);
	conn_table_free(table);
	free(places.numbers);
	free(places.steps);
	free(records);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		measure(strtoull(argv[i], NULL, 10));
	return 0;
}
