/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Evidence -> findings: of the machine, of chosen connections, of one row of a view. Pure. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/list_grow.h"
#include "findings/groups.h"
#include "findings/machine.h"
#include "findings/rules_established.h"

/* ---------------------------------------------------------------- the list */

static bool is_worse(const struct finding *a, const struct finding *b)
{
	if (a->severity != b->severity)
		return a->severity > b->severity;
	if (a->confidence != b->confidence)
		return a->confidence > b->confidence;
	if (a->limit.eta_ms != b->limit.eta_ms)
		return a->limit.eta_ms < b->limit.eta_ms;
	return a->count > b->count;
}

static int by_badness(const void *a, const void *b)
{
	const struct finding *left = a, *right = b;

	if (is_worse(left, right))
		return -1;
	if (is_worse(right, left))
		return 1;
	if (left->kind != right->kind)
		return left->kind < right->kind ? -1 : 1;
	if (left->kind == FINDING_RESET && left->since_ms != right->since_ms)
		return left->since_ms > right->since_ms ? -1 : 1; /* in the order of time */
	return left->pid != right->pid ? (left->pid < right->pid ? -1 : 1)
				       : strcmp(left->title, right->title);
}

int findings_add(struct findings *findings, const struct finding *finding)
{
	if (findings->count == FINDINGS_GATHERED) {
		struct finding *last = &findings->list[FINDINGS_GATHERED - 1];

		findings->left_out++;
		for (size_t i = 0; i < FINDINGS_GATHERED; i++) {
			if (is_worse(last, &findings->list[i]))
				last = &findings->list[i];
		}
		if (is_worse(finding, last))
			*last = *finding;
		return 0;
	}
	if (LIST_GROW(findings->list, findings->count, findings->room))
		return -ENOMEM;
	findings->list[findings->count++] = *finding;
	return 0;
}

void findings_release(struct findings *findings)
{
	free(findings->list);
	*findings = (struct findings){};
}

static void sort(struct findings *findings)
{
	if (findings->count)
		qsort(findings->list, findings->count, sizeof(*findings->list), by_badness);
}

/* ---------------------------------------------------------------- the machine */

static void classify(struct judging *judging)
{
	for (uint32_t i = 0; i < judging->evidence->socket_count; i++) {
		const struct rule *rule = rule_of(judging, &judging->evidence->sockets[i]);

		judging->kinds[i] = rule ? (uint8_t)rule->kind : FINDING_NONE;
	}
}

static const struct rule *rule_for(unsigned int kind)
{
	for (size_t i = 0; i < finding_rule_count; i++) {
		if (finding_rules[i].kind == kind)
			return &finding_rules[i];
	}
	return NULL;
}

/* Where nothing passes in either direction one end tells it: that of which more is known, or the service's. */
static bool is_told_better(const struct judging *judging, uint32_t index, uint32_t peer)
{
	const struct socket_detail *socket = &judging->evidence->sockets[index];
	const struct socket_detail *other = &judging->evidence->sockets[peer];
	unsigned int kind = judging->kinds[index], others = judging->kinds[peer];

	if (!kind_hangs(kind) || !kind_hangs(others) || tries_of(other) < tries_of(socket))
		return false;
	if (kind != others)
		return kind == FINDING_UNACKNOWLEDGED;
	return !is_served_here(judging, socket) && is_served_here(judging, other);
}

/* The sender's side shows a reader that does not read, too. */
static bool is_told_by_peer(const struct judging *judging, uint32_t index)
{
	uint32_t peer = judging->peers[index];

	if (peer == NO_SOCKET || !is_chosen(judging, peer))
		return false;
	if (judging->kinds[index] == FINDING_RECEIVER_DOES_NOT_READ)
		return judging->kinds[peer] == FINDING_ZERO_WINDOW ||
		       judging->kinds[peer] == FINDING_CLOSING_ZERO_WINDOW;
	return is_told_better(judging, index, peer);
}

static int group_all(const struct judging *judging, struct groups *groups, bool all)
{
	int err = 0;

	for (uint32_t i = 0; !err && i < judging->evidence->socket_count; i++) {
		const struct rule *rule = rule_for(judging->kinds[i]);

		if (!rule || (!all && (rule->only_asked || is_told_by_peer(judging, i))))
			continue;
		if (is_chosen(judging, i))
			err = groups_add(groups, judging, rule, i, all);
	}
	return err;
}

/* What busy machines have at any moment: nobody is to read it. */
static bool is_passing(const struct finding *finding)
{
	return finding->severity == FINDING_NOTE && finding->since_ms < SECOND;
}

