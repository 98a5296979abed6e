/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Devices of the network namespace that this thread is in, with an address and their MTU. */
#ifndef EVIDENCE_DEVICES_H
#define EVIDENCE_DEVICES_H

#include "netstate/evidence.h"

void evidence_read_devices(struct evidence_space *row);

#endif
