/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lines of /proc/net/unix, its header too -> rows -> text and JSON. */
#include "fuzz.h"
#include "netstat/layout/json_layout.h"
#include "procfs/unix.h"

struct context {
	struct netstat_options options;
	bool has_inode;
};

static void line(char *text, size_t size, void *pointer)
{
	const struct socket_layout *const layouts[] = {&netstat_text_layout, &netstat_json_layout};
	struct context *context = pointer;
	const struct socket_texts texts = {0};
	struct unix_row row;

	if (size && text[0] == 'N')
		context->has_inode = unix_header_has_inode(text, size);
	if (!unix_line_parse(text, context->has_inode, &row))
		return;
	FUZZ_CHECK(row.path_length <= size &&
		   strnlen(row.path, row.path_length) == row.path_length);
	netstat_shows_unix(&context->options, &row);
	for (size_t i = 0; i < 2; i++) {
		struct buf out = {0};

		layouts[i]->unix_socket(&out, &context->options, &row, &texts);
		FUZZ_CHECK(memchr(out.data, '\n', out.len) == out.data + out.len - 1);
		buf_release(&out);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t options = fuzz_choice(&data, &size);
	struct context context = {.has_inode = options & 1,
				  .options = {.programs = options & 2, .context = options & 4}};

	fuzz_lines(data, size, line, &context);
	return 0;
}
