/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What /proc reports about the processes that a finding may name. */
#ifndef EVIDENCE_PROCESSES_H
#define EVIDENCE_PROCESSES_H

#include "evidence/store.h"

/* `proc` is "/proc", or a folder made by a test. A process that ended meanwhile gets no row. */
int evidence_read_process(struct evidence_store *store, const char *proc, uint32_t pid);

bool evidence_process_exists(const char *proc, uint32_t pid);

/* Its command line, blanks between the words; "" where it is not known. */
void evidence_read_command(uint32_t pid, char *ret_text, size_t room);

#endif
