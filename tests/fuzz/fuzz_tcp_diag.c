/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Any bytes as sock_diag's answer to the table: each row within the contract. Includes the file for its static reader. */
#include "fuzz/fuzz_messages.h"
#include "netlink/tcp_diag.c"

static void rows(void *context, const struct listed_connection *listed, size_t count)
{
	for (size_t i = 0; i < count; i++)
		FUZZ_CHECK(listed[i].state && listed[i].state < TCP_STATE_MAX);
	*(size_t *)context += count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t count = 0;
	uint8_t choice = fuzz_choice(&data, &size);
	const struct socket_rows_handler take = {
		.rows = rows, .context = &count, .details = choice & 1, .only_waiting = choice & 2};
	struct dump dump = {.handler = &take, .netns = 1, .now_ns = UINT64_C(1) << 60};

	fuzz_messages(data, size, on_message, &dump);
	return 0;
}