static int describe_groups(const struct judging *judging, const struct groups *groups,
			   struct findings *findings, bool all)
{
	struct finding finding;
	int err = 0;

	for (size_t i = 0; i < GROUP_BUCKETS; i++) {
		for (const struct group *group = groups->buckets[i]; group && !err;
		     group = group->next) {
			if (group_describe(judging, group, &finding) &&
			    (all || !is_passing(&finding)))
				err = findings_add(findings, &finding);
		}
	}
	return err;
}

/* ---------------------------------------------------------------- one by one */

struct severities {
	uint8_t of[FINDING_KINDS];
};

/* One of many is as bad as the many. */
static struct severities severities_of(const struct judging *judging, const struct groups *groups)
{
	struct severities worst = {};
	struct finding finding;

	for (size_t i = 0; i < GROUP_BUCKETS; i++) {
		for (const struct group *group = groups->buckets[i]; group; group = group->next) {
			if (group_describe(judging, group, &finding) &&
			    finding.severity > worst.of[group->kind])
				worst.of[group->kind] = finding.severity;
		}
	}
	return worst;
}

static int describe_each(const struct judging *judging, const struct groups *groups,
			 struct findings *findings)
{
	struct severities worst = severities_of(judging, groups);
	int err = 0;

	for (uint32_t i = 0; !err && i < judging->evidence->socket_count; i++) {
		const struct rule *rule = rule_for(judging->kinds[i]);
		struct finding finding;
		struct group group;

		if (!rule || !is_chosen(judging, i))
			continue;
		group_of_one(&group, judging, rule, i);
		if (!group_describe(judging, &group, &finding))
			continue;
		if (finding.severity < worst.of[rule->kind]) {
			finding.severity = worst.of[rule->kind];
			finding.kind = rule->kind;
		}
		err = findings_add(findings, &finding);
	}
	return err;
}

/* ---------------------------------------------------------------- both */

static size_t count_chosen(const struct judging *judging)
{
	size_t count = 0;

	for (uint32_t i = 0; i < judging->evidence->socket_count && count <= FINDINGS_EACH_MAX; i++)
		count += is_chosen(judging, i);
	return count;
}

static int judge_groups(const struct judging *judging, struct findings *findings, bool explain)
{
	struct groups *groups = calloc(1, sizeof(*groups));
	int err = groups ? group_all(judging, groups, explain) : -ENOMEM;

	if (!err)
		err = explain && count_chosen(judging) <= FINDINGS_EACH_MAX
			      ? describe_each(judging, groups, findings)
			      : describe_groups(judging, groups, findings, explain);
	if (groups)
		groups_release(groups);
	free(groups);
	return err;
}

static int judge(const struct evidence *evidence, const struct findings_choice *choice,
		 bool explain, struct findings *ret_findings)
{
	struct findings findings = {};
	struct judging judging;
	int err = judging_init(&judging, evidence, choice);

	if (err)
		return err;
	classify(&judging);
	err = machine_judge(&judging, &findings, explain);
	if (!err)
		err = judge_groups(&judging, &findings, explain);
	if (!err && !explain) {
		findings_join_causes(&judging, &findings);
		findings_join_destinations(&findings);
	}
	judging_release(&judging);
	if (err) {
		findings_release(&findings);
		return err;
	}
	sort(&findings);
	if (findings.count > FINDINGS_MAX) {
		findings.left_out += findings.count - FINDINGS_MAX;
		findings.count = FINDINGS_MAX;
	}
	*ret_findings = findings;
	return 0;
}

int findings_judge(const struct evidence *evidence, const struct findings_choice *choice,
		   struct findings *ret_findings)
{
	return judge(evidence, choice, false, ret_findings);
}

int findings_explain(const struct evidence *evidence, const struct findings_choice *choice,
		     struct findings *ret_findings)
{
	return judge(evidence, choice, true, ret_findings);
}

int findings_classify(const struct evidence *evidence, uint8_t *ret_kinds)
{
	struct judging judging;
	int err = judging_init(&judging, evidence, NULL);

	if (err)
		return err;
	classify(&judging);
	memcpy(ret_kinds, judging.kinds, evidence->socket_count);
	judging_release(&judging);
	return 0;
}

bool findings_want_process(const struct socket_detail *socket)
{
	return socket->state == TCP_STATE_LISTEN || socket->state == TCP_STATE_CLOSE_WAIT ||
	       socket->unread || socket->unacked || socket->fin_unread ||
	       (socket->state != TCP_STATE_ESTABLISHED && socket->form == SOCKET_FULL);
}
