/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Ports and IP protocols -> names: /etc/services and /etc/protocols by way of nsswitch.conf, read
 * whole at the first question. */
#ifndef NAMES_SERVICES_H
#define NAMES_SERVICES_H

#include "names/name_cache.h"
#include "names/names.h"

#define SERVICE_NAME_MAX 63

/* Fills `answers`, which is initialised and empty. Out of memory leaves names out. */
void services_read(struct name_cache *cache);

struct name_key services_key(enum names_protocol protocol, uint16_t port);

#endif
