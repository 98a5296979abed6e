/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Runs of the walk -> each socket once. */
#include "kernel/walk_chain.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FEW 8 /* compared each with each */

void walk_chain_release(struct walk_chain *chain)
{
	free(chain->rows);
	*chain = (struct walk_chain){};
}

static int make_room(struct walk_chain *chain, size_t count)
{
	size_t room = chain->room ? chain->room : 1024;
	struct wire_listed *rows;

	if (count <= chain->room)
		return 0;
	if (count > WALK_CHAIN_MAX)
		return -E2BIG;
	while (room < count)
		room *= 2;
	rows = realloc(chain->rows, room * sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	chain->rows = rows;
	chain->room = room;
	return 0;
}

int walk_chain_add(struct walk_chain *chain, const struct wire_listed *rows, size_t count)
{
	int err = count ? make_room(chain, chain->count + count) : 0;

	if (err || !count)
		return err;
	memcpy(chain->rows + chain->count, rows, count * sizeof(*rows));
	chain->count += count;
	return 0;
}

static size_t drop_among_few(struct wire_listed *rows, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		size_t same = 0;

		while (same < kept && rows[same].sock.sock != rows[i].sock.sock)
			same++;
		if (same != i)
			rows[same] = rows[i];
		kept += same == kept;
	}
	return kept;
}

static int compare(const void *left, const void *right)
{
	const struct wire_listed *a = left, *b = right;

	if (a->sock.sock != b->sock.sock)
		return a->sock.sock < b->sock.sock ? -1 : 1;
	return (a->ktime_ns > b->ktime_ns) - (a->ktime_ns < b->ktime_ns);
}

/* Of several rows of a socket one is left; the order changes. Returns how many rows are left. */
static size_t drop_doubles(struct wire_listed *rows, size_t count)
{
	size_t kept = 0;

	if (count <= FEW)
		return drop_among_few(rows, count);
	qsort(rows, count, sizeof(*rows), compare);
	for (size_t i = 0; i < count; i++) {
		if (i + 1 < count && rows[i].sock.sock == rows[i + 1].sock.sock)
			continue;
		rows[kept++] = rows[i];
	}
	return kept;
}

typedef void (*give_row)(void *context, const struct wire_listed *row);

static void give_bucket(struct walk_chain *chain, give_row give, void *context)
{
	size_t count = drop_doubles(chain->rows, chain->count);

	for (size_t i = 0; i < count; i++)
		give(context, &chain->rows[i]);
	chain->count = 0;
}

/* How many rows from the first on are of the bucket. */
static size_t bucket_size(const struct wire_listed *rows, size_t count, uint32_t bucket)
{
	size_t size = 0;

	while (size < count && rows[size].bucket == bucket)
		size++;
	return size;
}

static int give_buckets(struct walk_chain *chain, const struct wire_listed *rows, size_t count,
			give_row give, void *context)
{
	size_t size;

	for (size_t at = 0; at < count; at += size) {
		int err;

		size = bucket_size(rows + at, count - at, rows[at].bucket);
		if (size == 1) { /* as most are */
			give(context, &rows[at]);
			continue;
		}
		err = walk_chain_add(chain, rows + at, size);
		if (err)
			return err;
		give_bucket(chain, give, context);
	}
	return 0;
}

int walk_chain_accept(struct walk_chain *chain, const struct wire_walk_answer *answer,
		      const struct wire_listed *rows, give_row give, void *context)
{
	size_t first = 0;
	int err = 0;

	if (answer->rows > WIRE_WALK_ROWS || answer->complete > answer->rows)
		return -EPROTO;
	if (answer->restarted)
		chain->count = 0;
	if (chain->count && !answer->continues) {
		first = bucket_size(rows, answer->complete, chain->rows[0].bucket);
		err = walk_chain_add(chain, rows, first);
		if (err)
			return err;
		give_bucket(chain, give, context);
	}
	err = give_buckets(chain, rows + first, answer->complete - first, give, context);
	return err ? err
		   : walk_chain_add(chain, rows + answer->complete,
				    answer->rows - answer->complete);
}
