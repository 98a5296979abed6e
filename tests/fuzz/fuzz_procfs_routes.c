/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* /proc/net/{route,rt_cache,ipv6_route}, the first line of the former as title -> rows -> text and
 * JSON. */
#include "fuzz.h"
#include "netstat/layout/json_tables.h"
#include "netstat/layout/routes.h"
#include "procfs/route4.h"
#include "procfs/route6.h"

struct context {
	uint8_t choice;
	bool has_title;
	struct route4_columns columns;
};

static const char long_name[] = "a-network-with-a-rather-long-name.example.org";

static const struct json_names names = {true, long_name, NULL};

static void release_lines(struct buf *out)
{
	FUZZ_CHECK(!out->len || out->data[out->len - 1] == '\n');
	buf_release(out);
}

static void line4(char *text, size_t size, struct context *context)
{
	const struct route4_texts texts = {long_name, "10.0.0.1", "x", long_name};
	struct buf out = {0};
	struct route4_row row;
	const char *missing = NULL;
	bool cache = context->choice & 2;

	if (!context->has_title) {
		context->has_title =
			!route4_parse_title(text, size, cache, &context->columns, &missing);
		FUZZ_CHECK(context->has_title || missing);
		return;
	}
	if (route4_parse(&context->columns, text, size, &row))
		return;
	FUZZ_CHECK(memchr(row.interface, '\0', sizeof(row.interface)));
	(cache ? routes4_cache_row : routes4_row)(&out, routes4_form(context->choice >> 2), &row,
						  &texts);
	json_route4(&out, &row, cache, &names);
	release_lines(&out);
}

static void line6(char *text, size_t size)
{
	const struct route6_texts texts = {long_name, "::"};
	struct buf out = {0};
	struct route6_row row;

	if (route6_parse(text, size, &row))
		return;
	FUZZ_CHECK(memchr(row.interface, '\0', sizeof(row.interface)));
	routes6_row(&out, &row, &texts);
	json_route6(&out, &row, false, &names);
	release_lines(&out);
}

static void line(char *text, size_t size, void *pointer)
{
	struct context *context = pointer;

	if (context->choice & 1)
		line6(text, size);
	else
		line4(text, size, context);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct context context = {.choice = fuzz_choice(&data, &size)};

	fuzz_lines(data, size, line, &context);
	return 0;
}
