/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The rule that drops a connect's packets -> JSON. Pure. */
#include "view/stall_json.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json_string.h"
#include "netstate/nft_family.h"
#include "view/stall_names.h"

void stall_json_text(struct buf *out, const char *word)
{
	if (word && word[0])
		json_string(out, word, strlen(word));
	else
		buf_puts(out, "null");
}

void stall_json_rule(const struct view *view, const struct stall_rule *rule, struct buf *out)
{
	static const char *const results[] = {
		[STALL_RULE_AWAITED] = "awaited",   [STALL_RULE_DROPPED] = "dropped",
		[STALL_RULE_QUEUED] = "queued",	    [STALL_RULE_POLICY] = "policy",
		[STALL_RULE_NONE] = "no_rule",	    [STALL_RULE_MISSED] = "not_reached",
		[STALL_RULE_FAILED] = "not_traced",
	};

	if (rule->state >= ARRAY_SIZE(results) || !results[rule->state]) {
		buf_puts(out, "null");
		return;
	}
	buf_printf(out, "{\"result\":\"%s\",\"netns\":%u,\"netns_name\":", results[rule->state],
		   rule->netns);
	stall_json_text(out, stall_netns_name(view, rule->netns));
	buf_puts(out, ",\"family\":");
	stall_json_text(out, rule->table[0] ? nft_family_name(rule->family) : NULL);
	buf_puts(out, ",\"table\":");
	stall_json_text(out, rule->table);
	buf_puts(out, ",\"chain\":");
	stall_json_text(out, rule->chain);
	buf_puts(out, ",\"handle\":");
	if (rule->handle)
		buf_u64(out, rule->handle);
	else
		buf_puts(out, "null");
	buf_puts(out, ",\"text\":");
	stall_json_text(out, rule->text);
	buf_putc(out, '}');
}
