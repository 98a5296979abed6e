/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Conditions on a number of the connection: `idle > 1h`, `unacked >= 1000`, `keepalive off`. Pure. */
#include <string.h>

#include "base/number.h"
#include "filter/parser.h"

enum unit {
	UNIT_NUMBER,
	UNIT_TIME,
	UNIT_SWITCH, /* on, off */
};

static const uint8_t units[FILTER_VALUES] = {
	[FILTER_IDLE] = UNIT_TIME,
	[FILTER_LAST_RECEIVED] = UNIT_TIME,
	[FILTER_LAST_SENT] = UNIT_TIME,
	[FILTER_LAST_ACK] = UNIT_TIME,
	[FILTER_KEEPALIVE] = UNIT_SWITCH,
	[FILTER_KEEPALIVE_IDLE] = UNIT_TIME,
	[FILTER_KEEPALIVE_INTERVAL] = UNIT_TIME,
	[FILTER_ZERO_WINDOW] = UNIT_TIME,
	[FILTER_GIVES_UP] = UNIT_TIME,
	[FILTER_RTT] = UNIT_TIME,
};

static bool parse_number(const char *word, uint64_t *ret_number)
{
	return !number_parse(word, UINT64_MAX - 1, ret_number);
}

static bool parse_time(const char *word, uint64_t *ret_number)
{
	return !number_parse_duration(word, ret_number);
}

static bool parse_switch(const char *word, uint64_t *ret_number)
{
	*ret_number = !strcasecmp(word, "on");
	return *ret_number || !strcasecmp(word, "off");
}

static const struct {
	const char *wanted, *invalid;
	bool (*parse)(const char *word, uint64_t *ret_number);
	bool ordered;
} forms[] = {
	[UNIT_NUMBER] = {"expected a number", "invalid number", parse_number, true},
	[UNIT_TIME] = {"expected a time: 250ms, 60s, 5m, 2h",
		       "invalid time; examples: 250ms, 60s, 5m, 2h", parse_time, true},
	[UNIT_SWITCH] = {"expected on or off", "expected on or off", parse_switch, false},
};

int condition_value(struct parser *parser, enum node_type type, unsigned int sides,
		    uint16_t *ret_node)
{
	unsigned int unit = units[sides];
	enum compare compare;
	struct token token;
	uint64_t number;
	const char *word;
	struct node *node;
	bool negated;
	int err;

	parser_compare(parser, forms[unit].ordered, &compare, &negated);
	err = parser_word(parser, forms[unit].wanted, &word, &token);
	if (err)
		return err;
	if (!forms[unit].parse(word, &number))
		return parser_fail(parser, &token, forms[unit].invalid);
	err = parser_node(parser, type, ret_node);
	if (err)
		return err;
	node = &parser->filter->nodes[*ret_node];
	node->compare = (uint8_t)(negated ? COMPARE_NE : compare);
	node->sides = (uint8_t)sides;
	node->number = number;
	return 0;
}
