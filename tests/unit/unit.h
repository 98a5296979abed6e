/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* cmocka with the headers that it wants before it; include this one. */
#ifndef UNIT_UNIT_H
#define UNIT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#endif
