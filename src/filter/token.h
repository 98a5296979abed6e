/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* FILTER text -> words and signs. */
#ifndef FILTER_TOKEN_H
#define FILTER_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

enum token_type {
	TOKEN_END,
	TOKEN_WORD,
	TOKEN_QUOTED,	/* a word that can't be a keyword */
	TOKEN_UNCLOSED, /* a quote without its end */
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_BRACE_OPEN,
	TOKEN_BRACE_CLOSE,
	TOKEN_AND,
	TOKEN_OR,
	TOKEN_NOT,
	TOKEN_EQ,
	TOKEN_NE,
	TOKEN_LT,
	TOKEN_LE,
	TOKEN_GT,
	TOKEN_GE,
};

struct token {
	enum token_type type;
	size_t offset; /* in the text, quotes included */
	size_t length;
	const char *word; /* TOKEN_WORD, TOKEN_QUOTED: what it says, not terminated */
	size_t word_length;
};

/* The token that begins at or behind `offset`. */
struct token token_at(const char *text, size_t offset);

/* Is it this word? Either case; false for a quoted one. */
bool token_is(const struct token *token, const char *word);

#endif
