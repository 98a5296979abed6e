/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* ICMP type and code -> what they say, in words (RFC 792, 1122, 1812, 4443). Pure. */
#ifndef DIAGNOSIS_ICMP_H
#define DIAGNOSIS_ICMP_H

#include <stdbool.h>

/* `family`: AF_INET or AF_INET6. Never NULL. */
const char *icmp_text(unsigned int family, unsigned int type, unsigned int code);

/* True where it refuses the packet that it is about: not for news about the path (too big), nor for
 * types that the kernel passes over. */
bool icmp_rejects(unsigned int family, unsigned int type, unsigned int code);

/* The code that this host's own neighbour table gives up with; a rule may give it as well. */
bool icmp_of_neighbour(unsigned int family, unsigned int type, unsigned int code);

#endif
