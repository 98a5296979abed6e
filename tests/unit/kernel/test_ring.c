/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* BPF ring buffer -> records, over a file that is laid out as the kernel lays out a ring. */
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "kernel/drain_turn.h"
#include "kernel/ring.h"
#include "unit/unit.h"

#define SIZE 4096

struct fake {
	int fd;
	unsigned char *file; /* consumer's page, producer's page, the data twice */
	uint64_t *consumer, *producer;
	struct ring ring;
	/* what came out */
	char seen[64];
	size_t count;
	int end_at; /* the take of this number ends it; 0: none */
	uint64_t told_at_second;
};

static void fake_open(struct fake *fake)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), size = 2 * page + 2 * SIZE;

	memset(fake, 0, sizeof(*fake));
	fake->fd = memfd_create("ring", MFD_CLOEXEC);
	assert_return_code(ftruncate(fake->fd, (off_t)size), errno);
	fake->file = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fake->fd, 0);
	assert_ptr_not_equal(fake->file, MAP_FAILED);
	fake->consumer = (uint64_t *)fake->file;
	fake->producer = (uint64_t *)(fake->file + page);
	assert_int_equal(ring_open(fake->fd, SIZE, &fake->ring), 0);
}

static void fake_close(struct fake *fake)
{
	ring_close(&fake->ring);
	munmap(fake->file, 2 * (size_t)sysconf(_SC_PAGESIZE) + 2 * SIZE);
	close(fake->fd);
}

/* A record of `size` bytes, all of them `letter`. */
static void produce(struct fake *fake, char letter, uint32_t size, uint32_t flags)
{
	unsigned char *data = fake->file + 2 * sysconf(_SC_PAGESIZE);
	size_t at = *fake->producer % SIZE, span = (size + BPF_RINGBUF_HDR_SZ + 7) / 8 * 8;
	uint32_t header = size | flags;

	memcpy(data + at, &header, sizeof(header));
	memset(data + at + BPF_RINGBUF_HDR_SZ, letter, size);
	*fake->producer += span;
}

static int take(void *context, const void *record, size_t size)
{
	struct fake *fake = context;
	const char *letters = record;

	assert_true(fake->count < sizeof(fake->seen));
	for (size_t i = 1; i < size; i++)
		assert_int_equal(letters[i], letters[0]);
	fake->seen[fake->count++] = letters[0];
	if (fake->count == 2)
		fake->told_at_second = *fake->consumer;
	return fake->end_at && fake->count == (size_t)fake->end_at ? -ECANCELED : 0;
}

static int consume(struct fake *fake)
{
	memset(fake->seen, 0, sizeof(fake->seen));
	fake->count = 0;
	return ring_consume(&fake->ring, take, fake);
}

static void records_come_in_order_without_the_discarded(void **state)
{
	struct fake fake;

	fake_open(&fake);
	assert_int_equal(consume(&fake), 0);
	assert_string_equal(fake.seen, "");
	produce(&fake, 'a', 128, 0);
	produce(&fake, 'b', 5, BPF_RINGBUF_DISCARD_BIT);
	produce(&fake, 'c', 3, 0);
	produce(&fake, 'd', 136, 0);
	assert_int_equal(consume(&fake), 0);
	assert_string_equal(fake.seen, "acd");
	assert_int_equal(*fake.consumer, *fake.producer);
	assert_int_equal(consume(&fake), 0);
	assert_string_equal(fake.seen, "");
	fake_close(&fake);
}

static void what_is_being_written_waits_with_all_behind_it(void **state)
{
	struct fake fake;
	uint64_t before;

	fake_open(&fake);
	produce(&fake, 'a', 128, 0);
	before = *fake.producer;
	produce(&fake, 'b', 128, BPF_RINGBUF_BUSY_BIT);
	produce(&fake, 'c', 128, 0);
	assert_int_equal(consume(&fake), 0);
	assert_string_equal(fake.seen, "a");
	assert_int_equal(*fake.consumer, before);
	*(uint32_t *)(fake.file + 2 * sysconf(_SC_PAGESIZE) + before) = 128; /* now it is */
	assert_int_equal(consume(&fake), 0);
	assert_string_equal(fake.seen, "bc");
	fake_close(&fake);
}

static int on_a_turn(void *context, const void *record, size_t size)
{
	return drain_turn(context);
}

static void a_turn_ends_though_the_ring_is_filled_again(void **state)
{
	unsigned int taken = 0, sum = 0;
	struct fake fake;
	int err = 0;

	fake_open(&fake);
	while (!err) { /* 128 bytes with their header: the ring holds 32 */
		for (int i = 0; i < 32; i++)
			produce(&fake, 'a', 120, 0);
		err = ring_consume(&fake.ring, on_a_turn, &taken);
		sum += 32;
		assert_true(sum <= DRAIN_TURN);
	}
	assert_int_equal(err, -EAGAIN);
	assert_int_equal(taken, DRAIN_TURN);
	taken = 0;
	produce(&fake, 'b', 120, 0);
	assert_int_equal(ring_consume(&fake.ring, on_a_turn, &taken), 0);
	assert_int_equal(taken, 1);
	fake_close(&fake);
}

static void who_stops_has_taken_that_record(void **state)
{
	struct fake fake;

	fake_open(&fake);
	for (char letter = 'a'; letter < 'f'; letter++)
		produce(&fake, letter, 128, 0);
	fake.end_at = 2;
	assert_int_equal(consume(&fake), -ECANCELED);
	assert_string_equal(fake.seen, "ab");
	assert_int_equal(*fake.consumer, 2 * 136);
	fake.end_at = 0;
	assert_int_equal(consume(&fake), 0);
	assert_string_equal(fake.seen, "cde");
	fake_close(&fake);
}

static void the_kernel_is_told_of_a_small_ring_before_all_is_taken(void **state)
{
	struct fake fake;

	fake_open(&fake);
	produce(&fake, 'a', SIZE / 8, 0);
	produce(&fake, 'b', SIZE / 8, 0);
	produce(&fake, 'c', SIZE / 8, 0);
	assert_int_equal(consume(&fake), 0);
	assert_int_equal(fake.told_at_second, SIZE / 8 + BPF_RINGBUF_HDR_SZ);
	fake_close(&fake);
}

static void what_is_no_ring_is_refused(void **state)
{
	struct ring ring;

	assert_int_equal(ring_open(-1, SIZE, &ring), -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_come_in_order_without_the_discarded),
		cmocka_unit_test(what_is_being_written_waits_with_all_behind_it),
		cmocka_unit_test(a_turn_ends_though_the_ring_is_filled_again),
		cmocka_unit_test(who_stops_has_taken_that_record),
		cmocka_unit_test(the_kernel_is_told_of_a_small_ring_before_all_is_taken),
		cmocka_unit_test(what_is_no_ring_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
