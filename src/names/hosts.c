/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Addresses -> host names by a pool of threads. The table belongs to the caller's thread, the queue
 * to all. */
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/seccomp.h"
#include "names/name_cache.h"
#include "names/hosts.h"

/* How long the pool may be behind before it doubles: /etc/hosts answers sooner, a name server
 * later. */
#define GROW_MS 2
/* What the name service modules may want on their stack. */
#define STACK_SIZE (512 * 1024)

struct hosts {
	hosts_lookup *lookup;
	struct hosts_limits limits;
	struct name_cache cache; /* the caller's thread alone */
	uint64_t waited_ms;	 /* in all, by the caller */

	pthread_mutex_t lock; /* for all below */
	pthread_cond_t answered;
	struct answer *first, **last; /* not yet begun */
	struct answer *awaited;	      /* by the caller */
	unsigned int threads;
	unsigned int users;   /* the threads and the caller; the last one frees */
	uint64_t progress_ms; /* when the last answer came, or the first question after all were
				 answered */
};

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static int init_sync(struct hosts *hosts)
{
	pthread_condattr_t monotonic;

	if (pthread_mutex_init(&hosts->lock, NULL))
		return -ENOMEM;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&hosts->answered, &monotonic);
	pthread_condattr_destroy(&monotonic);
	return 0;
}

int hosts_new(hosts_lookup *lookup, struct hosts_limits limits, struct hosts **ret_hosts)
{
	struct hosts *hosts = calloc(1, sizeof(*hosts));

	if (!hosts)
		return -ENOMEM;
	hosts->lookup = lookup;
	hosts->limits = limits;
	hosts->last = &hosts->first;
	hosts->users = 1;
	if (name_cache_init(&hosts->cache) || init_sync(hosts)) {
		name_cache_release(&hosts->cache);
		free(hosts);
		return -ENOMEM;
	}
	*ret_hosts = hosts;
	return 0;
}

/* With the lock held, which it gives back. */
static void leave(struct hosts *hosts)
{
	bool last = !--hosts->users;

	pthread_mutex_unlock(&hosts->lock);
	if (!last)
		return;
	name_cache_release(&hosts->cache);
	pthread_cond_destroy(&hosts->answered);
	pthread_mutex_destroy(&hosts->lock);
	free(hosts);
}

void hosts_leave(struct hosts *hosts)
{
	if (!hosts)
		return;
	pthread_mutex_lock(&hosts->lock);
	hosts->first = NULL; /* nothing new is begun */
	hosts->last = &hosts->first;
	leave(hosts);
}

/* The key holds the address as it is, so that a thread needs nothing else. */
static struct name_key key_of(int family, const uint8_t *addr)
{
	struct name_key key = {.kind = (uint32_t)family};

	memcpy(&key.low, addr, family == AF_INET ? 4 : 8);
	if (family == AF_INET6)
		memcpy(&key.high, addr + 8, 8);
	return key;
}

static void address_of(const struct answer *answer, uint8_t addr[16])
{
	memcpy(addr, &answer->key.low, 8);
	memcpy(addr + 8, &answer->key.high, 8);
}

/* With the lock held. */
static struct answer *next_job(struct hosts *hosts)
{
	struct answer *answer = hosts->first;

	if (!answer)
		return NULL;
	hosts->first = answer->queue;
	if (!hosts->first)
		hosts->last = &hosts->first;
	return answer;
}

/* Without the lock for the lookup; takes it for the answer. */
static void answer_job(struct hosts *hosts, struct answer *answer)
{
	uint8_t addr[16];
	char *text;

	pthread_mutex_unlock(&hosts->lock);
	address_of(answer, addr);
	text = hosts->lookup((int)answer->key.kind, addr);
	pthread_mutex_lock(&hosts->lock);
	answer->text = text;
	atomic_store_explicit(&answer->known, true, memory_order_release);
	hosts->progress_ms = now_ms();
	if (hosts->awaited == answer)
		pthread_cond_signal(&hosts->answered);
}

static void *work(void *pool)
{
	struct hosts *hosts = pool;
	struct answer *answer;

	pthread_mutex_lock(&hosts->lock);
	while ((answer = next_job(hosts)))
		answer_job(hosts, answer);
	hosts->threads--;
	leave(hosts);
	return NULL;
}

/* With the lock held. */
static bool start_thread(struct hosts *hosts)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	pthread_t thread;
	int err;

	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are for the caller */
	err = seccomp_filtered() ? EPERM : pthread_create(&thread, &attributes, work, hosts);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	if (err)
		return false;
	hosts->threads++;
	hosts->users++;
	return true;
}

/* Doubles the pool, with the lock held. Where no thread can be had at all, the caller does the
 * work. */
static void grow(struct hosts *hosts)
{
	unsigned int wanted = hosts->threads ? hosts->threads * 2 : 1;
	struct answer *answer;

	if (wanted > hosts->limits.threads)
		wanted = hosts->limits.threads;
	while (hosts->first && hosts->threads < wanted && start_thread(hosts))
		;
	while (!hosts->threads && (answer = next_job(hosts)))
		answer_job(hosts, answer);
}

void hosts_want(struct hosts *hosts, int family, const uint8_t *addr)
{
	bool fresh;
	struct answer *answer = name_cache_add(&hosts->cache, key_of(family, addr), &fresh);

	if (!answer || !fresh)
		return;
	pthread_mutex_lock(&hosts->lock);
	if (!hosts->first && !hosts->threads)
		hosts->progress_ms = now_ms();
	*hosts->last = answer;
	hosts->last = &answer->queue;
	pthread_mutex_unlock(&hosts->lock);
}

/* When the next look at the pool is due, or 0: the wait is over. */
static uint64_t next_check(const struct hosts *hosts, uint64_t begun)
{
	uint64_t now = now_ms(), quiet_end = hosts->progress_ms + hosts->limits.quiet_ms;
	uint64_t whole_end = begun + hosts->limits.whole_ms - hosts->waited_ms;
	uint64_t end = quiet_end < whole_end ? quiet_end : whole_end;

	if (now >= end)
		return 0;
	if (hosts->first && hosts->threads < hosts->limits.threads && end > now + GROW_MS)
		return now + GROW_MS;
	return end;
}

static void wait_for(struct hosts *hosts, struct answer *answer)
{
	uint64_t begun = now_ms(), check;

	if (hosts->waited_ms >= hosts->limits.whole_ms)
		return;
	pthread_mutex_lock(&hosts->lock);
	hosts->awaited = answer;
	if (!hosts->threads)
		grow(hosts);
	while (!answer->known && (check = next_check(hosts, begun))) {
		struct timespec until = {(time_t)(check / 1000), (long)(check % 1000) * 1000000};

		if (pthread_cond_timedwait(&hosts->answered, &hosts->lock, &until) == ETIMEDOUT)
			grow(hosts);
	}
	hosts->awaited = NULL;
	pthread_mutex_unlock(&hosts->lock);
	hosts->waited_ms += now_ms() - begun;
}

char *hosts_get(struct hosts *hosts, int family, const uint8_t *addr)
{
	struct answer *answer = name_cache_find(&hosts->cache, key_of(family, addr));

	if (!answer) {
		hosts_want(hosts, family, addr);
		answer = name_cache_find(&hosts->cache, key_of(family, addr));
	}
	if (answer && !atomic_load_explicit(&answer->known, memory_order_acquire))
		wait_for(hosts, answer);
	return answer && answer->known ? answer->text : NULL;
}
