/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lines of /proc/net/sctp/{eps,assocs} -> rows -> text and JSON. */
#include "fuzz.h"
#include "netstat/layout/json_layout.h"
#include "procfs/sctp.h"

static void write_row(const struct netstat_options *options, const struct sctp_row *row)
{
	const struct socket_layout *const layouts[] = {&netstat_text_layout, &netstat_json_layout};
	const struct socket_texts texts = {0};
	const char *hosts[SCTP_ADDRESSES_MAX];

	for (size_t i = 0; i < SCTP_ADDRESSES_MAX; i++)
		hosts[i] = i % 3 ? NULL : "a-host-with-a-long-name.example.org";
	for (size_t i = 0; i < 2; i++) {
		struct buf out = {0};

		layouts[i]->sctp(&out, options, row, hosts, hosts, &texts);
		FUZZ_CHECK(out.len && out.data[out.len - 1] == '\n');
		buf_release(&out);
	}
}

static void line(char *text, size_t size, void *pointer)
{
	const struct netstat_options *options = pointer;
	static struct sctp_addresses lists;
	struct sctp_row row;

	if (!sctp_line_parse(text, options->all, &lists, &row))
		return;
	FUZZ_CHECK(row.local_count <= SCTP_ADDRESSES_MAX && row.remote_count <= SCTP_ADDRESSES_MAX);
	write_row(options, &row);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t choice = fuzz_choice(&data, &size);
	struct netstat_options options = {.all = choice & 1,
					  .numeric_hosts = choice & 2,
					  .extend = choice >> 2 & 1,
					  .programs = choice & 8,
					  .timers = choice & 16,
					  .context = choice & 32};

	fuzz_lines(data, size, line, &options);
	return 0;
}
