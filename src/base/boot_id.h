/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which run of which machine this is: numbers that a kernel gave out mean something only there. */
#ifndef BASE_BOOT_ID_H
#define BASE_BOOT_ID_H

#include <stdbool.h>
#include <stdint.h>

#define BOOT_ID_SIZE 16

/* All zero where it is not known. */
void boot_id_read(uint8_t ret_id[BOOT_ID_SIZE]);

/* False also where either is not known. */
bool boot_id_is_this(const uint8_t id[BOOT_ID_SIZE]);

#endif
