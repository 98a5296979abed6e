/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The file of --record. */
#ifndef COMMANDS_RECORD_FILE_H
#define COMMANDS_RECORD_FILE_H

#include "sink/output.h"

/*
 * Opens it as safe_open_output() does, and writes the header. What is written later is whole
 * records, in which hide_records() replaces kernel addresses, and with `redact` more. An exit
 * status, after saying why.
 */
int record_file_open(const char *path, bool force, bool redact, struct output *record);

/* --redact without --record: what is printed would show everything. Says so; an exit status. */
int record_file_missing(const char *command);

#endif
