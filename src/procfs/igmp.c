/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lines of /proc/net/igmp and igmp6 -> struct group_row. Pure. */
#include "procfs/igmp.h"

#include <errno.h>
#include <string.h>

#include "procfs/fields.h"

#define TITLE "Idx"

/* "4\teth0      :     1      V3": the kernel fills up names to ten bytes, a colon ends them. */
static enum igmp_line parse_interface(struct fields fields, struct group_row *row)
{
	const char *colon;
	int32_t index;
	size_t size;

	if (!field_i32(&fields, &index))
		return IGMP_BOGUS;
	field_blanks(&fields);
	size = (size_t)(fields.end - fields.at);
	if (!size)
		return IGMP_BOGUS;
	if (size > sizeof(row->interface) - 1)
		size = sizeof(row->interface) - 1;
	colon = memrchr(fields.at, ':', size);
	if (colon)
		size = (size_t)(colon - fields.at);
	while (size && fields.at[size - 1] == ' ')
		size--;
	memset(row->interface, 0, sizeof(row->interface));
	memcpy(row->interface, fields.at, size);
	return IGMP_NO_ROW;
}

enum igmp_line igmp_parse(const char *line, size_t size, struct group_row *row)
{
	struct fields fields = fields_of(line, size);
	uint64_t value;
	uint32_t group;
	int32_t references;

	if (size >= strlen(TITLE) && !memcmp(line, TITLE, strlen(TITLE)))
		return IGMP_NO_ROW;
	if (!size || line[0] != '\t')
		return parse_interface(fields, row);
	if (!field_hex(&fields, 8, &value) || !field_i32(&fields, &references))
		return IGMP_BOGUS;
	group = (uint32_t)value;
	memcpy(row->group, &group, sizeof(group)); /* written as a number of this machine */
	row->references = references;
	row->is_v6 = false;
	return IGMP_ROW;
}

/* Fields: index, interface, 32 digits, references; two more follow. */
int igmp6_parse(const char *line, size_t size, struct group_row *ret_row)
{
	struct fields fields = fields_of(line, size);
	struct group_row row = {.is_v6 = true};
	uint64_t surplus;
	int32_t index;

	if (!field_i32(&fields, &index) ||
	    !field_copy(&fields, row.interface, sizeof(row.interface)) ||
	    !field_hex_bytes(&fields, row.group, sizeof(row.group)))
		return -EINVAL;
	if (fields.at < fields.end && *fields.at != ' ')
		field_hex(&fields, 0, &surplus);
	if (!field_i32(&fields, &row.references))
		return -EINVAL;
	*ret_row = row;
	return 0;
}
