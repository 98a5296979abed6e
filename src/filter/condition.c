/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The conditions of the filter language: the words that begin one, and those that compare a number
 * or a name. Pure. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/number.h"
#include "filter/parser.h"

static const struct {
	const char *word;
	condition_parser *parse;
	enum node_type type;
	unsigned int sides;
} conditions[] = {
	{"state", condition_state, NODE_STATE, 0},
	{"exclude", condition_state, NODE_STATE, 0},
	{"excl", condition_state, NODE_STATE, 0},
	{"src", condition_host, NODE_HOST, SIDE_LOCAL},
	{"dst", condition_host, NODE_HOST, SIDE_REMOTE},
	{"laddr", condition_host, NODE_HOST, SIDE_LOCAL},
	{"raddr", condition_host, NODE_HOST, SIDE_REMOTE},
	{"sport", condition_port, NODE_PORT, SIDE_LOCAL},
	{"dport", condition_port, NODE_PORT, SIDE_REMOTE},
	{"lport", condition_port, NODE_PORT, SIDE_LOCAL},
	{"rport", condition_port, NODE_PORT, SIDE_REMOTE},
	{"port", condition_port, NODE_PORT, SIDE_LOCAL | SIDE_REMOTE},
	{"pid", condition_number, NODE_PID, 0},
	{"uid", condition_number, NODE_UID, 0},
	{"netns", condition_number, NODE_NETNS, 0},
	{"comm", condition_text, NODE_COMM, 0},
	{"cgroup", condition_text, NODE_CGROUP, 0},
	{"age", condition_age, NODE_AGE, 0},
	{"dev", condition_text, NODE_DEVICE, 0},
	{"fwmark", condition_mark, NODE_MARK, 0},
	{"autobound", condition_bare, NODE_AUTOBOUND, 0},
	{"idle", condition_value, NODE_VALUE, FILTER_IDLE},
	{"last_received", condition_value, NODE_VALUE, FILTER_LAST_RECEIVED},
	{"last_sent", condition_value, NODE_VALUE, FILTER_LAST_SENT},
	{"last_ack", condition_value, NODE_VALUE, FILTER_LAST_ACK},
	{"keepalive", condition_value, NODE_VALUE, FILTER_KEEPALIVE},
	{"keepalive_idle", condition_value, NODE_VALUE, FILTER_KEEPALIVE_IDLE},
	{"keepalive_interval", condition_value, NODE_VALUE, FILTER_KEEPALIVE_INTERVAL},
	{"keepalive_probes_left", condition_value, NODE_VALUE, FILTER_KEEPALIVE_PROBES_LEFT},
	{"snd_wnd", condition_value, NODE_VALUE, FILTER_SND_WND},
	{"rcv_wnd", condition_value, NODE_VALUE, FILTER_RCV_WND},
	{"zero_window", condition_value, NODE_VALUE, FILTER_ZERO_WINDOW},
	{"unacked", condition_value, NODE_VALUE, FILTER_UNACKED},
	{"gives_up", condition_value, NODE_VALUE, FILTER_GIVES_UP},
	{"recv_q", condition_value, NODE_VALUE, FILTER_RECV_Q},
	{"send_q", condition_value, NODE_VALUE, FILTER_SEND_Q},
	{"rtt", condition_value, NODE_VALUE, FILTER_RTT},
	{"retransmits", condition_value, NODE_VALUE, FILTER_RETRANSMITS},
	{"bytes_sent", condition_value, NODE_VALUE, FILTER_BYTES_SENT},
	{"bytes_received", condition_value, NODE_VALUE, FILTER_BYTES_RECEIVED},
};

static const struct {
	const char *word;
	enum token_type sign;
	enum compare compare;
	bool negated;
	bool ordered;
} compares[] = {
	{"eq", TOKEN_EQ, COMPARE_EQ, false, false}, {"ne", TOKEN_NE, COMPARE_EQ, true, false},
	{"neq", TOKEN_NE, COMPARE_EQ, true, false}, {"lt", TOKEN_LT, COMPARE_LT, false, true},
	{"le", TOKEN_LE, COMPARE_LE, false, true},  {"leq", TOKEN_LE, COMPARE_LE, false, true},
	{"gt", TOKEN_GT, COMPARE_GT, false, true},  {"ge", TOKEN_GE, COMPARE_GE, false, true},
	{"geq", TOKEN_GE, COMPARE_GE, false, true},
};

