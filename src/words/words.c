/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Numbers <-> words of the contracts in include/netstate: states, owners, protocols, kinds. Pure.
 */
#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/address.h"
#include "base/cleanup.h"
#include "netstate/event.h"
#include "netstate/flow.h"
#include "netstate/tcp_state.h"

static const char *const states[TCP_STATE_MAX] = {
	[TCP_STATE_ESTABLISHED] = "ESTABLISHED",
	[TCP_STATE_SYN_SENT] = "SYN_SENT",
	[TCP_STATE_SYN_RECV] = "SYN_RECV",
	[TCP_STATE_FIN_WAIT1] = "FIN_WAIT1",
	[TCP_STATE_FIN_WAIT2] = "FIN_WAIT2",
	[TCP_STATE_TIME_WAIT] = "TIME_WAIT",
	[TCP_STATE_CLOSE] = "CLOSE",
	[TCP_STATE_CLOSE_WAIT] = "CLOSE_WAIT",
	[TCP_STATE_LAST_ACK] = "LAST_ACK",
	[TCP_STATE_LISTEN] = "LISTEN",
	[TCP_STATE_CLOSING] = "CLOSING",
	[TCP_STATE_NEW_SYN_RECV] = "SYN_RECV",
};

static const char *const owners[FLOW_OWNER_MAX] = {
	[FLOW_OWNER_CONNECT] = "connect", [FLOW_OWNER_LISTEN] = "listen",
	[FLOW_OWNER_ACCEPT] = "accept",	  [FLOW_OWNER_INHERITED] = "inherited",
	[FLOW_OWNER_SCAN] = "scan",	  [FLOW_OWNER_CLOSE] = "close",
};

static const char *const protocols[FLOW_PROTOCOL_MAX] = {
	[FLOW_PROTOCOL_TCP] = "tcp", [FLOW_PROTOCOL_MPTCP] = "mptcp", [FLOW_PROTOCOL_UDP] = "udp",
	[FLOW_PROTOCOL_RAW] = "raw", [FLOW_PROTOCOL_UNIX] = "unix",
};

static const char *const kinds[EVENT_KIND_MAX] = {
	[EVENT_STATE] = "state", [EVENT_CONNECT] = "connect", [EVENT_ACCEPT] = "accept",
	[EVENT_GAP] = "gap",	 [EVENT_BIND] = "bind",	      [EVENT_LISTEN] = "listen",
};

const char *tcp_state_name(unsigned int state)
{
	return state < ARRAY_SIZE(states) ? states[state] : NULL;
}

/* Letters in either case, '-' as good as '_', and ss's shorter spellings. */
static int same_word(const char *word, const char *name)
{
	for (; *word && *name; word++, name++) {
		if (toupper((unsigned char)*word) != *name && !(*word == '-' && *name == '_'))
			return 0;
	}
	return !*word && !*name;
}

unsigned int tcp_state_parse(const char *word)
{
	static const struct {
		const char *word;
		unsigned int state;
	} others[] = {
		{"fin-wait-1", TCP_STATE_FIN_WAIT1}, {"fin-wait-2", TCP_STATE_FIN_WAIT2},
		{"listening", TCP_STATE_LISTEN},     {"estab", TCP_STATE_ESTABLISHED},
		{"closed", TCP_STATE_CLOSE},	     {"unconn", TCP_STATE_CLOSE},
		{"unconnected", TCP_STATE_CLOSE},
	};

	for (unsigned int state = 0; state < TCP_STATE_NEW_SYN_RECV; state++) {
		if (states[state] && same_word(word, states[state]))
			return state;
	}
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		if (!strcasecmp(word, others[i].word))
			return others[i].state;
	}
	return 0;
}

const char *flow_owner_name(unsigned int owner)
{
	return owner < ARRAY_SIZE(owners) ? owners[owner] : NULL;
}

const char *flow_protocol_name(unsigned int protocol)
{
	return protocol < ARRAY_SIZE(protocols) ? protocols[protocol] : NULL;
}

const char *event_kind_name(unsigned int kind)
{
	return kind < ARRAY_SIZE(kinds) ? kinds[kind] : NULL;
}

bool endpoint_is_v4(const struct endpoint *end)
{
	return address_is_v4(end->addr);
}

bool endpoint_has_address(const struct endpoint *end)
{
	return !address_is_any(end->addr);
}

bool endpoint_is_known(const struct endpoint *end)
{
	return end->port || endpoint_has_address(end);
}

bool endpoint_is_link_local(const struct endpoint *end)
{
	return end->addr[0] == 0xfe && (end->addr[1] & 0xc0) == 0x80;
}
