/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What an output that failed means for the user and the exit status. */
#ifndef COMMANDS_OUTPUT_END_H
#define COMMANDS_OUTPUT_END_H

#include "sink/output.h"

/* Of stdout: 0, also where its reader has gone; else STATUS_FAILURE, said. */
int output_end(const struct output *output);

/* Of a file at `path`, to which all must get. */
int output_end_of(const struct output *output, const char *path);

#endif
