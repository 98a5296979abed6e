/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A child of live: started, asked, and dropped where it is gone. */
#include "commands/live_child.h"

#include <errno.h>

void live_child_start(helper_handler handler, void *context, unsigned int also,
		      struct helper **ret_child)
{
	if (helper_start(handler, context, also, ret_child))
		*ret_child = NULL;
}

void live_child_stop(struct helper **child)
{
	helper_kill(*child);
	*child = NULL;
}

int live_child_send(struct helper **child, const struct helper_question *question)
{
	if (!*child)
		return -EPIPE;
	if (!helper_send(*child, question))
		return 0;
	live_child_stop(child);
	return -EPIPE;
}

int live_child_receive(struct helper **child, struct helper_answer *ret_answer)
{
	int err = *child ? helper_receive(*child, ret_answer) : -EAGAIN;

	if (err == -EPIPE)
		live_child_stop(child);
	return err;
}
