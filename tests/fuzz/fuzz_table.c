/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Any sequence of events, passes and scans of owners over a few sockets: the table keeps its
 * counts, finds its rows and ends empty when the kernel's lists are. 8 bytes a step.
 */
#include "base/cleanup.h"
#include "connections/conn_table.h"
#include "connections/handover.h"
#include "connections/verify.h"
#include "fuzz/fuzz.h"
#include "netstate/tcp_state.h"

#define MAX_ROWS 24

struct script {
	struct conn_table *table;
	uint64_t now_ns;
	bool in_pass;
};

static struct flow flow_of(const uint8_t *step)
{
	unsigned int n = step[1] & 15;
	struct flow flow = {
		.cookie = step[1] & 16 ? 0 : n + 1,
		.sock = step[1] & 32 ? 0 : 0xffff888000000000ULL + (n & 7) * 64,
		.local.port = step[1] & 64 ? 0 : (uint16_t)(1000 + (n & 3)),
		.remote.port = 80,
		.netns = 1 + (step[1] >> 7),
		.pid = 100 + n,
		.owner = step[2] % (FLOW_OWNER_MAX + 1),
	};

	flow.local.addr[15] = flow.remote.addr[15] = n & 4;
	return flow;
}

static void one_event(struct script *script, const uint8_t *step)
{
	struct event event = {
		.kind = 1 + step[0] % 4,
		.old_state = 1 + step[3] % 12,
		.new_state = 1 + step[4] % 12,
		.evidence = step[5],
		.err = step[6] & 3 ? 0 : 104,
		.flow = flow_of(step),
	};
	int64_t late = step[7] & 128 ? (int64_t)(step[7] & 127) * 1000000 : 0;

	script->now_ns += step[7] & 64 ? 1000000000ULL * (step[6] & 63) : step[7];
	event.ktime_ns = script->now_ns - (uint64_t)late;
	if (step[6] & 128)
		conn_table_apply_all(script->table, &event, 1);
	else
		conn_table_apply(script->table, &event);
}

static struct listed_connection listed_of(struct script *script, const uint8_t *step)
{
	struct listed_connection listed = {
		.flow = flow_of(step),
		.ktime_ns = script->now_ns - step[7] * 100000ULL,
		.listener = step[2] & 15,
		.state = 1 + step[3] % 11,
		.minisocket = step[4] & 1,
		.retries = step[5],
	};

	if (listed.minisocket && listed.state != TCP_STATE_SYN_RECV)
		listed.expires_ns = script->now_ns + step[6] * 1000000000ULL;
	return listed;
}

static void one_row(struct script *script, const uint8_t *step)
{
	struct listed_connection listed = listed_of(script, step);

	script->now_ns += step[6];
	conn_table_pass_row(script->table, &listed);
}

/* Several at once, as a socket list has them. */
static void some_rows(struct script *script, const uint8_t *step)
{
	struct listed_connection rows[8];
	uint8_t other[8];

	memcpy(other, step, sizeof(other));
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++, other[1] += step[5]) {
		rows[i] = listed_of(script, other);
		rows[i].listener = false;
	}
	conn_table_pass_rows(script->table, rows, 1 + step[6] % ARRAY_SIZE(rows), NULL);
}

/* The table beside a list of the kernel's, a cookie missing in some of its rows. */
static void one_look(struct script *script, const uint8_t *step)
{
	struct conn_verify *first, *second;
	uint8_t other[8];

	memcpy(other, step, sizeof(other));
	FUZZ_CHECK(!conn_verify_new(script->table, &first));
	FUZZ_CHECK(!conn_verify_new(script->table, &second));
	for (unsigned int i = 0; i < (step[6] & 31);
	     i++, other[1] += step[5], other[3] += step[7]) {
		struct listed_connection listed = listed_of(script, other);

		conn_verify_row(first, &listed);
		if (i & 1)
			conn_verify_row(second, &listed);
	}
	if (step[2] & 1)
		conn_verify_keep(first, 1 + (step[1] & 1));
	conn_verify_end(first);
	conn_verify_end(second);
	for (size_t i = 0; i < conn_verify_count(first); i++) {
		FUZZ_CHECK(conn_verify_get(first, i) != NULL);
		conn_verify_has(second, conn_verify_get(first, i));
	}
	FUZZ_CHECK(conn_verify_not_compared(first) <= conn_table_size(script->table));
	FUZZ_CHECK(conn_verify_listed(first) <= (step[6] & 31));
	conn_verify_free(first);
	conn_verify_free(second);
}

