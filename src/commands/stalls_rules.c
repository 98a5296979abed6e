/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstate stalls --trace-rules: what it needs. */
#include "base/say.h"
#include "commands/stalls.h"
#include "netlink/nft_rule_text.h"

void stalls_trace_rules(struct stalls *stalls)
{
	if (!stalls->settings.trace_rules)
		return;
	if (stalls->evidence.polled) {
		say("--trace-rules does nothing here: without BPF no drop is seen");
		return;
	}
	stalls->evidence.rule_traces.wanted = true;
	if (!nft_rule_text_available())
		say("libnftables.so.1 is not here; rules are named by chain and handle, without their text");
}
