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

#define RECORDS 3000000 /* of one measurement */
#define BATCH 60	/* as netstate live takes them from the ring */
#define LIFE 5		/* records of one connection */

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
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
	static const uint8_t states[LIFE + 1] = {7, 2, 1, 8, 9, 7};

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

/*
 * A recording in which `rows` connections are open at every moment: each connection's records lie
 * that far apart. The i-th record is step i % LIFE of a connection that began so long ago.
 */
static struct wire_state *make_recording(uint64_t rows, uint64_t first)
{
	struct wire_state *records = malloc(RECORDS * sizeof(*records));
	uint64_t apart = rows / (LIFE - 1) + 1;

	if (!records)
		exit(1);
	for (uint64_t i = 0; i < RECORDS; i++) {
		unsigned int step = i % LIFE;
		uint64_t n = first + i / LIFE + apart * (LIFE - 1 - step);

		set_state(&records[i], n, step, 1000000000 + i * 100);
	}
	return records;
}

static struct conn_table *seed(uint64_t rows)
{
	struct conn_table *table;

	if (conn_table_new(rows * 2 + 100000, &table))
		exit(1);
	conn_table_pass_begin(table, 1);
	for (uint64_t n = 0; n < rows; n++) {
		struct listed_connection listed = {.ktime_ns = 1, .state = TCP_STATE_ESTABLISHED};
		struct wire_sock sock;

		set_sock(&sock, n + (1ULL << 40));
		memcpy(listed.flow.local.addr, sock.laddr, 16);
		memcpy(listed.flow.remote.addr, sock.raddr, 16);
		listed.flow.local.port = sock.lport;
		listed.flow.cookie = sock.cookie;
		listed.flow.netns = sock.netns;
		conn_table_pass_row(table, &listed);
	}
	conn_table_pass_end(table);
	return table;
}

static void apply(struct conn_table *table, const struct wire_state *records)
{
	struct event events[BATCH];

	for (uint64_t i = 0; i < RECORDS; i += BATCH) {
		for (uint64_t k = 0; k < BATCH; k++) {
			if (event_decode(&records[i + k], sizeof(records[i + k]), &events[k]))
				exit(1);
		}
		conn_table_apply_all(table, events, BATCH);
	}
}

static void measure(uint64_t rows)
{
	struct wire_state *records = make_recording(rows / 2, 0);
	double begin = now(), seeded, applied;
	struct conn_table *table = seed(0);

	apply(table, records); /* warm: every chunk and index is there */
	conn_table_free(table);
	table = seed(rows / 2);
	begin = now();
	conn_table_free(seed(rows));
	seeded = now() - begin;
	for (uint64_t n = 0; n < rows / 2; n++) { /* the seeded rows stay beside those that churn */
		const struct connection *row = conn_table_find(table, n + (1ULL << 40) + 1);

		if (!row)
			exit(1);
	}
	begin = now();
	apply(table, records);
	applied = now() - begin;
	printf("{\"rows\": %zu, \"events_per_s\": %.0f, \"bytes_per_row\": %.0f, \"seed_s\": %.4f, "
	       "\"refused\": %llu}\n",
	       conn_table_size(table), RECORDS / applied,
	       (double)conn_table_memory(table) / (double)conn_table_size(table), seeded,
	       (unsigned long long)conn_table_counters(table)->refused);
	fflush(stdout);
	conn_table_free(table);
	free(records);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		measure(strtoull(argv[i], NULL, 10));
	return 0;
}
