/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The option --ring-size. */
#ifndef COMMANDS_RING_SIZE_H
#define COMMANDS_RING_SIZE_H

/* For struct option_row.store; the field is a uint32_t: a power of two, a page to 1 GiB. */
int option_store_ring_size(const char *argument, void *field);

#endif