/* What a word that begins no condition may have been meant as. */
static const char *no_condition(const struct token *token)
{
	bool word = token->type == TOKEN_WORD;

	if (word && token->word[0] == ':')
		return "expected a condition: a port is written as port = :80, sport = :80 or "
		       "dport = :80";
	if (word && strspn(token->word, "0123456789.:[]/") >= token->word_length)
		return "expected a condition: an address is written as src ADDRESS or dst "
		       "ADDRESS, a process as pid 80";
	return "expected a condition, such as dport = :443, comm nginx or state established; "
	       "netstate-filter(7) lists them all";
}

int condition_parse(struct parser *parser, uint16_t *ret_node)
{
	struct token token = parser->token;

	for (size_t i = 0; i < ARRAY_SIZE(conditions); i++) {
		if (!token_is(&token, conditions[i].word))
			continue;
		if (parser->lookups->no_age &&
		    (conditions[i].type == NODE_AGE || conditions[i].type == NODE_VALUE))
			return parser_fail(parser, &token, parser->lookups->no_age);
		if (conditions[i].type !=
		    NODE_STATE) /* that one reads its own words: there may be several */
			parser_advance(parser);
		return conditions[i].parse(parser, conditions[i].type, conditions[i].sides,
					   ret_node);
	}
	return parser_fail(parser, &token, no_condition(&token));
}

void parser_compare(struct parser *parser, bool ordered, enum compare *ret_compare,
		    bool *ret_negated)
{
	*ret_compare = COMPARE_EQ;
	*ret_negated = false;
	for (size_t i = 0; i < ARRAY_SIZE(compares); i++) {
		if (compares[i].ordered && !ordered)
			continue;
		if (parser->token.type != compares[i].sign &&
		    !token_is(&parser->token, compares[i].word))
			continue;
		*ret_compare = compares[i].compare;
		*ret_negated = compares[i].negated;
		parser_advance(parser);
		return;
	}
}

static int find_uid(struct parser *parser, const char *word, uint64_t *ret_number)
{
	uint32_t uid;
	int err = parser->lookups->user ? parser->lookups->user(word, &uid) : -ENOENT;

	if (!err)
		*ret_number = uid;
	return err;
}

static int find_netns(struct parser *parser, const char *word, uint64_t *ret_number)
{
	uint32_t inode;
	int err = parser->lookups->netns ? parser->lookups->netns(word, &inode) : -ENOENT;

	if (!err)
		*ret_number = inode;
	return err;
}

int condition_number(struct parser *parser, enum node_type type, unsigned int sides,
		     uint16_t *ret_node)
{
	static const struct {
		const char *wanted, *unknown;
		int (*find)(struct parser *parser, const char *word, uint64_t *ret_number);
		bool digits_name; /* digits may be a name as well, which goes first */
	} rows[] = {
		[NODE_PID] = {"expected a process id", "invalid process id", NULL, false},
		[NODE_UID] = {"expected a user: a number or a name", "no such user", find_uid,
			      false},
		[NODE_NETNS] = {"expected a network namespace: inode number, name or path",
				"no such network namespace", find_netns, true},
	};
	enum compare compare;
	struct token token;
	uint64_t number;
	const char *word;
	bool negated;
	int err;

	parser_compare(parser, true, &compare, &negated);
	err = parser_word(parser, rows[type].wanted, &word, &token);
	if (err)
		return err;
	if (!rows[type].digits_name || rows[type].find(parser, word, &number))
		err = number_parse(word, UINT32_MAX, &number);
	if (err == -EINVAL && rows[type].find)
		err = rows[type].find(parser, word, &number);
	if (err)
		return parser_fail(parser, &token, rows[type].unknown);
	err = parser_node(parser, type, ret_node);
	if (err)
		return err;
	parser->filter->nodes[*ret_node].compare = (uint8_t)compare;
	parser->filter->nodes[*ret_node].negated = negated;
	parser->filter->nodes[*ret_node].number = number;
	return 0;
}

