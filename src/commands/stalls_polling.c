/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstate stalls without BPF: sockets in SYN_SENT, looked at again and again -> why they hang. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/say.h"
#include "commands/stalls.h"
#include "diagnosis/collect.h"
#include "evidence/pending.h"
#include "evidence/polled.h"

#define PAUSE_MAX_NS 500000000u
#define PAUSE_MIN_NS 50000000u
#define NS_PER_MS 1000000u
#define NAMESPACES_EVERY 4 /* looks, of which one begins with a search for new namespaces */

int stalls_polling_open(struct stalls *stalls, const char *why)
{
	struct evidence_sources *evidence = &stalls->evidence;
	int err;

	if (stalls->settings.listeners)
		return say("%s", why);
	evidence->polled = calloc(1, sizeof(*evidence->polled));
	err = evidence->polled ? evidence_sources_init(evidence) : -ENOMEM;
	if (!err)
		err = polled_read(evidence);
	if (err)
		return say("%s; and sock_diag cannot list sockets either: %s", why, strerror(-err));
	say("%s; connects are looked for by sock_diag instead, and what drops, refuses or answers "
	    "them is not seen",
	    why);
	return STATUS_OK;
}

static void add_found(struct stalls *stalls)
{
	struct evidence_sources *evidence = &stalls->evidence;

	for (size_t i = 0; i < evidence->polled->count; i++) {
		const struct wire_stall_sock *sock = &evidence->polled->sockets[i];
		struct flow flow = {};

		stall_collect_flow(&flow, sock);
		if (!stalls_excludes(stalls, &flow))
			attempts_found(stalls->attempts, sock, &evidence->kernel);
	}
	pending_set_owners(stalls->attempts, evidence->polled->owners,
			   evidence->polled->owner_count);
}

static int poll_once(struct stalls *stalls, unsigned int number)
{
	struct evidence_sources *evidence = &stalls->evidence;
	uint64_t now;
	int err;

	err = stalls_helper_look(&stalls->helper,
				 number % NAMESPACES_EVERY == NAMESPACES_EVERY - 1);
	if (err)
		return say("cannot list sockets by sock_diag: %s", strerror(-err));
	add_found(stalls);
	now = clock_monotonic_ns();
	attempts_catch_up(stalls->attempts, &evidence->kernel, now);
	stalls_answer_questions(stalls, now);
	stalls_helper_expire(&stalls->helper, now);
	output_flush(&stalls->report.output);
	if (evidence->recording)
		output_flush(&stalls->report.record);
	return STATUS_OK;
}

/* Half the threshold: a connect that hangs for longer is seen at least once before. */
static int pause_ms(const struct stalls *stalls)
{
	uint64_t pause = stalls->settings.threshold_ns / 2;

	if (pause > PAUSE_MAX_NS)
		pause = PAUSE_MAX_NS;
	if (pause < PAUSE_MIN_NS)
		pause = PAUSE_MIN_NS;
	return (int)(pause / NS_PER_MS);
}

static int run_loop(struct stalls *stalls, struct loop *loop)
{
	int status = STATUS_OK;

	for (unsigned int number = 0; !status && !stalls->ended && !stalls->report.output.error &&
				      !stalls->report.record.error;
	     number++) {
		status = poll_once(stalls, number);
		if (loop_turn(loop, pause_ms(stalls)))
			break;
	}
	return status;
}

int stalls_poll(struct stalls *stalls)
{
	struct loop loop;
	int status = stalls_open_record(stalls), err;

	if (status)
		return status;
	err = loop_init(&loop);
	if (!err)
		err = stalls_set_up_loop(stalls, &loop);
	if (err) {
		loop_release(&loop);
		return say("cannot wait: %s", strerror(-err));
	}
	stalls->begin_ns = clock_monotonic_ns();
	stalls_helper_start(&stalls->helper, &stalls->evidence, stalls->settings.selection.lookups);
	say("watching connects");
	status = run_loop(stalls, &loop);
	say_hurry();
	if (stalls->settings.summary)
		stalls_print_summary(stalls);
	loop_release(&loop);
	stalls_say_totals(stalls);
	return status ? status : stalls_end_status(stalls);
}
