/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A line of /proc/net/sctp/{eps,assocs} -> struct sctp_row. Pure. */
#include "procfs/sctp.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/address.h"
#include "base/cleanup.h"
#include "procfs/scan.h"

/* Columns in front of the addresses; SKIP are those that netstat does not show. */
enum column { SKIP, STATE, TX_QUEUE, RX_QUEUE, UID, INODE, LOCAL_PORT, REMOTE_PORT, COLUMN_MAX };

static const uint8_t endpoint_columns[] = {SKIP, SKIP, SKIP, STATE, SKIP, LOCAL_PORT, UID, INODE};
static const uint8_t association_columns[] = {
	SKIP,	  SKIP,	    SKIP, STATE, SKIP,	     SKIP,	  SKIP,
	TX_QUEUE, RX_QUEUE, UID,  INODE, LOCAL_PORT, REMOTE_PORT,
};

static size_t word_size(const char *at)
{
	size_t size = 0;

	while (at[size] && at[size] != '\n' && !scan_is_blank(at[size]))
		size++;
	return size;
}

/* The number that a word begins with, 0 where it begins with none. */
static int64_t number(const char *at)
{
	bool negative = *at == '-';
	uint64_t value = 0;

	at += negative;
	scan_u64(&at, &value);
	return (int64_t)(negative ? 0 - value : value);
}

static bool scan_columns(const char **at, const uint8_t *columns, size_t count, int64_t *values)
{
	for (size_t i = 0; i < count; i++) {
		size_t size;

		*at = scan_blanks(*at);
		size = word_size(*at);
		if (!size)
			return false;
		values[columns[i]] = number(*at);
		*at += size;
	}
	return true;
}

/* A leading '*' marks the primary path. */
static bool parse_address(const char *word, size_t size, uint8_t addr[16])
{
	char text[INET6_ADDRSTRLEN];
	uint8_t v4[4];

	if (size && *word == '*') {
		word++;
		size--;
	}
	if (size >= sizeof(text))
		return false;
	memcpy(text, word, size);
	text[size] = '\0';
	if (memchr(text, ':', size))
		return inet_pton(AF_INET6, text, addr) == 1;
	if (inet_pton(AF_INET, text, v4) != 1)
		return false;
	address_set_v4(addr, v4);
	return true;
}

/* Addresses up to the end of the line, a tab or "<->", behind which *at is left. */
static size_t scan_addresses(const char **at, uint16_t port, struct endpoint *list)
{
	size_t count = 0;

	for (;;) {
		size_t size;

		while (**at == ' ')
			++*at;
		size = word_size(*at);
		if (!size || (size == 3 && !memcmp(*at, "<->", 3))) {
			*at += size;
			return count;
		}
		if (count < SCTP_ADDRESSES_MAX && parse_address(*at, size, list[count].addr))
			list[count++].port = port;
		*at += size;
	}
}

bool sctp_line_parse(const char *line, bool is_association, struct sctp_addresses *lists,
		     struct sctp_row *row)
{
	int64_t values[COLUMN_MAX] = {0};
	const char *at = line;

	if (is_association
		    ? !scan_columns(&at, association_columns, ARRAY_SIZE(association_columns),
				    values)
		    : !scan_columns(&at, endpoint_columns, ARRAY_SIZE(endpoint_columns), values))
		return false;
	*row = (struct sctp_row){
		.is_association = is_association,
		.state = (uint32_t)values[STATE],
		.rx_queue = (uint32_t)values[RX_QUEUE],
		.tx_queue = (uint32_t)values[TX_QUEUE],
		.local_port = (uint16_t)values[LOCAL_PORT],
		.remote_port = (uint16_t)values[REMOTE_PORT],
		.uid = (int32_t)values[UID],
		.inode = (uint64_t)values[INODE],
		.local = lists->local,
		.remote = lists->remote,
	};
	row->local_count = scan_addresses(&at, row->local_port, lists->local);
	if (is_association)
		row->remote_count = scan_addresses(&at, row->remote_port, lists->remote);
	return true;
}
