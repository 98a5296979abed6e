/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* /proc/net/{snmp,netstat} in pairs of lines, snmp6 and sctp/snmp in single ones -> netstat -s. */
#include "fuzz.h"
#include "netstat/layout/statistics.h"
#include "procfs/snmp.h"

struct context {
	uint8_t choice;
	struct statistics stats;
	struct buf out;
	char *names; /* first line of a pair */
	size_t names_size;
};

static void put_pair(struct context *context, const char *values, size_t size)
{
	struct snmp_section section;
	struct snmp_counter counter;
	size_t count = 0;

	if (snmp_section_parse(context->names, context->names_size, values, size, &section))
		return;
	statistics_section(&context->stats, &context->out, section.name, section.name_size);
	while (snmp_section_next(&section, &counter)) {
		statistics_counter(&context->stats, &context->out, counter.name, counter.name_size,
				   counter.value);
		FUZZ_CHECK(count++ <= context->names_size);
	}
}

static void pair_line(struct context *context, char *text, size_t size)
{
	if (!context->names) {
		context->names = malloc(size ? size : 1);
		if (!context->names)
			return;
		memcpy(context->names, text, size);
		context->names_size = size;
		return;
	}
	put_pair(context, text, size);
	free(context->names);
	context->names = NULL;
}

static void line(char *text, size_t size, void *pointer)
{
	struct context *context = pointer;
	struct snmp_counter counter;

	if (context->choice & 1) {
		pair_line(context, text, size);
		return;
	}
	if (snmp_line_parse(text, size, &counter))
		return;
	if (context->choice & 2)
		statistics_section_of(&context->stats, &context->out, counter.name,
				      counter.name_size);
	statistics_counter(&context->stats, &context->out, counter.name, counter.name_size,
			   counter.value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct context context = {.choice = fuzz_choice(&data, &size)};

	context.stats.sections = context.choice & 4 ? sentences_inet6 : sentences_inet;
	context.stats.protocols = context.choice & 8 ? NETSTAT_INET_ALL : context.choice >> 4;
	fuzz_lines(data, size, line, &context);
	FUZZ_CHECK(!context.out.len || context.out.data[context.out.len - 1] == '\n');
	free(context.names);
	buf_release(&context.out);
	return 0;
}
