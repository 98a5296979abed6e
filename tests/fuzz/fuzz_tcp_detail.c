/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Any bytes as sock_diag's answer to explain. Includes the file for its static reader. */
#include "fuzz/fuzz_messages.h"
#include "netlink/tcp_detail.c"

static void take(void *context, const struct socket_detail *row)
{
	FUZZ_CHECK(row->state < TCP_STATE_MAX && row->form < SOCKET_FORMS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct tcp_detail_handler handler = {.handle = take};
	struct dump dump = {&handler, 1};

	fuzz_messages(data, size, on_message, &dump);
	return 0;
}
