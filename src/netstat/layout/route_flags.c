/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Flags of a route -> netstat's letters. Pure. */
#include "netstat/layout/route_flags.h"

#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"

struct flag {
	uint32_t bit;
	const char *letters;
	bool replaces; /* what stands before it */
};

static const struct flag table4[] = {
	{0x1, "U", false},	  {0x2, "G", false},	   {0x200, "!", true},
	{0x4, "H", false},	  {0x8, "R", false},	   {0x10, "D", false},
	{0x20, "M", false},	  {0x10000, "d", false},   {0x20000, "a", false},
	{0x40000, "c", false},	  {0x200000, "o", false},  {0x400000, "e", false},
	{0x1000000, "c", false},  {0x2000000, "f", false}, {0x4000000, "p", false},
	{0x80000000, "l", false}, {0x40, "u", false},	   {0x80, "w", false},
	{0x100, "i", false},	  {0x400, "n", false},
};

static const struct flag cache4[] = {
	{0x2, "G", false},	  {0x200, "!", true},	    {0x8, "R", false},
	{0x10, "D", false},	  {0x20, "M", false},	    {0x1, "-", false},
	{0x4, "o", false},	  {0x10000, "n", false},    {0x20000, "d", false},
	{0x80000, "t", false},	  {0x200000, "f", false},   {0x400000, "q", false},
	{0x800000, "Ns", false},  {0x1000000, "r", false},  {0x4000000, "i", false},
	{0x8000000, "Nd", false}, {0x10000000, "b", false}, {0x20000000, "m", false},
	{0x40000000, "#", false}, {0x80000000, "l", false},
};

static const struct flag table6[] = {
	{0x1, "U", false},	 {0x200, "!", false},	 {0x2, "G", false},
	{0x4, "H", false},	 {0x10000, "D", false},	 {0x40000, "A", false},
	{0x1000000, "C", false}, {0x20000, "a", false},	 {0x400000, "e", false},
	{0x20, "m", false},	 {0x200000, "n", false}, {0x2000000, "f", false},
};

static const struct {
	const struct flag *flags;
	size_t count;
} kinds[ROUTE_FLAGS_KINDS] = {
	[ROUTE_FLAGS_TABLE4] = {table4, ARRAY_SIZE(table4)},
	[ROUTE_FLAGS_CACHE4] = {cache4, ARRAY_SIZE(cache4)},
	[ROUTE_FLAGS_TABLE6] = {table6, ARRAY_SIZE(table6)},
};

_Static_assert(2 * ARRAY_SIZE(cache4) < ROUTE_FLAGS_SIZE + 1 &&
		       ARRAY_SIZE(table4) < ROUTE_FLAGS_SIZE,
	       "all letters at once");

void route_flags_format(enum route_flags_kind kind, uint32_t flags, char to[ROUTE_FLAGS_SIZE])
{
	char *at = to;

	for (size_t i = 0; i < kinds[kind].count; i++) {
		const struct flag *flag = &kinds[kind].flags[i];

		if (!(flags & flag->bit))
			continue;
		if (flag->replaces)
			at = to;
		at = stpcpy(at, flag->letters);
	}
	*at = '\0';
}
