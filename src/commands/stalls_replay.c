/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstate stalls --replay: what a recording kept -> the reports, judged anew. No kernel, no root. */
#include <errno.h>
#include <inttypes.h>

#include "base/say.h"
#include "commands/output_end.h"
#include "commands/replay.h"
#include "commands/stalls.h"
#include "diagnosis/kept.h"

struct replayed {
	struct stalls *stalls;
	uint64_t reports, other_layout;
};

static int on_record(void *context, const void *bytes, size_t size)
{
	struct replayed *replayed = context;
	struct stall_kept kept;
	int err = stall_kept_decode(bytes, size, &kept);

	if (err == -EPROTO)
		replayed->other_layout++;
	if (err)
		return 0;
	replayed->reports++;
	if (stalls_shows(replayed->stalls, &kept.stall.flow))
		stalls_report_kept(replayed->stalls, &kept);
	/* what still hung at the end stands behind the reports */
	return replayed->stalls->ended && !replayed->stalls->settings.summary;
}

int stalls_replay(struct stalls *stalls)
{
	struct stalls_settings *settings = &stalls->settings;
	struct replayed replayed = {.stalls = stalls};
	int status = replay(settings->replay_path, &stalls->report.view.wall_offset_ns,
			    &settings->selection.foreign, on_record, &replayed);

	selection_warn_foreign(&settings->selection, settings->replay_path);
	if (replayed.other_layout)
		say("%" PRIu64
		    " reports of %s are of another version of netstate and were left out",
		    replayed.other_layout, settings->replay_path);
	else if (!status && !replayed.reports)
		say("%s holds no reports: nothing hung or failed, or it is no recording of netstate stalls --record",
		    settings->replay_path);
	if (settings->summary)
		stalls_print_summary(stalls);
	output_flush(&stalls->report.output);
	return status ? status : output_end(&stalls->report.output);
}
