/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which rows of the evidence a judgement of the chosen connections rests on: a recording of these that is handed
 * to a stranger keeps no others.
 */
#ifndef FINDINGS_NEEDED_H
#define FINDINGS_NEEDED_H

#include "findings/findings.h"

/*
 * Whole namespaces: those that are chosen or have a chosen connection. The other ends on this host of what is
 * in them, who holds all these, what happened to them. 0 or -ENOMEM; the caller releases.
 */
int findings_needed(const struct evidence *evidence, const struct findings_choice *choice,
		    struct evidence_rows *ret_rows);
void findings_needed_release(struct evidence_rows *rows);

#endif
