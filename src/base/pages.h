/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Large zeroed arrays: address space at once, memory with use, in huge pages where the system has
 * them: a look-up in a million rows costs cache misses enough without those of the page tables.
 */
#ifndef BASE_PAGES_H
#define BASE_PAGES_H

#include <stddef.h>

/* Memory of malloc() that is filled to its end soon: with fewer page faults. */
void pages_advise_huge(void *room, size_t size);

/* NULL: the system grants none. */
void *pages_reserve(size_t size);
/* The same memory in this process and in those that it forks from now on. */
void *pages_reserve_shared(size_t size);
void pages_release(void *pages, size_t size);

/* To whole pages. */
size_t pages_round(size_t size);

#endif
