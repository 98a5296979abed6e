/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* FILTER text -> expression: the grammar. `or` binds least; `and` may be left out; `not` binds
 * most. Pure. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter/parser.h"

static int parse_any(struct parser *parser, uint16_t *ret_node);

int parser_fail(struct parser *parser, const struct token *token, const char *sentence)
{
	parser->error->offset = token->offset;
	parser->error->length = token->length;
	snprintf(parser->error->text, sizeof(parser->error->text), "%s", sentence);
	return -EINVAL;
}

int parser_node(struct parser *parser, enum node_type type, uint16_t *ret_node)
{
	struct filter *filter = parser->filter;

	if (filter->count == NODES_MAX)
		return parser_fail(parser, &parser->token, "too many conditions");
	if (!(filter->count & (filter->count - 1))) { /* doubles at each power of two */
		struct node *nodes = realloc(filter->nodes, 2 * filter->count * sizeof(*nodes));

		if (!nodes)
			return -ENOMEM;
		filter->nodes = nodes;
	}
	filter->nodes[filter->count] = (struct node){.type = (uint8_t)type};
	filter->wants_details |= type == NODE_DEVICE || type == NODE_MARK ||
				 type == NODE_AUTOBOUND || type == NODE_VALUE;
	*ret_node = (uint16_t)filter->count++;
	return 0;
}

int parser_word(struct parser *parser, const char *wanted, const char **ret_word,
		struct token *ret_token)
{
	struct token token = parser->token;
	char *copy = parser->filter->strings + parser->strings_used;

	if (token.type == TOKEN_UNCLOSED)
		return parser_fail(parser, &token, "this quote has no end");
	if (token.type != TOKEN_WORD && token.type != TOKEN_QUOTED)
		return parser_fail(parser, &token, wanted);
	memcpy(copy, token.word, token.word_length);
	copy[token.word_length] = '\0';
	parser->strings_used += token.word_length + 1;
	parser_advance(parser);
	*ret_word = copy;
	*ret_token = token;
	return 0;
}

static int parse_parentheses(struct parser *parser, uint16_t *ret_node)
{
	struct token open = parser->token;
	int err;

	if (parser->depth == DEPTH_MAX)
		return parser_fail(parser, &open, "too many parentheses within each other");
	parser_advance(parser);
	parser->depth++;
	err = parse_any(parser, ret_node);
	parser->depth--;
	if (err)
		return err;
	if (parser->token.type == TOKEN_END)
		return parser_fail(parser, &open, "this parenthesis is not closed");
	if (parser->token.type != TOKEN_CLOSE)
		return parser_fail(parser, &parser->token, "expected and, or, a condition or )");
	parser_advance(parser);
	return 0;
}

static int parse_unary(struct parser *parser, uint16_t *ret_node)
{
	bool negated = false;
	int err;

	for (; parser->token.type == TOKEN_NOT; parser_advance(parser))
		negated = !negated;
	err = parser->token.type == TOKEN_OPEN ? parse_parentheses(parser, ret_node)
					       : condition_parse(parser, ret_node);
	if (!err && negated)
		parser->filter->nodes[*ret_node].negated =
			!parser->filter->nodes[*ret_node].negated;
	return err;
}

/* Puts `child` behind *last in a node of `type`, which replaces a single *head when the second
 * child comes. */
static int append(struct parser *parser, enum node_type type, uint16_t child, uint16_t *head,
		  uint16_t *last)
{
	struct filter *filter = parser->filter;
	int err;

	if (!*head) {
		*head = *last = child;
		return 0;
	}
	if (*head == *last) {
		uint16_t first = *head;

		err = parser_node(parser, type, head);
		if (err)
			return err;
		filter->nodes[*head].first = first;
	}
	filter->nodes[*last].next = child;
	*last = child;
	return 0;
}

static bool begins_condition(const struct token *token)
{
	return token->type == TOKEN_WORD || token->type == TOKEN_NOT || token->type == TOKEN_OPEN ||
	       token->type == TOKEN_QUOTED;
}

