/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* live's child processes: one question at a time, its answer once the descriptor is readable. */
#ifndef COMMANDS_LIVE_CHILD_H
#define COMMANDS_LIVE_CHILD_H

#include "privilege/helper.h"

/* `also`: HELPER_*. *ret_child: NULL where it cannot be started, which the calls below accept. */
void live_child_start(helper_handler handler, void *context, unsigned int also,
		      struct helper **ret_child);
/* Ends it, also while it is busy; *child becomes NULL. */
void live_child_stop(struct helper **child);

/* -EPIPE: there is none any more; *child is NULL then. */
int live_child_send(struct helper **child, const struct helper_question *question);
/* 0, the answer's -errno, -EAGAIN: no answer yet, -EPIPE as above. */
int live_child_receive(struct helper **child, struct helper_answer *ret_answer);

#endif
