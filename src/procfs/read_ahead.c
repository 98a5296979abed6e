/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A second thread that reads a long file of /proc while the first one works on what has come. */
#include "procfs/read_ahead.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/seccomp.h"

#define BLOCKS 4
/* eight reads of a seq file: few enough hand-overs, small enough for the cache */
#define BLOCK_SIZE (32 * 1024)

struct block {
	ssize_t size; /* 0: the file's end, or -errno */
	char data[BLOCK_SIZE];
};

struct read_ahead {
	int fd;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned int filled; /* blocks ever */
	unsigned int taken;
	bool stop;
	size_t at; /* in the block that is being taken */
	struct block blocks[BLOCKS];
};

static void fill(int fd, struct block *block)
{
	block->size = 0;
	while (block->size < BLOCK_SIZE) {
		ssize_t size =
			read(fd, block->data + block->size, (size_t)(BLOCK_SIZE - block->size));

		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0 && !block->size)
			block->size = -errno;
		if (size <= 0)
			return;
		block->size += size;
	}
}

static bool wait_for_room(struct read_ahead *ahead)
{
	bool go_on;

	pthread_mutex_lock(&ahead->lock);
	while (!ahead->stop && ahead->filled - ahead->taken == BLOCKS)
		pthread_cond_wait(&ahead->changed, &ahead->lock);
	go_on = !ahead->stop;
	pthread_mutex_unlock(&ahead->lock);
	return go_on;
}

static void add(struct read_ahead *ahead, unsigned int *counter)
{
	pthread_mutex_lock(&ahead->lock);
	++*counter;
	pthread_cond_signal(&ahead->changed);
	pthread_mutex_unlock(&ahead->lock);
}

static void *run(void *context)
{
	struct read_ahead *ahead = context;
	ssize_t size = 1;

	while (size > 0 && wait_for_room(ahead)) {
		struct block *block = &ahead->blocks[ahead->filled % BLOCKS];

		fill(ahead->fd, block);
		size = block->size;
		add(ahead, &ahead->filled);
	}
	return NULL;
}

int read_ahead_start(int fd, struct read_ahead **ret_ahead)
{
	struct read_ahead *ahead;
	int err;

	if (seccomp_filtered()) /* which may end the process for a thread */
		return -EPERM;
	ahead = malloc(sizeof(*ahead));
	if (!ahead)
		return -ENOMEM;
	ahead->fd = fd;
	ahead->filled = ahead->taken = 0;
	ahead->stop = false;
	ahead->at = 0;
	pthread_mutex_init(&ahead->lock, NULL);
	pthread_cond_init(&ahead->changed, NULL);
	err = pthread_create(&ahead->thread, NULL, run, ahead);
	if (err) {
		free(ahead);
		return -err;
	}
	*ret_ahead = ahead;
	return 0;
}

void read_ahead_stop(struct read_ahead *ahead)
{
	if (!ahead)
		return;
	pthread_mutex_lock(&ahead->lock);
	ahead->stop = true;
	pthread_cond_signal(&ahead->changed);
	pthread_mutex_unlock(&ahead->lock);
	pthread_join(ahead->thread, NULL);
	pthread_cond_destroy(&ahead->changed);
	pthread_mutex_destroy(&ahead->lock);
	free(ahead);
}

static const struct block *wait_for_block(struct read_ahead *ahead)
{
	pthread_mutex_lock(&ahead->lock);
	while (ahead->filled == ahead->taken)
		pthread_cond_wait(&ahead->changed, &ahead->lock);
	pthread_mutex_unlock(&ahead->lock);
	return &ahead->blocks[ahead->taken % BLOCKS];
}

/* The block that says the end stays, and says it again. */
ssize_t read_ahead_read(struct read_ahead *ahead, char *to, size_t size)
{
	const struct block *block = wait_for_block(ahead);
	size_t left;

	if (block->size <= 0)
		return block->size;
	left = (size_t)block->size - ahead->at;
	if (size > left)
		size = left;
	memcpy(to, block->data + ahead->at, size);
	ahead->at += size;
	if (size == left) {
		ahead->at = 0;
		add(ahead, &ahead->taken);
	}
	return (ssize_t)size;
}
