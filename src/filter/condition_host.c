/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* `src`, `dst` HOST/prefix:port and `sport`, `dport`, `port` as in ss. Pure. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/number.h"
#include "filter/parser.h"

#define V4_BITS 32
#define V6_BITS 128
#define HOST_MAX 64 /* longer than any address */

static const char wanted_host[] =
	"expected an address: ADDRESS, ADDRESS/PREFIX, ADDRESS:PORT, [IPV6]:PORT, :PORT";

struct host {
	char addr[HOST_MAX]; /* "" or "*": any */
	const char *bits;    /* behind the slash, or NULL */
	const char *port;    /* behind the colon, or NULL */
	uint8_t family;	     /* of `inet:` or `inet6:` in front; 0: neither */
};

/* ss(8)'s families in front of an address or port. Those of sockets that nothing lists are refused. */
static int parse_family(struct parser *parser, const struct token *token, const char **word,
			uint8_t *ret_family)
{
	static const struct {
		const char *prefix;
		uint8_t family; /* 0: refused */
	} rows[] = {
		{"inet:", AF_INET}, {"inet6:", AF_INET6}, {"unix:", AF_UNIX}, {"link:", 0},
		{"netlink:", 0},    {"vsock:", 0},	  {"tipc:", 0},
	};

	*ret_family = 0;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (strncmp(*word, rows[i].prefix, strlen(rows[i].prefix)))
			continue;
		if (!rows[i].family)
			return parser_fail(parser, token,
					   "only inet:, inet6: and unix: sockets can be selected");
		*word += strlen(rows[i].prefix);
		*ret_family = rows[i].family;
	}
	return 0;
}

/* ss(8)'s words for any address. */
static bool is_any(const char *word)
{
	return !strcmp(word, "*") || !strcmp(word, "any") || !strcmp(word, "all") ||
	       !strcmp(word, "default");
}

/* Cuts HOST into its parts. Without brackets more than one colon is an IPv6 address and no port. */
static bool split_host(const char *word, struct host *ret_host)
{
	const char *first = strchr(word, ':'), *last = strrchr(word, ':'), *port = NULL;
	char *slash, *end;

	if (strlen(word) >= HOST_MAX + 32)
		return false;
	*ret_host = (struct host){0};
	if (*word == '[') {
		const char *bracket = strchr(word, ']');

		if (!bracket || (bracket[1] && bracket[1] != ':' && bracket[1] != '/'))
			return false;
		port = strchr(bracket, ':');
		snprintf(ret_host->addr, HOST_MAX, "%.*s%.*s", (int)(bracket - word - 1), word + 1,
			 (int)(port ? port - bracket - 1 : (int)strlen(bracket + 1)), bracket + 1);
	} else {
		const char *prefix = strchr(word, '/');

		port = prefix ? strchr(prefix, ':') : first && first == last ? first : NULL;
		snprintf(ret_host->addr, HOST_MAX, "%.*s",
			 (int)(port ? port - word : (int)strlen(word)), word);
	}
	ret_host->port = port ? port + 1 : NULL;
	slash = strchr(ret_host->addr, '/');
	if (slash) {
		*slash = '\0';
		ret_host->bits = slash + 1;
	}
	end = ret_host->addr;
	return slash ? *end && !is_any(end) : true;
}

/* "10.1/16": what is missing behind the last dot is zero, where a prefix says how much counts. */
static bool parse_v4(const struct host *host, uint8_t addr[4])
{
	char whole[HOST_MAX + 8];
	int dots = 0;

	for (const char *at = host->addr; *at; at++)
		dots += *at == '.';
	snprintf(whole, sizeof(whole), "%s%s", host->addr,
		 host->bits && dots < 3 ? &".0.0.0"[2 * dots] : "");
	return inet_pton(AF_INET, whole, addr) == 1;
}

static bool parse_address(const struct host *host, uint8_t addr[16], uint8_t *ret_bits)
{
	bool v4 = !strchr(host->addr, ':');
	uint64_t bits = v4 ? V4_BITS : V6_BITS;

	if (host->bits && number_parse(host->bits, bits, &bits))
		return false;
	if (!v4) {
		*ret_bits = (uint8_t)bits;
		return inet_pton(AF_INET6, host->addr, addr) == 1;
	}
	memset(addr, 0, 10);
	addr[10] = addr[11] = 0xff;
	*ret_bits = (uint8_t)(V6_BITS - V4_BITS + bits);
	return parse_v4(host, addr + 12);
}

