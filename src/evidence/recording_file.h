/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A recording of evidence, from its descriptor. */
#ifndef EVIDENCE_RECORDING_FILE_H
#define EVIDENCE_RECORDING_FILE_H

#include "evidence/store.h"

/* To the end of the file; as evidence_decode(), or -errno of reading. */
int evidence_recording_read(int fd, struct evidence_store *store);

#endif
