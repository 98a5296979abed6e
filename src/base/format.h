/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Numbers and addresses as text, for the hot writers. Each function writes at `to`, without a NUL,
 * and returns the end of what it wrote; the caller has made room for the named maximum.
 */
#ifndef BASE_FORMAT_H
#define BASE_FORMAT_H

#include <stdint.h>

#define FORMAT_U64_MAX 20
#define FORMAT_IP4_MAX 15
#define FORMAT_IP6_MAX 45

char *format_u64(char *to, uint64_t value);

/* Exactly `width` digits, zeros in front; higher digits are dropped. */
char *format_fixed(char *to, uint64_t value, unsigned int width);

/* Dotted decimal, four bytes in network order. */
char *format_ip4(char *to, const uint8_t addr[4]);

/* RFC 5952 as glibc's inet_ntop writes it (::1.2.3.4 and ::ffff:1.2.3.4 dotted); 16 bytes in
 * network order. */
char *format_ip6(char *to, const uint8_t addr[16]);

#endif
