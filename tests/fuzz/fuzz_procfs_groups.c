/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* /proc/net/igmp and igmp6 -> rows -> netstat -g. */
#include "fuzz.h"
#include "netstat/layout/json_tables.h"
#include "netstat/layout/groups.h"
#include "procfs/igmp.h"

struct context {
	uint8_t choice;
	struct group_row row;
};

static void line(char *text, size_t size, void *pointer)
{
	struct context *context = pointer;
	const struct json_names names = {true, NULL, NULL};
	struct buf out = {0};
	bool is_row;

	if (context->choice & 1)
		is_row = !igmp6_parse(text, size, &context->row);
	else
		is_row = igmp_parse(text, size, &context->row) == IGMP_ROW;
	if (!is_row)
		return;
	FUZZ_CHECK(memchr(context->row.interface, '\0', GROUP_INTERFACE_SIZE));
	groups_row(&out, &context->row, "a-group-with-a-long-name.mcast.example.net");
	FUZZ_CHECK(memchr(out.data, '\n', out.len) == out.data + out.len - 1);
	json_group(&out, &context->row, &names);
	FUZZ_CHECK(out.data[out.len - 1] == '\n');
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct context context = {.choice = fuzz_choice(&data, &size)};

	fuzz_lines(data, size, line, &context);
	return 0;
}
