/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Short words for the tests of the table: sockets by number, times in milliseconds. */
#ifndef UNIT_CONNECTIONS_LIVES_H
#define UNIT_CONNECTIONS_LIVES_H

#include "connections/conn_table.h"
#include "netstate/tcp_state.h"
#include "unit/unit.h"

#define MS 1000000ULL

#define CLOSE TCP_STATE_CLOSE
#define LISTEN TCP_STATE_LISTEN
#define SYN_SENT TCP_STATE_SYN_SENT
#define SYN_RECV TCP_STATE_SYN_RECV
#define ESTABLISHED TCP_STATE_ESTABLISHED
#define FIN_WAIT1 TCP_STATE_FIN_WAIT1
#define FIN_WAIT2 TCP_STATE_FIN_WAIT2
#define CLOSE_WAIT TCP_STATE_CLOSE_WAIT
#define LAST_ACK TCP_STATE_LAST_ACK
#define CLOSING TCP_STATE_CLOSING
#define TIME_WAIT TCP_STATE_TIME_WAIT

/* Socket n: 10.0.0.1:(1000+n) -> 10.0.0.2:80 in namespace 7, process 100+n. */
static inline struct flow flow_of(uint64_t n)
{
	struct flow flow = {
		.cookie = n,
		.sock = 0xffff000000000000ULL + n * 64,
		.local = {{[10] = 0xff, 0xff, 10, 0, 0, 1}, (uint16_t)(1000 + n)},
		.remote = {{[10] = 0xff, 0xff, 10, 0, 0, 2}, 80},
		.netns = 7,
		.pid = (uint32_t)(100 + n),
		.comm = "prog",
		.family = 2,
		.owner = FLOW_OWNER_CONNECT,
	};

	return flow;
}

static inline struct event event_of(struct flow flow, unsigned int old_state,
				    unsigned int new_state, uint64_t ms)
{
	return (struct event){
		.kind = EVENT_STATE,
		.old_state = (uint8_t)old_state,
		.new_state = (uint8_t)new_state,
		.fd = -1,
		.ktime_ns = ms * MS,
		.flow = flow,
	};
}

static inline void go(struct conn_table *table, struct flow flow, unsigned int old_state,
		      unsigned int new_state, uint64_t ms)
{
	struct event event = event_of(flow, old_state, new_state, ms);

	conn_table_apply(table, &event);
}

/* A transition that process `pid` makes. */
static inline void go_by(struct conn_table *table, struct flow flow, unsigned int old_state,
			 unsigned int new_state, uint64_t ms, uint32_t pid, unsigned int evidence)
{
	struct event event = event_of(flow, old_state, new_state, ms);

	event.evidence = (uint8_t)(EVENT_SEEN_ACTED | evidence);
	event.closer = (struct actor){.pid = pid, .comm = "closer"};
	conn_table_apply(table, &event);
}

/* FIN_WAIT2 or CLOSING -> a minisocket in `substate`, as the kernel side tells it. */
static inline void go_waiting(struct conn_table *table, struct flow flow, unsigned int old_state,
			      unsigned int substate, uint64_t ms)
{
	struct event event = event_of(flow, old_state, TIME_WAIT, ms);

	event.evidence = EVENT_SEEN_MINISOCKET;
	if (substate == FIN_WAIT2)
		event.evidence |= EVENT_SEEN_SUBSTATE_FIN_WAIT2;
	conn_table_apply(table, &event);
}

static inline struct listed_connection listed_of(struct flow flow, unsigned int state, uint64_t ms)
{
	flow.pid = 0;
	flow.owner = FLOW_OWNER_NONE;
	flow.comm[0] = '\0';
	return (struct listed_connection){
		.flow = flow, .ktime_ns = ms * MS, .state = (uint8_t)state};
}

static inline struct listed_connection waiting_of(struct flow flow, unsigned int substate,
						  uint64_t ms, uint64_t expires_ms)
{
	struct listed_connection listed = listed_of(flow, substate, ms);

	listed.minisocket = 1;
	listed.expires_ns = expires_ms * MS;
	return listed;
}

static inline void list(struct conn_table *table, struct listed_connection listed)
{
	conn_table_pass_row(table, &listed);
}

static inline void assert_state(const struct conn_table *table, uint64_t cookie, unsigned int state)
{
	const struct connection *row = conn_table_find(table, cookie);

	assert_int_equal(row ? row->state : 0, state);
}

static inline int new_table(void **state)
{
	struct conn_table *table;

	if (conn_table_new(100000, &table))
		return -1;
	*state = table;
	return 0;
}

static inline int free_table(void **state)
{
	conn_table_free(*state);
	return 0;
}

#define table_test(test) cmocka_unit_test_setup_teardown(test, new_table, free_table)

#endif
