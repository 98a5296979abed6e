/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Runs of the walk -> each socket once. */
#include "kernel/walk_chain.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FEW 8 /* compared each with each */

typedef void (*give_row)(void *context, const void *row);

void walk_chain_release(struct walk_chain *chain)
{
	free(chain->rows);
	*chain = (struct walk_chain){.size = chain->size};
}

static int make_room(struct walk_chain *chain, size_t count)
{
	size_t room = chain->room ? chain->room : 1024;
	char *rows;

	if (count <= chain->room)
		return 0;
	if (count > WALK_CHAIN_MAX)
		return -E2BIG;
	while (room < count)
		room *= 2;
	rows = realloc(chain->rows, room * chain->size);
	if (!rows)
		return -ENOMEM;
	chain->rows = rows;
	chain->room = room;
	return 0;
}

int walk_chain_add(struct walk_chain *chain, const void *rows, size_t count)
{
	int err = count ? make_room(chain, chain->count + count) : 0;

	if (err || !count)
		return err;
	memcpy(chain->rows + chain->count * chain->size, rows, count * chain->size);
	chain->count += count;
	return 0;
}

static const struct wire_walk_row *row_at(const void *rows, size_t size, size_t number)
{
	return (const void *)((const char *)rows + number * size);
}

static bool is_same(const struct walk_chain *chain, size_t left, size_t right)
{
	return row_at(chain->rows, chain->size, left)->sock.sock ==
	       row_at(chain->rows, chain->size, right)->sock.sock;
}

static void copy_row(struct walk_chain *chain, size_t to, size_t from)
{
	if (to != from)
		memcpy(chain->rows + to * chain->size, chain->rows + from * chain->size,
		       chain->size);
}

static void drop_among_few(struct walk_chain *chain)
{
	size_t kept = 0;

	for (size_t i = 0; i < chain->count; i++) {
		size_t same = 0;

		while (same < kept && !is_same(chain, same, i))
			same++;
		copy_row(chain, same, i);
		kept += same == kept;
	}
	chain->count = kept;
}

static int compare(const void *left, const void *right)
{
	const struct wire_walk_row *a = left, *b = right;

	if (a->sock.sock != b->sock.sock)
		return a->sock.sock < b->sock.sock ? -1 : 1;
	return (a->ktime_ns > b->ktime_ns) - (a->ktime_ns < b->ktime_ns);
}

/* Of several rows of a socket the latest is left; the order changes. */
static void drop_doubles(struct walk_chain *chain)
{
	size_t kept = 0;

	if (chain->count <= FEW) {
		drop_among_few(chain);
		return;
	}
	qsort(chain->rows, chain->count, chain->size, compare);
	for (size_t i = 0; i < chain->count; i++) {
		if (i + 1 < chain->count && is_same(chain, i, i + 1))
			continue;
		copy_row(chain, kept++, i);
	}
	chain->count = kept;
}

static void give_bucket(struct walk_chain *chain, give_row give, void *context)
{
	drop_doubles(chain);
	for (size_t i = 0; i < chain->count; i++)
		give(context, row_at(chain->rows, chain->size, i));
	chain->count = 0;
}

/* How many rows from `from` on are of the bucket. */
static size_t bucket_size(const struct walk_chain *chain, const void *rows, size_t from,
			  size_t count, uint32_t bucket)
{
	size_t at = from;

	while (at < count && row_at(rows, chain->size, at)->bucket == bucket)
		at++;
	return at - from;
}

static int give_buckets(struct walk_chain *chain, const void *rows, size_t from, size_t count,
			give_row give, void *context)
{
	size_t size;

	for (size_t at = from; at < count; at += size) {
		const struct wire_walk_row *first = row_at(rows, chain->size, at);
		int err;

		size = bucket_size(chain, rows, at, count, first->bucket);
		if (size == 1) { /* as most are */
			give(context, first);
			continue;
		}
		err = walk_chain_add(chain, first, size);
		if (err)
			return err;
		give_bucket(chain, give, context);
	}
	return 0;
}

int walk_chain_accept(struct walk_chain *chain, const struct wire_walk_answer *answer,
		      const void *rows, give_row give, void *context)
{
	size_t first = 0;
	int err = 0;

	if (answer->rows > WIRE_WALK_ROWS || answer->complete > answer->rows)
		return -EPROTO;
	if (answer->restarted)
		chain->count = 0;
	if (chain->count && !answer->continues) {
		first = bucket_size(chain, rows, 0, answer->complete,
				    row_at(chain->rows, chain->size, 0)->bucket);
		err = walk_chain_add(chain, rows, first);
		if (err)
			return err;
		give_bucket(chain, give, context);
	}
	err = give_buckets(chain, rows, first, answer->complete, give, context);
	return err ? err
		   : walk_chain_add(chain, row_at(rows, chain->size, answer->complete),
				    answer->rows - answer->complete);
}
