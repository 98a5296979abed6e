/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* /proc/sys/kernel/random/boot_id -> 16 bytes. */
#include "base/boot_id.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"

#define TEXT_SIZE 64 /* 36 characters and a newline */

static int digit_of(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

void boot_id_read(uint8_t ret_id[BOOT_ID_SIZE])
{
	_cleanup_(cleanup_close) int fd =
		open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	char text[TEXT_SIZE];
	ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof(text));
	size_t digits = 0;

	memset(ret_id, 0, BOOT_ID_SIZE);
	for (ssize_t i = 0; i < size && digits < 2 * BOOT_ID_SIZE; i++) {
		int digit = digit_of(text[i]);

		if (digit < 0)
			continue; /* the dashes */
		ret_id[digits / 2] = (uint8_t)(ret_id[digits / 2] << 4 | digit);
		digits++;
	}
}

bool boot_id_is_this(const uint8_t id[BOOT_ID_SIZE])
{
	static const uint8_t unknown[BOOT_ID_SIZE];
	uint8_t here[BOOT_ID_SIZE];

	boot_id_read(here);
	return memcmp(id, unknown, BOOT_ID_SIZE) && !memcmp(id, here, BOOT_ID_SIZE);
}
