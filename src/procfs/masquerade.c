/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lines of /proc/net/ip_masquerade -> struct masquerade_row. Pure. */
#include "procfs/masquerade.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "procfs/fields.h"

bool masquerade_title_has_previous(const char *line, size_t size)
{
	return memmem(line, size, "PDelta", strlen("PDelta"));
}

static int parse_protocol(struct fields *fields, uint8_t *ret_protocol)
{
	static const char *const names[MASQUERADE_PROTOCOLS] = {
		[MASQUERADE_TCP] = "TCP",
		[MASQUERADE_UDP] = "UDP",
		[MASQUERADE_ICMP] = "ICMP",
	};
	char name[8];

	if (!field_copy(fields, name, sizeof(name)))
		return -EINVAL;
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(names[i], name)) {
			*ret_protocol = (uint8_t)i;
			return 0;
		}
	}
	return -EPROTONOSUPPORT;
}

/* Eight digits of an address in network order, a colon, a port. */
static bool parse_end(struct fields *fields, uint8_t addr[4], uint16_t *ret_port)
{
	uint64_t port;

	if (!field_hex_bytes(fields, addr, 4) || !field_byte(fields, ':') ||
	    !field_hex(fields, 0, &port))
		return false;
	*ret_port = (uint16_t)port;
	return true;
}

static bool parse_i16(struct fields *fields, int16_t *ret_value)
{
	int32_t value;

	if (!field_i32(fields, &value))
		return false;
	*ret_value = (int16_t)value;
	return true;
}

int masquerade_parse(const char *line, size_t size, bool has_previous,
		     struct masquerade_row *ret_row)
{
	struct fields fields = fields_of(line, size);
	struct masquerade_row row = {.has_previous_delta = has_previous};
	uint64_t port;
	int err;

	err = parse_protocol(&fields, &row.protocol);
	if (err == -EINVAL || !parse_end(&fields, row.source, &row.source_port) ||
	    !parse_end(&fields, row.destination, &row.destination_port) ||
	    !field_hex(&fields, 0, &port) || !field_hex(&fields, 0, &row.initial_sequence) ||
	    !parse_i16(&fields, &row.delta) ||
	    (has_previous && !parse_i16(&fields, &row.previous_delta)) ||
	    !field_u64(&fields, &row.expires))
		return -EINVAL;
	if (err)
		return err;
	row.masquerade_port = (uint16_t)port;
	*ret_row = row;
	return 0;
}
