/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* When the hooks on the packet path are attached: while a connect hangs, and where IPv6 is used. */
#ifndef EVIDENCE_HOOKS_ARMING_H
#define EVIDENCE_HOOKS_ARMING_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/stall_hooks.h"
#include "netstate/event.h"

struct hooks_arming {
	struct stall_hooks *hooks;
	bool armed;
	bool ipv6_address;  /* a namespace had a global IPv6 address at the start */
	uint64_t ipv6_ns;   /* else: the last IPv6 connect to another machine; 0: none of late */
	uint64_t unused_ns; /* since when the hooks on the packet path are not needed */
};

/* At the start: some namespace has a global IPv6 address or none has. */
void hooks_arming_ipv6(struct hooks_arming *arming, bool address);

/* Where no address showed it at the start: is this a connect to another machine? */
bool hooks_arming_is_ipv6(const struct hooks_arming *arming, const struct event *event);
/* It is: cheap to repeat. */
void hooks_arming_use_ipv6(struct hooks_arming *arming, uint64_t now_ns);

/*
 * Attaches what is needed and detaches what was not for a while. *ret_next_ns: when to call again
 * at the latest. 0, or -errno of a hook that could not be attached; the senses say so then.
 */
int hooks_arming_turn(struct hooks_arming *arming, bool needed, uint64_t now_ns,
		      uint64_t *ret_next_ns);

#endif
