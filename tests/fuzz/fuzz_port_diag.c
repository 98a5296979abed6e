/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Any bytes as sock_diag's answer to who. Includes the file for its static reader. */
#include "fuzz/fuzz_messages.h"
#include "netlink/port_diag.c"

static void take(void *context, const struct port_socket *socket)
{
	FUZZ_CHECK(socket->netns == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dump dump = {.handle = take, .netns = 1, .is_udp = fuzz_choice(&data, &size) & 1};

	fuzz_messages(data, size, on_message, &dump);
	return 0;
}
