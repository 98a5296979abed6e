/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The descriptors that a process starts with. */
#ifndef BASE_DESCRIPTORS_H
#define BASE_DESCRIPTORS_H

/* Fills those of 0, 1 and 2 that the caller closed, so that no file of ours gets their numbers:
 * writing to them fails. */
void descriptors_fill_standard(void);

/* Raises the soft limit of open files to the hard one. */
void descriptors_raise_limit(void);

#endif