int parser_port(struct parser *parser, const char *word, const struct token *token,
		uint16_t *ret_port)
{
	uint64_t number;
	int err;

	if (*word == ':')
		word++;
	err = number_parse(word, UINT16_MAX, &number);
	if (!err) {
		*ret_port = (uint16_t)number;
		return 0;
	}
	if (err == -EINVAL && *word && parser->lookups->service &&
	    !parser->lookups->service(word, ret_port))
		return 0;
	return parser_fail(parser, token,
			   err == -ERANGE ? "port above 65535" : "no such port or service");
}

static int add_port(struct parser *parser, unsigned int sides, enum compare compare, uint16_t port,
		    uint8_t family, uint16_t *ret_node)
{
	int err = parser_node(parser, NODE_PORT, ret_node);

	if (err)
		return err;
	parser->filter->nodes[*ret_node].sides = (uint8_t)sides;
	parser->filter->nodes[*ret_node].compare = (uint8_t)compare;
	parser->filter->nodes[*ret_node].number = port;
	parser->filter->nodes[*ret_node].family = family;
	return 0;
}

static int add_address(struct parser *parser, unsigned int sides, const struct host *host,
		       const struct token *token, uint16_t *ret_node)
{
	uint8_t addr[16] = {0}, bits = 0;
	struct node *node;
	int err;

	if (*host->addr && !is_any(host->addr) && !parse_address(host, addr, &bits))
		return parser_fail(parser, token, "invalid address (host names are not looked up)");
	err = parser_node(parser, NODE_HOST, ret_node);
	if (err)
		return err;
	node = &parser->filter->nodes[*ret_node];
	memcpy(node->addr, addr, sizeof(addr));
	node->bits = bits;
	node->v6 = strchr(host->addr, ':');
	node->family = host->family;
	node->sides = (uint8_t)sides;
	return 0;
}

/* Address and port: both must hold. */
static int add_both(struct parser *parser, uint16_t address, uint16_t port, uint16_t *ret_node)
{
	int err = parser_node(parser, NODE_ALL, ret_node);

	if (err)
		return err;
	parser->filter->nodes[address].next = port;
	parser->filter->nodes[*ret_node].first = address;
	return 0;
}

/* `text` is of the filter's strings. */
static int add_path(struct parser *parser, unsigned int sides, const char *text, bool negated,
		    uint16_t *ret_node)
{
	int err = parser_node(parser, NODE_PATH, ret_node);

	if (err)
		return err;
	parser->filter->nodes[*ret_node].sides = (uint8_t)sides;
	parser->filter->nodes[*ret_node].negated = negated;
	parser->filter->nodes[*ret_node].text = text;
	return 0;
}

int condition_host(struct parser *parser, enum node_type type, unsigned int sides,
		   uint16_t *ret_node)
{
	uint16_t address, port_node, port;
	enum compare compare;
	struct token token;
	struct host host;
	const char *word;
	uint8_t family;
	bool negated, has_port;
	int err;

	parser_compare(parser, false, &compare, &negated);
	err = parser_word(parser, wanted_host, &word, &token);
	if (!err)
		err = parse_family(parser, &token, &word, &family);
	if (err)
		return err;
	if (family == AF_UNIX)
		return add_path(parser, sides, word, negated, ret_node);
	if (!*word || !split_host(word, &host))
		return parser_fail(parser, &token, wanted_host);
	host.family = family;
	has_port = host.port && strcmp(host.port, "*");
	err = has_port ? parser_port(parser, host.port, &token, &port) : 0;
	if (!err && has_port)
		err = add_port(parser, sides, COMPARE_EQ, port, family, &port_node);
	if (!err && has_port && (!*host.addr || is_any(host.addr))) {
		*ret_node = port_node;
	} else {
		if (!err)
			err = add_address(parser, sides, &host, &token,
					  has_port ? &address : ret_node);
		if (!err && has_port)
			err = add_both(parser, address, port_node, ret_node);
	}
	if (!err)
		parser->filter->nodes[*ret_node].negated = negated;
	return err;
}

int condition_port(struct parser *parser, enum node_type type, unsigned int sides,
		   uint16_t *ret_node)
{
	enum compare compare;
	struct token token;
	const char *word;
	uint8_t family;
	uint16_t port;
	bool negated;
	int err;

	parser_compare(parser, true, &compare, &negated);
	err = parser_word(parser, "expected a port: a number or a service", &word, &token);
	if (!err)
		err = parse_family(parser, &token, &word, &family);
	if (!err && family == AF_UNIX)
		return parser_fail(parser, &token, "a UNIX socket has no port");
	if (!err)
		err = parser_port(parser, word, &token, &port);
	if (!err)
		err = add_port(parser, sides, compare, port, family, ret_node);
	if (!err)
		parser->filter->nodes[*ret_node].negated = negated;
	return err;
}
