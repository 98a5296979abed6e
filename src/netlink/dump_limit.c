/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Time that a dump takes -> whether the rest of it is read, and whether it is begun again. */
#include "netlink/dump_limit.h"

#include <errno.h>
#include <stddef.h>
#include <sys/stat.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"

/* 300,000 rules of nftables and more; who reads them a tenth as often has a busy machine all the same. */
#define CPU_MAX_NS UINT64_C(300000000)
/* the kernel waits for its own locks, which others hold, and other processes take the processor */
#define WALL_MAX_NS UINT64_C(3000000000)
#define AGAIN_NS UINT64_C(60000000000)
#define KEPT_MAX 64 /* dumps that were given up; the oldest is forgotten */

struct given_up {
	uint64_t netns; /* 0: unused */
	uint64_t at_ns;
	uint16_t type;
	bool taken; /* by dump_limit_next(), or another of its namespace was */
};

static struct given_up kept[KEPT_MAX];

static uint64_t cpu_ns(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now))
		return 0;
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static uint64_t own_netns(void)
{
	struct stat own;

	return stat("/proc/thread-self/ns/net", &own) ? 0 : own.st_ino;
}

static struct given_up *find(uint64_t netns, uint16_t type)
{
	for (size_t i = 0; i < ARRAY_SIZE(kept); i++) {
		if (netns && kept[i].netns == netns && kept[i].type == type)
			return &kept[i];
	}
	return NULL;
}

int dump_limit_begin(uint16_t type, struct dump_limit *ret_limit)
{
	const struct dump_limit limit = {.netns = own_netns(),
					 .began_ns = clock_monotonic_ns(),
					 .cpu_ns = cpu_ns(),
					 .type = type};
	const struct given_up *before = find(limit.netns, type);

	if (before && limit.began_ns - before->at_ns < AGAIN_NS)
		return -ETIME;
	*ret_limit = limit;
	return 0;
}

static bool was_taken(uint64_t netns)
{
	for (size_t i = 0; i < ARRAY_SIZE(kept); i++) {
		if (kept[i].netns == netns && kept[i].taken)
			return true;
	}
	return false;
}

static void note(const struct dump_limit *limit)
{
	struct given_up *at = find(limit->netns, limit->type);
	bool taken = was_taken(limit->netns);

	if (!at) {
		at = kept;
		for (size_t i = 1; i < ARRAY_SIZE(kept); i++) {
			if (kept[i].at_ns < at->at_ns)
				at = &kept[i];
		}
	}
	*at = (struct given_up){.netns = limit->netns,
				.at_ns = clock_monotonic_ns(),
				.type = limit->type,
				.taken = taken};
}

bool dump_limit_over(const struct dump_limit *limit)
{
	if (cpu_ns() - limit->cpu_ns <= CPU_MAX_NS &&
	    clock_monotonic_ns() - limit->began_ns <= WALL_MAX_NS)
		return false;
	note(limit);
	return true;
}

bool dump_limit_next(uint64_t *ret_netns)
{
	for (size_t i = 0; i < ARRAY_SIZE(kept); i++) {
		if (!kept[i].netns || kept[i].taken || was_taken(kept[i].netns))
			continue;
		kept[i].taken = true;
		*ret_netns = kept[i].netns;
		return true;
	}
	return false;
}
