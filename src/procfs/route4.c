/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lines of /proc/net/route and rt_cache -> struct route4_row. Pure. */
#include "procfs/route4.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "procfs/fields.h"

enum column_type { COLUMN_INTERFACE, COLUMN_ADDRESS, COLUMN_FLAGS, COLUMN_NUMBER };

struct column {
	const char *name;
	enum column_type type;
	size_t offset;
};

#define AT(field) offsetof(struct route4_row, field)

static const struct column table_columns[] = {
	{"Iface", COLUMN_INTERFACE, AT(interface)},
	{"Destination", COLUMN_ADDRESS, AT(destination)},
	{"Gateway", COLUMN_ADDRESS, AT(gateway)},
	{"Flags", COLUMN_FLAGS, AT(flags)},
	{"RefCnt", COLUMN_NUMBER, AT(references)},
	{"Use", COLUMN_NUMBER, AT(use)},
	{"Metric", COLUMN_NUMBER, AT(metric)},
	{"Mask", COLUMN_ADDRESS, AT(mask)},
	{"MTU", COLUMN_NUMBER, AT(mss)},
	{"Window", COLUMN_NUMBER, AT(window)},
	{"IRTT", COLUMN_NUMBER, AT(irtt)},
};

static const struct column cache_columns[] = {
	{"Iface", COLUMN_INTERFACE, AT(interface)},
	{"Destination", COLUMN_ADDRESS, AT(destination)},
	{"Gateway", COLUMN_ADDRESS, AT(gateway)},
	{"Flags", COLUMN_FLAGS, AT(flags)},
	{"RefCnt", COLUMN_NUMBER, AT(references)},
	{"Use", COLUMN_NUMBER, AT(use)},
	{"Metric", COLUMN_NUMBER, AT(metric)},
	{"Source", COLUMN_ADDRESS, AT(source)},
	{"MTU", COLUMN_NUMBER, AT(mss)},
	{"Window", COLUMN_NUMBER, AT(window)},
	{"IRTT", COLUMN_NUMBER, AT(irtt)},
	{"TOS", COLUMN_NUMBER, AT(tos)},
	{"HHRef", COLUMN_NUMBER, AT(header_references)},
	{"HHUptod", COLUMN_NUMBER, AT(header_uptodate)},
	{"SpecDst", COLUMN_ADDRESS, AT(specific)},
};

_Static_assert(ARRAY_SIZE(table_columns) <= ROUTE4_COLUMNS_MAX, "columns of route");
_Static_assert(ARRAY_SIZE(cache_columns) <= ROUTE4_COLUMNS_MAX, "columns of rt_cache");

/* With fewer fields netstat does not take the line for a row; the rest then counts as 0. */
#define TABLE_FIELDS_MIN 10
#define CACHE_FIELDS_MIN 12

int route4_parse_title(const char *line, size_t size, bool is_cache,
		       struct route4_columns *ret_columns, const char **ret_missing)
{
	const struct column *columns = is_cache ? cache_columns : table_columns;
	size_t count = is_cache ? ARRAY_SIZE(cache_columns) : ARRAY_SIZE(table_columns);
	struct route4_columns found = {.is_cache = is_cache};
	struct fields fields = fields_of(line, size);
	size_t next = 0, length;
	const char *word;

	while (next < count && (length = field_word(&fields, &word)) > 0) {
		if (length == strlen(columns[next].name) &&
		    !memcmp(word, columns[next].name, length))
			next++;
		else if (found.skip[next] < UINT16_MAX)
			found.skip[next]++;
	}
	if (next < count) {
		*ret_missing = columns[next].name;
		return -EINVAL;
	}
	*ret_columns = found;
	return 0;
}

/* The kernel writes the address as a number of this machine: its bytes in memory are in network
 * order. */
static bool parse_address(struct fields *fields, uint8_t to[4])
{
	const char *word;
	struct fields digits;
	size_t length = field_word(fields, &word);
	uint64_t value;
	uint32_t address;

	if (length < 8)
		return false;
	digits = fields_of(word, 8);
	if (!field_hex(&digits, 8, &value) || digits.at != digits.end || word[1] == 'x' ||
	    word[1] == 'X')
		return false;
	address = (uint32_t)value;
	memcpy(to, &address, sizeof(address));
	return true;
}

static bool parse_column(struct fields *fields, enum column_type type, void *field)
{
	switch (type) {
	case COLUMN_INTERFACE:
		return field_copy(fields, field, ROUTE_INTERFACE_SIZE);
	case COLUMN_ADDRESS:
		return parse_address(fields, field);
	case COLUMN_FLAGS:
		return field_hex32(fields, field);
	case COLUMN_NUMBER:
		return field_i32(fields, field);
	}
	return false;
}

int route4_parse(const struct route4_columns *columns, const char *line, size_t size,
		 struct route4_row *ret_row)
{
	const struct column *rows = columns->is_cache ? cache_columns : table_columns;
	size_t count = columns->is_cache ? ARRAY_SIZE(cache_columns) : ARRAY_SIZE(table_columns);
	size_t needed = columns->is_cache ? CACHE_FIELDS_MIN : TABLE_FIELDS_MIN;
	struct fields fields = fields_of(line, size);
	struct route4_row row = {0};
	size_t i;

	for (i = 0; i < count; i++) {
		if (!field_skip_words(&fields, columns->skip[i]) ||
		    !parse_column(&fields, rows[i].type, (char *)&row + rows[i].offset))
			break;
	}
	if (i < needed)
		return -EINVAL;
	*ret_row = row;
	return 0;
}
