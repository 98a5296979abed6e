/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Evidence <-> bytes: a header and the rows, as they lie in memory. A recording names the size of
 * each row: one of another build or machine is refused where they differ. Its bytes may be anybody's:
 * what is read is bounded, ends in NUL and sorted anew. Pure.
 */
#ifndef EVIDENCE_RECORDING_H
#define EVIDENCE_RECORDING_H

#include "base/buf.h"
#include "events/hide.h"
#include "evidence/store.h"

/* These rows (NULL: all of them), with what `hide` leaves. */
void evidence_encode(const struct evidence *evidence, const struct evidence_rows *rows,
		     const struct hide *hide, struct buf *out);

#define EVIDENCE_RECORDING_HEADER 104	    /* bytes that have the length of all of it */
#define EVIDENCE_RECORDING_MAX (2ull << 30) /* STORE_SOCKETS_MAX sockets with their holders */

/* How long the recording is that begins with these bytes. 0; -EINVAL: no recording of evidence;
 * -EPROTO: of another layout; -EIO: damaged. */
int evidence_recording_size(const void *bytes, size_t size, uint64_t *ret_size);

/* Fills an empty store. 0; -EINVAL: no recording of evidence; -EPROTO: of another layout; -EIO: cut
 * off; -ENOMEM. */
int evidence_decode(const void *bytes, size_t size, struct evidence_store *store);

#endif
