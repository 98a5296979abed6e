/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a recording of evidence does not give away: see events/hide.h. Pure. */
#ifndef EVIDENCE_HIDE_H
#define EVIDENCE_HIDE_H

#include "events/hide.h"
#include "netstate/evidence.h"

/*
 * Each in place: kernel addresses always, with `redact` addresses, names of processes, namespaces,
 * devices, units. The same becomes the same, so that holders still find their sockets. Names of the
 * kernel's functions and reasons stay.
 */
void evidence_hide_socket(const struct hide *hide, struct socket_detail *socket);
void evidence_hide_holder(const struct hide *hide, struct evidence_holder *holder);
void evidence_hide_process(const struct hide *hide, struct evidence_process *process);
void evidence_hide_space(const struct hide *hide, struct evidence_space *space);
void evidence_hide_event(const struct hide *hide, struct evidence_event *event);

#endif
