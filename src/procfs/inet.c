/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A line of /proc/net/{tcp,udp,udplite,raw}[6] -> struct inet_row. Pure. */
#include "procfs/inet.h"

#include <string.h>

#include "base/address.h"
#include "procfs/scan.h"

#define ADDRESS_DIGITS_MAX 64 /* what the reference takes */

/* The kernel prints each 32-bit word of an address as a number in its own byte order. */
static bool scan_word(const char *at, uint8_t *to)
{
	uint32_t word = 0;

	for (int i = 0; i < 8; i++) {
		int nibble = scan_nibbles[(uint8_t)at[i]];

		if (nibble < 0)
			return false;
		word = word << 4 | (uint32_t)nibble;
	}
	memcpy(to, &word, sizeof(word));
	return true;
}

/* An IPv4 address is one word, of any number of digits; an IPv6 address four of eight digits. */
static bool scan_address(const char **at, uint8_t addr[16])
{
	const char *begin = *at;
	uint64_t value;
	size_t length;
	uint32_t word;

	if (!scan_hex(at, &value))
		return false;
	length = (size_t)(*at - begin);
	if (length > ADDRESS_DIGITS_MAX)
		return false;
	memset(addr, 0, 16);
	if (length <= 8) {
		word = (uint32_t)value;
		address_set_v4(addr, (const uint8_t *)&word);
		return true;
	}
	for (size_t i = 0; i < 4 && 8 * (i + 1) <= length; i++)
		scan_word(begin + 8 * i, addr + 4 * i);
	return true;
}

static bool scan_endpoint(const char **at, struct endpoint *end)
{
	uint64_t port;

	*at = scan_blanks(*at);
	if (!scan_address(at, end->addr) || !scan_char(at, ':') || !scan_hex(at, &port))
		return false;
	end->port = (uint16_t)port;
	return true;
}

/* Two hexadecimal numbers with a colon between them. The count of those that are there: 0 to 2. */
static int scan_pair(const char **at, uint64_t *first, uint64_t *second)
{
	*at = scan_blanks(*at);
	if (!scan_hex(at, first))
		return 0;
	return scan_char(at, ':') && scan_hex(at, second) ? 2 : 1;
}

static uint8_t clip(uint64_t value)
{
	return value > UINT8_MAX ? UINT8_MAX : (uint8_t)value;
}

static bool scan_slot(const char **at)
{
	int32_t slot;

	*at = scan_blanks(*at);
	return scan_i32(at, &slot) && scan_char(at, ':');
}

/* What is missing behind the number of retransmits stays 0; only tcp needs that number itself. */
static bool scan_tail(const char *at, struct inet_row *row)
{
	uint64_t retransmits;
	int32_t uid, probes;

	at = scan_blanks(at);
	if (!scan_hex(&at, &retransmits))
		return row->protocol != INET_PROTOCOL_TCP;
	row->retransmits = (int64_t)retransmits;
	at = scan_blanks(at);
	if (!scan_i32(&at, &uid))
		return true;
	row->uid = uid;
	at = scan_blanks(at);
	if (!scan_i32(&at, &probes))
		return true;
	row->probes = probes;
	at = scan_blanks(at);
	scan_u64(&at, &row->inode);
	return true;
}

bool inet_line_parse(const char *line, enum inet_protocol protocol, bool is_v6,
		     struct inet_row *row)
{
	uint64_t state, tx, rx, timer, expires;
	const char *at = line;

	*row = (struct inet_row){.protocol = (uint8_t)protocol, .is_v6 = is_v6};
	if (!scan_slot(&at) || !scan_endpoint(&at, &row->local) ||
	    !scan_endpoint(&at, &row->remote))
		return false;
	at = scan_blanks(at);
	if (!scan_hex(&at, &state) || scan_pair(&at, &tx, &rx) < 2 ||
	    scan_pair(&at, &timer, &expires) < 2)
		return false;
	row->state = clip(state);
	row->tx_queue = tx;
	row->rx_queue = rx;
	row->timer = clip(timer);
	row->expires = (int64_t)expires;
	return scan_tail(at, row);
}
