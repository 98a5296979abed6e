/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A time span -> text. Pure. */
#include "base/duration.h"

#include <stdio.h>

#define NS_PER_MS 1000000u
#define NS_PER_S 1000000000u

const char *duration_text(char text[DURATION_TEXT_SIZE], uint64_t ns)
{
	if (ns >= NS_PER_S)
		snprintf(text, DURATION_TEXT_SIZE, "%.1f s", (double)ns / NS_PER_S);
	else
		snprintf(text, DURATION_TEXT_SIZE, ns < NS_PER_MS ? "%.3f ms" : "%.1f ms",
			 (double)ns / NS_PER_MS);
	return text;
}
