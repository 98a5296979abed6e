/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* "[fe80::1%eth0]:22" -> endpoint and device. Pure. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "base/address.h"
#include "base/number.h"
#include "table/who.h"

/* Cuts %DEVICE off. -EINVAL: there is no name, or it is too long. */
static int take_device(char *address, char ret_device[WHO_DEVICE_MAX])
{
	char *percent = strchr(address, '%');
	size_t size = percent ? strlen(percent + 1) : 0;

	if (percent && (!size || size >= WHO_DEVICE_MAX))
		return -EINVAL;
	memset(ret_device, 0, WHO_DEVICE_MAX);
	if (!percent)
		return 0;
	memcpy(ret_device, percent + 1, size);
	*percent = '\0';
	return 0;
}

static int parse_address(char *address, uint8_t ret_addr[16], char ret_device[WHO_DEVICE_MAX])
{
	struct endpoint end = {};
	uint8_t v4[4];

	if (take_device(address, ret_device))
		return -EINVAL;
	if (inet_pton(AF_INET, address, v4) == 1)
		address_set_v4(end.addr, v4);
	else if (inet_pton(AF_INET6, address, end.addr) != 1)
		return -EINVAL;
	if (ret_device[0] && !endpoint_is_link_local(&end))
		return -EINVAL;
	memcpy(ret_addr, end.addr, sizeof(end.addr));
	return 0;
}

int who_parse_end(const char *text, struct endpoint *ret_end, bool *ret_whole,
		  char ret_device[WHO_DEVICE_MAX])
{
	const char *colon = strrchr(text, ':');
	struct endpoint end = {};
	char address[64];
	uint64_t port;
	size_t size;

	if (!colon || number_parse(colon + 1, UINT16_MAX, &port) || !port)
		return -EINVAL;
	end.port = (uint16_t)port;
	size = (size_t)(colon - text);
	if (size >= 2 && text[0] == '[' && colon[-1] == ']') {
		text++;
		size -= 2;
	}
	if (size >= sizeof(address))
		return -EINVAL;
	memcpy(address, text, size);
	address[size] = '\0';
	memset(ret_device, 0, WHO_DEVICE_MAX);
	*ret_whole = size && strcmp(address, "*");
	if (*ret_whole && parse_address(address, end.addr, ret_device))
		return -EINVAL;
	*ret_end = end;
	return 0;
}