static int parse_all(struct parser *parser, uint16_t *ret_node)
{
	uint16_t head = 0, last = 0, child;
	int err;

	do {
		if (head && parser->token.type == TOKEN_AND)
			parser_advance(parser);
		err = parse_unary(parser, &child);
		if (!err)
			err = append(parser, NODE_ALL, child, &head, &last);
		if (err)
			return err;
	} while (parser->token.type == TOKEN_AND || begins_condition(&parser->token));
	*ret_node = head;
	return 0;
}

static int parse_any(struct parser *parser, uint16_t *ret_node)
{
	uint16_t head = 0, last = 0, child;
	int err;

	for (;;) {
		err = parse_all(parser, &child);
		if (!err)
			err = append(parser, NODE_ANY, child, &head, &last);
		if (err)
			return err;
		if (parser->token.type != TOKEN_OR)
			break;
		parser_advance(parser);
	}
	*ret_node = head;
	return 0;
}

/*
 * As in ss, states that stand in front, with no word between them and the rest, hold for all of the
 * rest: `state established sport = :22 or dport = :22`.
 */
static int parse_leading_states(struct parser *parser, uint16_t *ret_node)
{
	uint16_t states, rest;
	int err = condition_parse(parser, &states);

	if (err)
		return err;
	err = parse_any(parser, &rest);
	if (!err)
		err = parser_node(parser, NODE_ALL, ret_node);
	if (err)
		return err;
	parser->filter->nodes[states].next = rest;
	parser->filter->nodes[*ret_node].first = states;
	return 0;
}

/* Do states stand in front of a condition? Looks ahead and leaves everything as it was. */
static bool begins_with_states(struct parser *parser)
{
	struct filter_error error;
	struct parser ahead = *parser;
	uint16_t node;
	bool found;

	if (!token_is(&ahead.token, "state") && !token_is(&ahead.token, "exclude") &&
	    !token_is(&ahead.token, "excl"))
		return false;
	ahead.error = &error;
	found = !condition_parse(&ahead, &node) && begins_condition(&ahead.token);
	parser->filter->count = 1;
	return found;
}

static int parse_text(struct parser *parser)
{
	int err;

	if (parser->token.type == TOKEN_END)
		return 0;
	err = begins_with_states(parser) ? parse_leading_states(parser, &parser->filter->root)
					 : parse_any(parser, &parser->filter->root);
	if (err)
		return err;
	if (parser->token.type == TOKEN_CLOSE)
		return parser_fail(parser, &parser->token, "this parenthesis was never opened");
	if (parser->token.type == TOKEN_UNCLOSED)
		return parser_fail(parser, &parser->token, "this quote has no end");
	if (parser->token.type != TOKEN_END)
		return parser_fail(parser, &parser->token, "expected and, or, or a condition");
	return 0;
}

void filter_free(struct filter *filter)
{
	if (!filter)
		return;
	free(filter->nodes);
	free(filter->strings);
	free(filter);
}

int filter_parse(const char *text, const struct filter_lookups *lookups, struct filter **ret_filter,
		 struct filter_error *ret_error)
{
	static const struct filter_lookups none;
	struct filter *filter = calloc(1, sizeof(*filter));
	struct parser parser = {
		.text = text,
		.lookups = lookups ? lookups : &none,
		.filter = filter,
		.error = ret_error,
		.token = token_at(text, 0),
	};
	int err = -ENOMEM;

	if (!filter)
		return err;
	filter->count = 1;
	filter->strings =
		malloc(2 * strlen(text) + 1); /* each word is copied once, with a NUL behind it */
	if (filter->strings)
		err = parse_text(&parser);
	if (err) {
		filter_free(filter);
		return err;
	}
	*ret_filter = filter;
	return 0;
}

bool filter_wants_cgroup(const struct filter *filter)
{
	return filter->wants_cgroup;
}

bool filter_wants_details(const struct filter *filter)
{
	return filter->wants_details;
}
