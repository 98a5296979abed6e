/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* /proc/net/ip_masquerade, its title too -> rows -> netstat -M. */
#include "fuzz.h"
#include "netstat/layout/masquerade.h"
#include "procfs/masquerade.h"

struct context {
	bool extended;
	bool has_title;
	bool has_previous;
};

static void line(char *text, size_t size, void *pointer)
{
	const struct masquerade_texts texts = {"a-host-with-a-long-name.example.org", "10.0.0.1",
					       "http", "65535"};
	struct context *context = pointer;
	struct masquerade_row row;
	struct buf out = {0};

	if (!context->has_title) {
		context->has_previous = masquerade_title_has_previous(text, size);
		context->has_title = true;
		return;
	}
	if (masquerade_parse(text, size, context->has_previous, &row))
		return;
	masquerade_put(&out, context->extended, &row, &texts);
	FUZZ_CHECK(out.len && out.data[out.len - 1] == '\n');
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct context context = {.extended = fuzz_choice(&data, &size) & 1};

	fuzz_lines(data, size, line, &context);
	return 0;
}
