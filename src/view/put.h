/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What text and JSON write alike. At `to`, without a NUL; returns the end. */
#ifndef VIEW_PUT_H
#define VIEW_PUT_H

#include <string.h>

#include "base/address.h"
#include "netstate/endpoint.h"
#include "view/field.h"

#define PUT_WORD_MAX 32	    /* words of the contracts, and "protocol-255" */
#define PUT_DEVICE_MAX 32   /* '%' and IFNAMSIZ, or an index */
#define PUT_ENDPOINT_MAX 64 /* [FORMAT_IP6_MAX]:65535 */

static inline char *put_word(char *to, const struct field_value *value)
{
	const char *word = value->word ? value->word : value->unknown;
	size_t size = strnlen(word, PUT_WORD_MAX);

	memcpy(to, word, size);
	to += size;
	return value->word ? to : format_u64(to, value->number);
}

static inline char *put_address(char *to, const struct endpoint *end)
{
	return address_format(to, end->addr);
}

/* Behind the address the device; `name` NULL: its index; index 0: none. */
static inline char *put_endpoint_of_device(char *to, const struct endpoint *end, uint32_t index,
					   const char *name)
{
	bool v4 = endpoint_is_v4(end);
	size_t size = name ? strnlen(name, PUT_DEVICE_MAX - 1) : 0;

	if (!index)
		return address_format_port(to, end->addr, end->port);
	if (!v4)
		*to++ = '[';
	to = put_address(to, end);
	if (!v4)
		*to++ = ']';
	*to++ = '%';
	if (name) {
		memcpy(to, name, size);
		to += size;
	} else {
		to = format_u64(to, index);
	}
	*to++ = ':';
	return format_u64(to, end->port);
}

static inline char *put_endpoint(char *to, const struct endpoint *end)
{
	return put_endpoint_of_device(to, end, 0, NULL);
}

#endif