int condition_age(struct parser *parser, enum node_type type, unsigned int sides,
		  uint16_t *ret_node)
{
	enum compare compare;
	struct token token;
	const char *word;
	uint64_t ns;
	bool negated;
	int err;

	parser_compare(parser, true, &compare, &negated);
	err = parser_word(parser, "expected a time: 250ms, 60s, 5m, 2h", &word, &token);
	if (err)
		return err;
	if (number_parse_duration(word, &ns))
		return parser_fail(parser, &token, "invalid time; examples: 250ms, 60s, 5m, 2h");
	err = parser_node(parser, type, ret_node);
	if (err)
		return err;
	parser->filter->nodes[*ret_node].compare = (uint8_t)(negated ? COMPARE_NE : compare);
	parser->filter->nodes[*ret_node].number = ns;
	return 0;
}

/* `fwmark 0x1`, `fwmark = 0x10/0xf0`: the bits of the mask are compared. */
int condition_mark(struct parser *parser, enum node_type type, unsigned int sides,
		   uint16_t *ret_node)
{
	static const char wanted[] = "expected a mark: MARK or MARK/MASK, decimal or 0x...";
	uint64_t mark, mask = UINT32_MAX;
	enum compare compare;
	struct token token;
	const char *word, *slash;
	char text[32];
	bool negated;
	int err;

	parser_compare(parser, false, &compare, &negated);
	err = parser_word(parser, wanted, &word, &token);
	if (err)
		return err;
	slash = strchrnul(word, '/');
	if (slash - word >= (ptrdiff_t)sizeof(text))
		return parser_fail(parser, &token, wanted);
	memcpy(text, word, (size_t)(slash - word));
	text[slash - word] = '\0';
	if (number_parse_any_base(text, UINT32_MAX, &mark) ||
	    (*slash && number_parse_any_base(slash + 1, UINT32_MAX, &mask)))
		return parser_fail(parser, &token, wanted);
	err = parser_node(parser, type, ret_node);
	if (err)
		return err;
	parser->filter->nodes[*ret_node].negated = negated;
	parser->filter->nodes[*ret_node].mark = (uint32_t)mark;
	parser->filter->nodes[*ret_node].mask = (uint32_t)mask;
	return 0;
}

/* A word that stands for itself. */
int condition_bare(struct parser *parser, enum node_type type, unsigned int sides,
		   uint16_t *ret_node)
{
	return parser_node(parser, type, ret_node);
}

/* A path as people have it at hand: with the mount point in front, without the first slash, with
 * one at the end. */
static const char *cgroup_path(struct parser *parser, const char *word)
{
	/* the longer one where v1 is mounted as well */
	static const char *const mounts[] = {"/sys/fs/cgroup/unified", "/sys/fs/cgroup"};
	size_t length;
	char *end;

	for (size_t i = 0; i < ARRAY_SIZE(mounts); i++) {
		length = strlen(mounts[i]);
		if (!strncmp(word, mounts[i], length) && (word[length] == '/' || !word[length])) {
			word += length;
			break;
		}
	}
	while (*word == '/')
		word++;
	length = strlen(word);
	end = parser->filter->strings + parser->strings_used -
	      1; /* the NUL of the word just taken */
	while (length && word[length - 1] == '/') {
		*--end = '\0';
		length--;
	}
	return word;
}

int condition_text(struct parser *parser, enum node_type type, unsigned int sides,
		   uint16_t *ret_node)
{
	bool cgroup = type == NODE_CGROUP;
	enum compare compare;
	struct token token;
	const char *word;
	bool negated;
	int err;

	parser_compare(parser, false, &compare, &negated);
	err = parser_word(parser,
			  cgroup		? "expected the path of a cgroup"
			  : type == NODE_DEVICE ? "expected the name of a device"
						: "expected the name of a process",
			  &word, &token);
	if (err)
		return err;
	err = parser_node(parser, type, ret_node);
	if (err)
		return err;
	parser->filter->wants_cgroup |= cgroup;
	parser->filter->nodes[*ret_node].negated = negated;
	parser->filter->nodes[*ret_node].text = cgroup ? cgroup_path(parser, word) : word;
	return 0;
}
