/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lines of /proc/net/dev and if_inet6. Pure. */
#include "procfs/net_device.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "procfs/fields.h"

#define AT(field) offsetof(struct interface_row, field)

/* The numbers behind the name, in the order of the file. */
static const size_t counters[] = {
	AT(rx.bytes), AT(rx.packets), AT(rx.errors),	 AT(rx.dropped),
	AT(rx.fifo),  AT(frame),      AT(rx.compressed), AT(multicast),
	AT(tx.bytes), AT(tx.packets), AT(tx.errors),	 AT(tx.dropped),
	AT(tx.fifo),  AT(collisions), AT(carrier),	 AT(tx.compressed),
};

int net_device_parse(const char *line, size_t size, struct interface_row *ret_row)
{
	struct fields fields = fields_of(line, size);
	struct interface_row row = {.has_counters = true};
	const char *colon;
	size_t length;

	field_blanks(&fields);
	colon = memchr(fields.at, ':', (size_t)(fields.end - fields.at));
	if (!colon)
		return -EINVAL;
	length = (size_t)(colon - fields.at);
	if (!length || length >= sizeof(row.name) || memchr(fields.at, ' ', length))
		return -EINVAL;
	memcpy(row.name, fields.at, length);
	fields.at = colon + 1;
	for (size_t i = 0; i < ARRAY_SIZE(counters); i++) {
		if (!field_u64(&fields, (uint64_t *)((char *)&row + counters[i])))
			break;
	}
	*ret_row = row;
	return 0;
}

/* Fields: 32 digits, index, prefix length, scope, flags, interface. */
int net_address6_parse(const char *line, size_t size, struct interface_address6 *ret_address)
{
	struct fields fields = fields_of(line, size);
	struct interface_address6 row = {0};
	uint64_t index, prefix, scope, flags;

	if (!field_hex_bytes(&fields, row.addr, sizeof(row.addr)) ||
	    !field_hex(&fields, 8, &index) || !field_hex(&fields, 2, &prefix) ||
	    !field_hex(&fields, 2, &scope) || !field_hex(&fields, 2, &flags) ||
	    !field_copy(&fields, row.interface, sizeof(row.interface)))
		return -EINVAL;
	row.prefix = (uint8_t)prefix;
	row.scope = (uint8_t)scope;
	*ret_address = row;
	return 0;
}
