/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sockets of AX.25, NET/ROM, X.25, ROSE and IPX -> rows -> text and JSON. */
#include "fuzz.h"
#include "base/cleanup.h"
#include "netstat/layout/json_tables.h"
#include "netstat/layout/other_sockets.h"
#include "procfs/other_sockets.h"

static const struct {
	enum other_family family;
	int (*parse)(const char *line, size_t size, struct other_row *ret_row);
} kinds[] = {
	{OTHER_AX25, ax25_parse}, {OTHER_AX25, ax25_old_parse}, {OTHER_NETROM, netrom_parse},
	{OTHER_X25, x25_parse},	  {OTHER_ROSE, rose_parse},	{OTHER_IPX, ipx_parse},
};

static void line(char *text, size_t size, void *pointer)
{
	const struct netstat_options options = {.listening = true};
	const struct json_names names = {0};
	uint8_t kind = *(uint8_t *)pointer % ARRAY_SIZE(kinds);
	struct buf out = {0};
	struct other_row row;

	ax25_is_title(text, size);
	if (kinds[kind].parse(text, size, &row))
		return;
	netstat_shows_other(&options, kinds[kind].family, &row);
	other_sockets_row(&out, kinds[kind].family, &row, size & 1 ? "user" : NULL);
	json_other_socket(&out, kinds[kind].family, &row, &names);
	FUZZ_CHECK(out.len && out.data[out.len - 1] == '\n');
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t kind = fuzz_choice(&data, &size);

	fuzz_lines(data, size, line, &kind);
	return 0;
}
