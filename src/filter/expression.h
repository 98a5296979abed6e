/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a filter is inside: nodes in one array, that point at each other by index. */
#ifndef FILTER_EXPRESSION_H
#define FILTER_EXPRESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netstate/tcp_state.h"

/* A FILTER comes from a command line or a keyboard: nobody writes more, and a fuzzer shall not find
 * a deep stack. */
#define NODES_MAX 1024
#define DEPTH_MAX 32 /* parentheses within each other */

enum node_type {
	NODE_ALL, /* of its children */
	NODE_ANY, /* of its children */
	NODE_STATE,
	NODE_HOST,
	NODE_PORT,
	NODE_PID,
	NODE_COMM,
	NODE_UID,
	NODE_NETNS,
	NODE_CGROUP,
	NODE_AGE,
	NODE_DEVICE,
	NODE_MARK,
	NODE_AUTOBOUND,
	NODE_VALUE,
	NODE_PATH, /* of a UNIX socket */
};

enum compare {
	COMPARE_EQ,
	COMPARE_NE, /* NODE_AGE, NODE_VALUE alone: elsewhere `negated` says it */
	COMPARE_LT,
	COMPARE_LE,
	COMPARE_GT,
	COMPARE_GE,
};

/* struct node.sides */
#define SIDE_LOCAL 1
#define SIDE_REMOTE 2

/* struct node.states: bit 1 << enum tcp_state, and bit 0 for events that have no state */
#define STATE_BIT(state) (1u << (state))
#define STATES_NONE STATE_BIT(0)
#define STATES_EVERY (STATE_BIT(TCP_STATE_MAX) - 1)

struct node {
	uint8_t type;
	uint8_t compare; /* enum compare, where `number` is one to compare with */
	uint8_t sides;	 /* NODE_HOST, NODE_PORT, NODE_PATH; NODE_VALUE: enum filter_value */
	uint8_t bits;	 /* NODE_HOST: how many of `addr` count */
	bool v6; /* NODE_HOST: written as IPv6, so it holds for IPv6 sockets only, as in ss */
	bool negated;
	uint8_t family; /* NODE_HOST, NODE_PORT: AF_INET, AF_INET6; 0: either */
	uint16_t first; /* child; 0: none */
	uint16_t next;	/* sibling; 0: none */
	union {
		uint64_t number;
		uint32_t states;
		uint8_t addr[16]; /* as in struct endpoint */
		struct {
			uint32_t mark, mask; /* NODE_MARK */
		};
		const char *
			text; /* NODE_COMM, NODE_CGROUP, NODE_DEVICE, NODE_PATH: in struct filter.strings */
	};
};

struct filter {
	struct node *nodes; /* the first is not used: index 0 means none */
	size_t count;
	uint16_t root; /* 0: everything matches */
	char *strings;
	bool wants_cgroup, wants_details;
};

#endif