/* What some processes hold, found anew. */
static void some_holders(struct script *script, const uint8_t *step)
{
	const uint32_t pids[] = {100, 100 + (step[3] & 7) + 1u, 110};
	struct held_socket held[8];
	uint8_t other[8];

	memcpy(other, step, sizeof(other));
	for (unsigned int i = 0; i < ARRAY_SIZE(held); i++, other[1] += step[5]) {
		struct flow flow = flow_of(other);

		held[i] = (struct held_socket){
			.cookie = flow.cookie,
			.sock = flow.sock,
			.netns = flow.netns,
			.owner = {.pid = pids[i % ARRAY_SIZE(pids)], .owner = FLOW_OWNER_SCAN},
		};
	}
	if (step[2] & 1)
		conn_table_owners_begin_of(script->table, pids, 1 + step[4] % ARRAY_SIZE(pids));
	conn_table_owners_add_all(script->table, held, 1 + step[6] % ARRAY_SIZE(held));
	if (step[2] & 2)
		conn_table_owners_end(script->table);
}

static void one_pass(struct script *script, const uint8_t *step)
{
	if (script->in_pass) {
		conn_table_pass_keep(script->table, 1 + (step[1] & 3));
		conn_table_pass_end(script->table);
	} else if (step[1] & 128) {
		conn_table_pass_begin_waiting(script->table, script->now_ns);
	} else {
		conn_table_pass_begin(script->table, script->now_ns);
	}
	script->in_pass = !script->in_pass;
}

static void one_scan(struct script *script, const uint8_t *step)
{
	struct connection_owner owner = {.pid = 100 + (step[3] & 7), .owner = FLOW_OWNER_SCAN};
	struct flow flow = flow_of(step);

	if (step[2] & 1)
		conn_table_owners_begin(script->table);
	conn_table_owners_add(script->table, flow.cookie, flow.sock, flow.netns, &owner);
	if (step[2] & 2)
		conn_table_owners_end(script->table);
}

static void check(const struct script *script)
{
	const struct conn_counters *counters = conn_table_counters(script->table);
	struct connection_owner owners[CONN_TABLE_OWNERS];
	const struct connection *row;
	size_t position = 0, count = 0, by_state[16] = {0};

	while ((row = conn_table_next(script->table, &position))) {
		FUZZ_CHECK(row->state && row->history_count &&
			   row->history_count <= CONNECTION_HISTORY);
		FUZZ_CHECK(!row->flow.cookie || conn_table_find(script->table, row->flow.cookie));
		FUZZ_CHECK(conn_table_owners(script->table, row, owners) <= CONN_TABLE_OWNERS);
		by_state[row->state & 15]++;
		count++;
	}
	FUZZ_CHECK(count == conn_table_size(script->table) && count <= MAX_ROWS);
	for (unsigned int i = 0; i < 16; i++)
		FUZZ_CHECK(by_state[i] == counters->by_state[i]);
}

/* The kernel has nothing any more: a pass long after leaves nothing. */
static void check_end(struct script *script)
{
	struct conn_verify *verify;

	script->now_ns += 1000000000000ULL;
	conn_table_pass_begin(script->table, script->now_ns);
	conn_table_pass_end(script->table);
	check(script);
	FUZZ_CHECK(!conn_table_size(script->table));
	FUZZ_CHECK(!conn_verify_new(script->table, &verify));
	conn_verify_end(verify);
	FUZZ_CHECK(!conn_verify_count(verify));
	conn_verify_free(verify);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const steps[])(struct script * script, const uint8_t *step) = {
		one_event, one_event, one_row,	 one_pass,    one_row,
		one_scan,  one_look,  some_rows, some_holders};
	struct script script = {.now_ns = 1000000000000ULL};

	if (conn_table_new(MAX_ROWS, &script.table))
		return 0;
	for (; size >= 8; data += 8, size -= 8) {
		steps[(data[0] >> 2) % ARRAY_SIZE(steps)](&script, data);
		check(&script);
	}
	check_end(&script);
	conn_table_free(script.table);
	return 0;
}
