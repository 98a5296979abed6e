/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which rule dropped it, or why that is not known -> lines. Pure. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "diagnosis/lines_internal.h"
#include "diagnosis/traced_rule.h"
#include "netstate/errno_name.h"
#include "netstate/nft_family.h"

static const char *family_word(uint8_t family)
{
	const char *name = nft_family_name(family);

	return name ? name : "unknown family";
}

static void write_text(struct writer *writer, const struct stall_rule *rule)
{
	if (rule->text[0])
		line(writer, "rule: %s", rule->text);
	else if (rule->err == ENOSYS)
		line(writer, "its text is not known: libnftables is not on this machine");
	else if (rule->err == ETIME || rule->err == EBUSY)
		line(writer, "its text is not known: listing that chain takes too long");
	else
		line(writer, "its text is not known: `nft -a list ruleset` has its handle");
}

static void write_named(struct writer *writer, const struct stall_rule *rule)
{
	line(writer, "%s: rule with handle %" PRIu64 " of chain %s, table %s %s",
	     rule->state == STALL_RULE_QUEUED
		     ? "handed to a program (queue), which dropped it or is not there"
		     : "dropped by nftables",
	     rule->handle, rule->chain, family_word(rule->family), rule->table);
	write_text(writer, rule);
}

static void write_none(struct writer *writer, const struct stall_rule *rule)
{
	line(writer,
	     rule->state == STALL_RULE_NONE
		     ? "traced: no rule and no policy of nftables dropped it%s"
		     : "traced: it was dropped before the first hook of ip, ip6 and bridge rules (netdev ingress?)%s",
	     rule->legacy ? "; rules of iptables-legacy are there, which cannot be traced" : "");
}

static void write_failed(struct writer *writer, const struct stall_rule *rule)
{
	const char *name = errno_name((unsigned int)rule->err);

	if (rule->err == EBUSY)
		line(writer, "its rule is not traced yet: too many connects are at the moment");
	else if (rule->err == EOPNOTSUPP || rule->err == EINVAL)
		line(writer,
		     "its rule cannot be traced: this kernel's nftables has no tables with an owner (Linux 5.12)");
	else if (rule->err == EPROTONOSUPPORT || rule->err == ENOENT)
		line(writer,
		     "its rule cannot be traced: no nftables in this kernel, or no way into that namespace");
	else
		line(writer, "its rule cannot be traced: %s", name ? name : "an unknown error");
}

void write_rule(struct writer *writer)
{
	const struct stall_rule *rule = &writer->stall->rule;

	switch (rule->state) {
	case STALL_RULE_AWAITED:
		if (writer->stall->end == STALL_GOES_ON)
			line(writer,
			     "the rule is not known yet: the next SYN is traced (--trace-rules)");
		break;
	case STALL_RULE_DROPPED:
	case STALL_RULE_QUEUED:
		write_named(writer, rule);
		break;
	case STALL_RULE_POLICY:
		line(writer,
		     "dropped by nftables: the policy of chain %s, table %s %s; no rule of it decided",
		     rule->chain, family_word(rule->family), rule->table);
		break;
	case STALL_RULE_NONE:
	case STALL_RULE_MISSED:
		write_none(writer, rule);
		break;
	case STALL_RULE_FAILED:
		write_failed(writer, rule);
		break;
	}
}
