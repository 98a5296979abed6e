/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The table behind scan_hex(). */
#include "procfs/scan.h"

#define NO4 -1, -1, -1, -1
#define NO16 NO4, NO4, NO4, NO4
#define LETTERS -1, 10, 11, 12, 13, 14, 15, -1, NO4, NO4

const int8_t scan_nibbles[256] = {
	NO16, NO16, NO16,    0,	   1,	    2,	  3,	4,    5,    6,	  7,	8,    9,    -1,
	-1,   NO4,  LETTERS, NO16, LETTERS, NO16, NO16, NO16, NO16, NO16, NO16, NO16, NO16, NO16,
};
