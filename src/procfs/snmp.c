/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Counters of /proc/net/snmp, netstat, snmp6 and sctp/snmp. Pure. */
#include "procfs/snmp.h"

#include <errno.h>
#include <string.h>

int snmp_section_parse(const char *names, size_t names_size, const char *values, size_t values_size,
		       struct snmp_section *ret_section)
{
	const char *colon = memchr(names, ':', names_size);
	const char *values_colon = memchr(values, ':', values_size);

	if (!colon || !values_colon)
		return -EINVAL;
	*ret_section = (struct snmp_section){
		.name = names,
		.name_size = (size_t)(colon - names),
		.names = {colon + 1, names + names_size},
		.values = {values_colon + 1, values + values_size},
	};
	return 0;
}

bool snmp_section_next(struct snmp_section *section, struct snmp_counter *ret_counter)
{
	ret_counter->value = 0;
	ret_counter->name_size = field_word(&section->names, &ret_counter->name);
	if (!ret_counter->name_size)
		return false;
	field_u64(&section->values, &ret_counter->value);
	return true;
}

int snmp_line_parse(const char *line, size_t size, struct snmp_counter *ret_counter)
{
	struct fields fields = fields_of(line, size);

	ret_counter->name_size = field_word(&fields, &ret_counter->name);
	if (!ret_counter->name_size || !field_u64(&fields, &ret_counter->value))
		return -EINVAL;
	return 0;
}
