/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Large zeroed arrays. */
#include "base/pages.h"

#include <stdint.h>
#include <sys/mman.h>

#define PAGE ((size_t)4096)
#define HUGE_PAGE ((size_t)2 << 20)

size_t pages_round(size_t size)
{
	return (size + PAGE - 1) & ~(PAGE - 1);
}

/* Small arrays stay small; larger ones begin where a huge page may lie. */
void *pages_reserve_shared(size_t size)
{
	void *room = mmap(NULL, pages_round(size), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return room == MAP_FAILED ? NULL : room;
}

void *pages_reserve(size_t size)
{
	size_t whole = pages_round(size), extra = whole < HUGE_PAGE ? 0 : HUGE_PAGE, skip;
	char *room = mmap(NULL, whole + extra, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (room == MAP_FAILED)
		return NULL;
	if (!extra)
		return room;
	skip = (HUGE_PAGE - ((uintptr_t)room & (HUGE_PAGE - 1))) & (HUGE_PAGE - 1);
	if (skip)
		munmap(room, skip);
	if (extra > skip)
		munmap(room + skip + whole, extra - skip);
	madvise(room + skip, whole, MADV_HUGEPAGE);
	return room + skip;
}

void pages_advise_huge(void *room, size_t size)
{
	uintptr_t begin = ((uintptr_t)room + HUGE_PAGE - 1) & ~(uintptr_t)(HUGE_PAGE - 1);
	uintptr_t end = ((uintptr_t)room + size) & ~(uintptr_t)(HUGE_PAGE - 1);

	if (begin < end)
		madvise((void *)begin, end - begin, MADV_HUGEPAGE);
}

void pages_release(void *pages, size_t size)
{
	munmap(pages, pages_round(size));
}
