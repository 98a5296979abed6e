/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Entries of connection tracking that keep a connection untranslated: NAT looks at the first packet
 * of a connection alone, so an entry from before the rule stays as it is while SYNs renew it.
 */
#ifndef EVIDENCE_UNTRANSLATED_H
#define EVIDENCE_UNTRANSLATED_H

#include "evidence/store.h"

/*
 * In the namespace of `space` already: for entries without translation and answer, whose destination
 * is translated and answers the same host otherwise, an EVIDENCE_UNTRANSLATED and, of the same moment,
 * an EVIDENCE_TRANSLATED of the other entry. Large tables are left out.
 */
void untranslated_read(const struct evidence_space *space, struct evidence_store *store);

#endif
