/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Recordings, good and bad -> records. */
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "events/recording.h"
#include "netstate/wire.h"
#include "unit/unit.h"

struct file {
	struct recording_header header;
	struct wire_gap first;
	struct {
		struct wire_head head;
		char body[64];
	} of_the_future;
	struct wire_gap last;
};

static struct file good_file(void)
{
	struct file file = {
		.first = {{WIRE_KIND_GAP, WIRE_VERSION, 0, sizeof(file.first), 1}, 10},
		.of_the_future = {.head = {4000, WIRE_VERSION + 7, 0, sizeof(file.of_the_future),
					   2}},
		.last = {{WIRE_KIND_GAP, WIRE_VERSION, 0, sizeof(file.last), 3}, 30},
	};

	recording_header_init(-5, "1.2.3", &file.header);
	memcpy(file.header.boot_id, "0123456789abcdef", BOOT_ID_SIZE);
	return file;
}

static void recording_gives_records_of_every_kind_in_order(void **state)
{
	struct file file = good_file();
	struct recording recording;
	const void *record;
	size_t size;

	assert_int_equal(recording_open(&file, sizeof(file), &recording), 0);
	assert_int_equal(recording.wall_offset_ns, -5);
	assert_memory_equal(recording.boot_id, "0123456789abcdef", BOOT_ID_SIZE);
	assert_string_equal(recording.program, "1.2.3");
	assert_int_equal(recording_next(&recording, &record, &size), 1);
	assert_ptr_equal(record, &file.first);
	assert_int_equal(size, sizeof(file.first));
	assert_int_equal(recording_next(&recording, &record, &size), 1);
	assert_ptr_equal(record, &file.of_the_future);
	assert_int_equal(recording_next(&recording, &record, &size), 1);
	assert_ptr_equal(record, &file.last);
	assert_int_equal(recording_next(&recording, &record, &size), 0);
	assert_int_equal(recording_next(&recording, &record, &size), 0);
}

/* As written before the header had the program's version. */
static void recording_with_the_first_header_is_good(void **state)
{
	struct file file = good_file();
	char old[RECORDING_HEADER_MIN + sizeof(file.first)];
	struct recording recording;
	const void *record;
	size_t size;

	file.header.size = RECORDING_HEADER_MIN;
	memcpy(old, &file.header, RECORDING_HEADER_MIN);
	memcpy(old + RECORDING_HEADER_MIN, &file.first, sizeof(file.first));
	assert_int_equal(recording_open(old, RECORDING_HEADER_MIN, &recording), 0);
	assert_int_equal(recording_next(&recording, &record, &size), 0);
	assert_int_equal(recording_open(old, sizeof(old), &recording), 0);
	assert_string_equal(recording.program, "");
	assert_int_equal(recording_next(&recording, &record, &size), 1);
	assert_ptr_equal(record, old + RECORDING_HEADER_MIN);
}

static void recording_cuts_a_version_that_does_not_end(void **state)
{
	struct file file = good_file();
	struct recording recording;

	memset(file.header.program, 'x', sizeof(file.header.program));
	assert_int_equal(recording_open(&file, sizeof(file), &recording), 0);
	assert_int_equal(strlen(recording.program), RECORDING_PROGRAM_SIZE - 1);
}

static void recording_without_records_is_good(void **state)
{
	struct file file = good_file();
	struct recording recording;
	const void *record;
	size_t size;

	assert_int_equal(recording_open(&file, sizeof(file.header), &recording), 0);
	assert_int_equal(recording_next(&recording, &record, &size), 0);
}

static void recording_skips_what_a_longer_header_adds(void **state)
{
	struct file file = good_file();
	struct recording recording;
	const void *record;
	size_t size;

	file.header.size = sizeof(file.header) + sizeof(file.first);
	assert_int_equal(recording_open(&file, sizeof(file), &recording), 0);
	assert_int_equal(recording_next(&recording, &record, &size), 1);
	assert_ptr_equal(record, &file.of_the_future);
}

static void recording_says_where_the_rest_is_cut(void **state)
{
	struct file file = good_file();
	size_t whole[] = {sizeof(file.header), offsetof(struct file, of_the_future),
			  offsetof(struct file, last), sizeof(file)};

	for (size_t cut = sizeof(file.header); cut <= sizeof(file); cut++) {
		char *exact = malloc(cut);
		struct recording recording;
		const void *record;
		size_t size;
		int next, expected = -ENODATA;

		for (size_t i = 0; i < ARRAY_SIZE(whole); i++)
			expected = cut == whole[i] ? 0 : expected;
		memcpy(exact, &file, cut);
		assert_int_equal(recording_open(exact, cut, &recording), 0);
		do {
			next = recording_next(&recording, &record, &size);
		} while (next > 0);
		assert_int_equal(next, expected);
		assert_int_equal(recording_next(&recording, &record, &size), expected);
		free(exact);
	}
}

static void recording_rejects_records_without_a_sane_size(void **state)
{
	static const uint32_t sizes[] = {
		0, 1, 8, 15, 17, 20, RECORD_SIZE_MAX + 8, 0x7fffffff, 0xffffffff, 0xfffffff8};

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct file file = good_file();
		struct recording recording;
		const void *record;
		size_t size;

		file.first.head.size = sizes[i];
		assert_int_equal(recording_open(&file, sizeof(file), &recording), 0);
		assert_int_equal(recording_next(&recording, &record, &size), -EINVAL);
	}
}

static void recording_rejects_what_is_none(void **state)
{
	struct file file = good_file();
	struct recording recording = {.wall_offset_ns = 99};

	for (size_t size = 0; size < RECORDING_HEADER_MIN; size++)
		assert_int_equal(recording_open(&file, size, &recording), -EINVAL);
	file.header.version = RECORDING_VERSION + 1;
	assert_int_equal(recording_open(&file, sizeof(file), &recording), -EPROTONOSUPPORT);
	file.header.version = 0;
	assert_int_equal(recording_open(&file, sizeof(file), &recording), -EINVAL);
	file = good_file();
	file.header.magic[7] = 'X';
	assert_int_equal(recording_open(&file, sizeof(file), &recording), -EINVAL);
	file = good_file();
	file.header.size = RECORDING_HEADER_MIN - 8;
	assert_int_equal(recording_open(&file, sizeof(file), &recording), -EINVAL);
	file.header.size = sizeof(file.header) + 4;
	assert_int_equal(recording_open(&file, sizeof(file), &recording), -EINVAL);
	file.header.size = sizeof(file) + 8;
	assert_int_equal(recording_open(&file, sizeof(file), &recording), -EINVAL);
	assert_int_equal(recording.wall_offset_ns, 99);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recording_gives_records_of_every_kind_in_order),
		cmocka_unit_test(recording_with_the_first_header_is_good),
		cmocka_unit_test(recording_cuts_a_version_that_does_not_end),
		cmocka_unit_test(recording_without_records_is_good),
		cmocka_unit_test(recording_skips_what_a_longer_header_adds),
		cmocka_unit_test(recording_says_where_the_rest_is_cut),
		cmocka_unit_test(recording_rejects_records_without_a_sane_size),
		cmocka_unit_test(recording_rejects_what_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
