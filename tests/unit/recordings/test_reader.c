/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Recording files, whole and cut and fed bit by bit -> records. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "netstate/wire.h"
#include "recordings/reader.h"
#include "unit/unit.h"

#define RECORDS 100000 /* more than one read takes */

struct file {
	struct recording_header header;
	struct wire_gap records[RECORDS];
};

static struct file *new_file(void)
{
	struct file *file = calloc(1, sizeof(*file));

	recording_header_init(7, "1.0", &file->header);
	for (uint64_t i = 0; i < RECORDS; i++)
		file->records[i] = (struct wire_gap){
			{WIRE_KIND_GAP, WIRE_VERSION, 0, sizeof(struct wire_gap), i}, i};
	return file;
}

/* A path to a file with these bytes, good while the descriptor is open. */
static int in_memory(const void *bytes, size_t size, char path[64])
{
	int fd = memfd_create("recording", 0);

	assert_int_equal(write(fd, bytes, size), size);
	snprintf(path, 64, "/proc/self/fd/%d", fd);
	return fd;
}

/* Records that come in their order, and what ends them. */
static size_t read_all(struct recording_reader *reader, int *ret_end)
{
	const void *record;
	size_t size, count = 0;

	while ((*ret_end = recording_reader_next(reader, &record, &size)) > 0) {
		struct wire_gap gap;

		assert_int_equal(size, sizeof(gap));
		memcpy(&gap, record, sizeof(gap));
		assert_int_equal(gap.lost, count);
		count++;
	}
	return count;
}

static size_t read_bytes(const void *bytes, size_t size, int *ret_end, uint64_t *ret_position)
{
	_cleanup_(recording_reader_release) struct recording_reader reader;
	char path[64];
	int fd = in_memory(bytes, size, path);
	size_t count;

	assert_int_equal(recording_reader_open(&reader, path), 0);
	count = read_all(&reader, ret_end);
	*ret_position = recording_reader_position(&reader);
	close(fd);
	return count;
}

static void records_come_in_order_across_reads(void **state)
{
	_cleanup_(cleanup_free) struct file *file = new_file();
	uint64_t position;
	int end;

	assert_int_equal(read_bytes(file, sizeof(*file), &end, &position), RECORDS);
	assert_int_equal(end, 0);
	assert_int_equal(position, sizeof(*file));
}

static void a_cut_file_gives_its_whole_records_and_the_place(void **state)
{
	_cleanup_(cleanup_free) struct file *file = new_file();
	uint64_t position;
	int end;

	assert_int_equal(read_bytes(file, sizeof(*file) - 1, &end, &position), RECORDS - 1);
	assert_int_equal(end, -ENODATA);
	assert_int_equal(position, sizeof(*file) - sizeof(struct wire_gap));
}

static void damage_ends_the_reading_with_its_place(void **state)
{
	_cleanup_(cleanup_free) struct file *file = new_file();
	uint64_t position;
	int end;

	file->records[70000].head.size = 3;
	assert_int_equal(read_bytes(file, sizeof(*file), &end, &position), 70000);
	assert_int_equal(end, -EBADMSG);
	assert_int_equal(position,
			 offsetof(struct file, records) + 70000 * sizeof(struct wire_gap));
}

static void what_is_no_recording_is_refused(void **state)
{
	struct recording_reader reader;
	char path[64];
	int fd = in_memory("#!/bin/sh\n", 10, path);

	assert_int_equal(recording_reader_open(&reader, path), -EINVAL);
	recording_reader_release(&reader);
	assert_int_equal(recording_reader_open(&reader, "/nonexistent/file"), -ENOENT);
	recording_reader_release(&reader);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_come_in_order_across_reads),
		cmocka_unit_test(a_cut_file_gives_its_whole_records_and_the_place),
		cmocka_unit_test(damage_ends_the_reading_with_its_place),
		cmocka_unit_test(what_is_no_recording_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
