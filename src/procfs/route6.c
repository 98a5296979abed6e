/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lines of /proc/net/ipv6_route -> struct route6_row. Pure. */
#include "procfs/route6.h"

#include <errno.h>

#include "procfs/fields.h"

/* Fields: destination prefix source prefix gateway metric references use flags interface; numbers
 * hexadecimal. */
int route6_parse(const char *line, size_t size, struct route6_row *ret_row)
{
	struct fields fields = fields_of(line, size);
	struct route6_row row = {0};
	uint8_t source[16];
	uint64_t prefix, source_prefix;
	uint32_t metric, references, use;

	if (!field_hex_bytes(&fields, row.destination, 16) || !field_hex(&fields, 2, &prefix) ||
	    !field_hex_bytes(&fields, source, 16) || !field_hex(&fields, 2, &source_prefix) ||
	    !field_hex_bytes(&fields, row.gateway, 16) || !field_hex32(&fields, &metric) ||
	    !field_hex32(&fields, &references) || !field_hex32(&fields, &use) ||
	    !field_hex32(&fields, &row.flags) ||
	    !field_copy(&fields, row.interface, sizeof(row.interface)))
		return -EINVAL;
	row.prefix = (uint8_t)prefix;
	row.metric = (int32_t)metric;
	row.references = (int32_t)references;
	row.use = (int32_t)use;
	*ret_row = row;
	return 0;
}
