/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* FILTER text -> words and signs. Pure. */
#include "filter/token.h"

#include <string.h>
#include <strings.h>

#include "base/cleanup.h"

/* What ends a word; longer signs stand before those that they begin with. */
#define BLANKS " \t\r\n\v\f"
#define DELIMITERS BLANKS "()!<>=&|{}\"'"

static const struct {
	const char *sign;
	enum token_type type;
} signs[] = {
	{"!=", TOKEN_NE},  {"<=", TOKEN_LE}, {">=", TOKEN_GE},	      {"==", TOKEN_EQ},
	{"&&", TOKEN_AND}, {"||", TOKEN_OR}, {"(", TOKEN_OPEN},	      {")", TOKEN_CLOSE},
	{"!", TOKEN_NOT},  {"<", TOKEN_LT},  {">", TOKEN_GT},	      {"=", TOKEN_EQ},
	{"&", TOKEN_AND},  {"|", TOKEN_OR},  {"{", TOKEN_BRACE_OPEN}, {"}", TOKEN_BRACE_CLOSE},
};

static const struct {
	const char *word;
	enum token_type type;
} keywords[] = {{"and", TOKEN_AND}, {"or", TOKEN_OR}, {"not", TOKEN_NOT}};

bool token_is(const struct token *token, const char *word)
{
	return token->type == TOKEN_WORD && token->word_length == strlen(word) &&
	       !strncasecmp(token->word, word, token->word_length);
}

static struct token quoted(const char *text, size_t offset)
{
	const char *begin = text + offset + 1;
	const char *end = strchr(begin, text[offset]);

	if (!end)
		return (struct token){
			.type = TOKEN_UNCLOSED, .offset = offset, .length = strlen(text + offset)};
	return (struct token){
		.type = TOKEN_QUOTED,
		.offset = offset,
		.length = (size_t)(end - begin) + 2,
		.word = begin,
		.word_length = (size_t)(end - begin),
	};
}

static struct token word(const char *text, size_t offset)
{
	size_t length = strcspn(text + offset, DELIMITERS);
	struct token token = {TOKEN_WORD, offset, length, text + offset, length};

	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++) {
		if (token_is(&token, keywords[i].word)) {
			token.type = keywords[i].type;
			break;
		}
	}
	return token;
}

struct token token_at(const char *text, size_t offset)
{
	offset += strspn(text + offset, BLANKS);
	if (!text[offset])
		return (struct token){.type = TOKEN_END, .offset = offset};
	if (text[offset] == '"' || text[offset] == '\'')
		return quoted(text, offset);
	for (size_t i = 0; i < ARRAY_SIZE(signs); i++) {
		size_t length = strlen(signs[i].sign);

		if (!strncmp(text + offset, signs[i].sign, length))
			return (struct token){
				.type = signs[i].type, .offset = offset, .length = length};
	}
	return word(text, offset);
}
