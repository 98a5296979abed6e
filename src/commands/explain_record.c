/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstate explain --record, --replay: evidence in a file. */
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include <version.h>

#include "base/cleanup.h"
#include "base/safe_open.h"
#include "base/say.h"
#include "commands/explain_helper.h"
#include "commands/output_end.h"
#include "evidence/recording.h"
#include "evidence/recording_file.h"
#include "findings/needed.h"

/* Where connections are chosen, what they and their namespaces rest on, and no others'. 0 or -ENOMEM. */
static int encode(struct explain *explain, const struct hide *hide, struct buf *out)
{
	struct findings_choice choice;
	struct evidence_rows rows;

	if (!explain_choice(explain, &choice)) {
		evidence_encode(&explain->evidence, NULL, hide, out);
		return 0;
	}
	if (findings_needed(&explain->evidence, &choice, &rows))
		return -ENOMEM;
	evidence_encode(&explain->evidence, &rows, hide, out);
	findings_needed_release(&rows);
	return 0;
}

int explain_record(struct explain *explain)
{
	struct output record = {.fd = explain_open_record(explain)};
	struct hide hide = {.redact = explain->redact};
	int status;

	if (record.fd < 0)
		return say("explain: cannot write %s: %s", explain->record_path,
			   safe_open_reason(record.fd));
	if (getrandom(hide.key, sizeof(hide.key), 0) != sizeof(hide.key)) {
		close(record.fd);
		return say("explain: cannot get a random key for %s: %s", explain->record_path,
			   strerror(errno));
	}
	if (encode(explain, &hide, &record.buf) || record.buf.failed) {
		status = say("explain: cannot write %s: out of memory", explain->record_path);
	} else {
		output_flush(&record);
		status = output_end_of(&record, explain->record_path);
	}
	output_release(&record);
	close(record.fd);
	return status;
}

static const char *reason_of(int err)
{
	if (err == -EINVAL)
		return "it is not a recording of netstate explain --record";
	if (err == -EPROTO)
		return "it was recorded by another version of netstate than this one (" NETSTATE_VERSION
		       "), or on another kind of machine; replay it with that one";
	if (err == -EIO)
		return "it is cut off or damaged";
	return strerror(-err);
}

int explain_replay(struct explain *explain)
{
	_cleanup_(cleanup_close) int fd = safe_open_input(explain->replay_path);
	int err;

	if (fd < 0)
		return say("explain: cannot read %s: %s", explain->replay_path,
			   safe_open_reason(fd));
	err = evidence_recording_read(fd, &explain->store);
	if (!err)
		err = evidence_store_join(&explain->store);
	if (err)
		return say("explain: cannot read %s: %s", explain->replay_path, reason_of(err));
	evidence_store_lend(&explain->store, &explain->evidence);
	return STATUS_OK;
}
