/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What an output that failed means for the user and the exit status. */
#include "commands/output_end.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/say.h"

int output_end(const struct output *output)
{
	if (!output->error || output->error == EPIPE)
		return STATUS_OK;
	if (output->error == ETIMEDOUT)
		return say("stdout blocked for %d s; %" PRIu64 " lines discarded",
			   OUTPUT_PATIENCE_MS / 1000, output->undelivered);
	return say("cannot write the output: %s", strerror(output->error));
}

int output_end_of(const struct output *output, const char *path)
{
	if (output->error == ETIMEDOUT)
		return say("cannot write %s: blocked for %d s", path, OUTPUT_PATIENCE_MS / 1000);
	return output->error ? say("cannot write %s: %s", path, strerror(output->error))
			     : STATUS_OK;
}
