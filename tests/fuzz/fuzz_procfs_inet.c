/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lines of /proc/net/{tcp,udp,udplite,raw}[6] -> rows -> text and JSON. */
#include "fuzz.h"
#include "netstat/layout/json_layout.h"
#include "procfs/inet.h"

struct context {
	struct netstat_options options;
	enum inet_protocol protocol;
	bool is_v6;
};

/* Each layout writes whole lines, one for a row. */
static void write_row(const struct context *context, const struct inet_row *row)
{
	const struct socket_layout *const layouts[] = {&netstat_text_layout, &netstat_json_layout};
	const struct socket_owner owner = {4294967, "name\x1b", 5, "context"};
	const struct socket_texts named = {"host.example",
					   "a-host-with-a-rather-long-name.example",
					   "http",
					   "x",
					   "a-user-with-a-long-name",
					   &owner};
	const struct socket_texts bare = {0};

	for (size_t i = 0; i < 2; i++) {
		struct buf out = {0};

		layouts[i]->inet(&out, &context->options, row, row->inode & 1 ? &named : &bare);
		FUZZ_CHECK(out.len > 1 && out.data[out.len - 1] == '\n');
		FUZZ_CHECK(memchr(out.data, '\n', out.len) == out.data + out.len - 1);
		buf_release(&out);
	}
}

static void line(char *text, size_t size, void *pointer)
{
	const struct context *context = pointer;
	struct inet_row row;

	if (!inet_line_parse(text, context->protocol, context->is_v6, &row))
		return;
	netstat_shows_inet(&context->options, &row);
	write_row(context, &row);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t kind = fuzz_choice(&data, &size), options = fuzz_choice(&data, &size);
	struct context context = {
		.protocol = kind % INET_PROTOCOL_MAX,
		.is_v6 = kind & 128,
		.options =
			{
				.wide = options & 1,
				.numeric_hosts = options & 2,
				.extend = options >> 2 & 1,
				.programs = options & 8,
				.timers = options & 16,
				.listening = options & 32,
				.all = options & 64,
				.context = options & 128,
			},
	};

	fuzz_lines(data, size, line, &context);
	return 0;
}
