/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* `state X` and `exclude X` as in ss: one behind the other they add to, and take from, one set.
 * Pure. */
#include <string.h>

#include "base/cleanup.h"
#include "filter/parser.h"

#define STATE_WORD_MAX 32 /* longer than any */
#define CONNECTED                                                                                  \
	(STATES_EVERY & ~(STATES_NONE | STATE_BIT(TCP_STATE_CLOSE) | STATE_BIT(TCP_STATE_LISTEN)))
#define BUCKET                                                                                     \
	(STATE_BIT(TCP_STATE_SYN_RECV) | STATE_BIT(TCP_STATE_NEW_SYN_RECV) |                       \
	 STATE_BIT(TCP_STATE_TIME_WAIT))

static const struct {
	const char *word;
	uint32_t states;
} sets[] = {
	{"all", STATES_EVERY},
	{"connected", CONNECTED},
	{"synchronized", CONNECTED & ~STATE_BIT(TCP_STATE_SYN_SENT)},
	{"bucket", BUCKET},
	{"big", STATES_EVERY & ~(STATES_NONE | BUCKET)},
};

/* The states that a word names; 0: none. */
static uint32_t states_of(const char *word)
{
	unsigned int state;

	for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
		if (!strcasecmp(word, sets[i].word))
			return sets[i].states;
	}
	state = tcp_state_parse(word);
	if (state == TCP_STATE_SYN_RECV)
		return STATE_BIT(TCP_STATE_SYN_RECV) | STATE_BIT(TCP_STATE_NEW_SYN_RECV);
	return state ? STATE_BIT(state) : 0;
}

/* "established,close-wait": the words of a list. */
static int states_of_list(struct parser *parser, const char *list, const struct token *token,
			  uint32_t *states)
{
	const char *end;

	for (;; list = end + 1) {
		char word[STATE_WORD_MAX];
		uint32_t named;

		end = strchrnul(list, ',');
		if (end > list) { /* blanks and commas may both stand between two words */
			if ((size_t)(end - list) >= sizeof(word))
				return parser_fail(parser, token, "no such state");
			memcpy(word, list, (size_t)(end - list));
			word[end - list] = '\0';
			named = states_of(word);
			if (!named)
				return parser_fail(parser, token, "no such state");
			*states |= named;
		}
		if (!*end)
			return 0;
	}
}

static const char wanted[] =
	"expected a state: established, syn-sent ... or all connected synchronized bucket big";

static int parse_word(struct parser *parser, uint32_t *states)
{
	struct token token;
	const char *word;
	uint32_t named = 0;
	int err = parser_word(parser, wanted, &word, &token);

	if (!err)
		err = states_of_list(parser, word, &token, &named);
	if (!err && !named)
		err = parser_fail(parser, &token, wanted);
	*states |= named;
	return err;
}

static int parse_braces(struct parser *parser, uint32_t *states)
{
	struct token open = parser->token;
	int err;

	parser_advance(parser);
	while (parser->token.type != TOKEN_BRACE_CLOSE) {
		if (parser->token.type == TOKEN_END)
			return parser_fail(parser, &open, "this brace is not closed");
		err = parse_word(parser, states);
		if (err)
			return err;
	}
	if (!*states)
		return parser_fail(parser, &parser->token, wanted);
	parser_advance(parser);
	return 0;
}

/* A shell makes `state a b` of `state {a,b}`: a word behind a state is one more where it names one.
 */
static bool names_state(const struct token *token)
{
	char word[STATE_WORD_MAX];

	if (token->type != TOKEN_WORD || token->word_length >= sizeof(word))
		return false;
	memcpy(word, token->word, token->word_length);
	word[token->word_length] = '\0';
	return states_of(word) != 0;
}

static int parse_states(struct parser *parser, uint32_t *ret_states)
{
	uint32_t states = 0;
	int err;

	err = parser->token.type == TOKEN_BRACE_OPEN ? parse_braces(parser, &states)
						     : parse_word(parser, &states);
	while (!err && names_state(&parser->token))
		err = parse_word(parser, &states);
	*ret_states = states;
	return err;
}

int condition_state(struct parser *parser, enum node_type type, unsigned int sides,
		    uint16_t *ret_node)
{
	uint32_t states = 0, named;
	bool first = true;
	int err;

	for (;; first = false) {
		bool adds = token_is(&parser->token, "state"), negated;
		struct token sign;
		enum compare equal;

		if (!adds && !token_is(&parser->token, "exclude") &&
		    !token_is(&parser->token, "excl"))
			break;
		parser_advance(parser);
		sign = parser->token;
		parser_compare(parser, false, &equal, &negated);
		if (negated && !adds)
			return parser_fail(parser, &sign, wanted);
		adds &= !negated;
		err = parse_states(parser, &named);
		if (err)
			return err;
		if (first && !adds)
			states = STATES_EVERY;
		states = adds ? states | named : states & ~named;
	}
	err = parser_node(parser, type, ret_node);
	if (err)
		return err;
	parser->filter->nodes[*ret_node].states = states;
	return 0;
}
