/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What ends `netstate stalls`, however it watches: a signal, the time, a reader that went. */
#include <signal.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "commands/stalls.h"

static void end(void *context, int fd)
{
	((struct stalls *)context)->ended = true;
}

int stalls_set_up_loop(struct stalls *stalls, struct loop *loop)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	int err = loop_add_ends(loop, signals, ARRAY_SIZE(signals), end, stalls);

	if (!err && stalls->settings.duration_ns)
		err = loop_add_timer(loop, stalls->settings.duration_ns, 0, end, stalls);
	if (!err && stalls->settings.duration_ns)
		err = loop_last_stops(loop);
	if (!err)
		err = loop_add_hangup(loop, STDOUT_FILENO, end, stalls);
	output_stop_by(&stalls->report.output, loop->stop_fd);
	if (stalls->settings.record_path)
		output_stop_by(&stalls->report.record, loop->stop_fd);
	return err;
}
