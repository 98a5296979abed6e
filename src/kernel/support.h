/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What this kernel has of all that netstate would use, and what the absence of each costs: the
 * parts by opening them, as their commands would, the features by the kernel's BTF. Nothing stays.
 */
#ifndef KERNEL_SUPPORT_H
#define KERNEL_SUPPORT_H

#include <stdbool.h>

struct support_row {
	const char *part; /* the command that it is for */
	const char *name;
	bool there;
	const char *gives; /* what is had of it */
	const char *lacks; /* how netstate does without, or why it was refused; NULL where it is
			      there, and where that goes without saying */
};

/* The texts of a row are valid during its call. */
typedef void (*support_row_fn)(void *context, const struct support_row *row);

/* True where `trace`, on which all else rests, can start. */
bool support_check(support_row_fn handle, void *context);

#endif
