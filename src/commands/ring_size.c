/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The option --ring-size. */
#include "commands/ring_size.h"

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#include "base/options.h"

int option_store_ring_size(const char *argument, void *field)
{
	uint32_t size;
	int err = option_store_u32(argument, &size);

	if (err)
		return err;
	if (size & (size - 1) || size < (uint32_t)sysconf(_SC_PAGESIZE) || size > 1u << 30)
		return -ERANGE;
	*(uint32_t *)field = size;
	return 0;
}
