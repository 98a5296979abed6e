/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The state of one parsing, shared by the grammar (parse.c) and the conditions (condition_*.c). */
#ifndef FILTER_PARSER_H
#define FILTER_PARSER_H

#include "filter/expression.h"
#include "filter/filter.h"
#include "filter/token.h"

struct parser {
	const char *text;
	const struct filter_lookups *lookups;
	struct filter *filter;
	struct filter_error *error;
	struct token token; /* the one that is next to be taken */
	size_t strings_used;
	unsigned int depth;
};

static inline void parser_advance(struct parser *parser)
{
	parser->token = token_at(parser->text, parser->token.offset + parser->token.length);
}

/* Fills the error with where `token` is and returns -EINVAL. */
int parser_fail(struct parser *parser, const struct token *token, const char *sentence);

/* A new node, all zero but for its type. 0, -EINVAL (too many), -ENOMEM. */
int parser_node(struct parser *parser, enum node_type type, uint16_t *ret_node);

/* Takes the next token, which must be a word; the copy lives as long as the filter. `wanted` is the
 * error's sentence. */
int parser_word(struct parser *parser, const char *wanted, const char **ret_word,
		struct token *ret_token);

/* A condition: a word that is known and what belongs to it. */
int condition_parse(struct parser *parser, uint16_t *ret_node);

/* One for each kind of condition; the word itself is taken already. */
typedef int condition_parser(struct parser *parser, enum node_type type, unsigned int sides,
			     uint16_t *ret_node);
condition_parser condition_state, condition_host, condition_port, condition_number, condition_text,
	condition_age, condition_mark, condition_bare, condition_value;

/* `=`, `==`, `eq`, or nothing: COMPARE_EQ; `!=`, `ne`: COMPARE_EQ negated; the others only where
 * `ordered`. */
void parser_compare(struct parser *parser, bool ordered, enum compare *ret_compare,
		    bool *ret_negated);

/* A port: number or service, with or without a colon in front. `token` is where it stands. */
int parser_port(struct parser *parser, const char *word, const struct token *token,
		uint16_t *ret_port);

#endif
