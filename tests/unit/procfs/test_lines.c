/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "procfs/lines.h"
#include "unit/unit.h"

static char folder[] = "/tmp/netstate-lines-XXXXXX";
static char path[64];

static void write_file(const char *bytes, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	close(fd);
}

static void assert_line(struct lines *lines, const char *expected)
{
	char *line;
	size_t size;

	assert_int_equal(lines_next(lines, &line, &size), 1);
	assert_int_equal(size, strlen(expected));
	assert_memory_equal(line, expected, size);
	assert_true(line[size] == '\n' || line[size] == '\0');
}

static void assert_end(struct lines *lines)
{
	char *line;
	size_t size;

	assert_int_equal(lines_next(lines, &line, &size), 0);
	assert_int_equal(lines_next(lines, &line, &size), 0);
	lines_close(lines);
}

static void lines_come_one_by_one_the_last_without_its_end(void **state)
{
	struct lines lines;

	write_file("one\n\nthree", 10);
	assert_int_equal(lines_open(&lines, folder, "file"), 0);
	assert_line(&lines, "one");
	assert_line(&lines, "");
	assert_line(&lines, "three");
	assert_end(&lines);
}

static void empty_and_missing_files_have_none(void **state)
{
	struct lines lines;

	write_file("", 0);
	assert_int_equal(lines_open(&lines, folder, "file"), 0);
	assert_end(&lines);
	assert_int_equal(lines_open(&lines, folder, "none"), -ENOENT);
	lines_close(&lines);
}

/* Each line says its number; `ahead` reads with the second thread from line 10 on. */
static void read_many(bool ahead)
{
	const unsigned int count = 60000;
	char *bytes = malloc(count * 16), *to = bytes, *line, expected[16];
	struct lines lines;
	size_t size;

	for (unsigned int i = 0; i < count; i++)
		to += sprintf(to, "line %u\n", i * 7);
	write_file(bytes, (size_t)(to - bytes));
	free(bytes);
	assert_int_equal(lines_open(&lines, folder, "file"), 0);
	for (unsigned int i = 0; i < count; i++) {
		if (i == 10 && ahead)
			lines_read_ahead(&lines);
		assert_int_equal(lines_next(&lines, &line, &size), 1);
		snprintf(expected, sizeof(expected), "line %u", i * 7);
		assert_int_equal(size, strlen(expected));
		assert_memory_equal(line, expected, size);
	}
	assert_end(&lines);
}

static void lines_across_many_reads_stay_whole(void **state)
{
	read_many(false);
}

static void a_second_thread_reads_the_same_lines(void **state)
{
	read_many(true);
}

static void reading_ahead_can_be_given_up_in_the_middle(void **state)
{
	char *bytes = calloc(1, 1 << 20), *line;
	struct lines lines;
	size_t size;

	memset(bytes, '\n', 1 << 20);
	write_file(bytes, 1 << 20);
	free(bytes);
	assert_int_equal(lines_open(&lines, folder, "file"), 0);
	lines_read_ahead(&lines);
	assert_int_equal(lines_next(&lines, &line, &size), 1);
	lines_close(&lines);
}

static void an_endless_line_is_cut(void **state)
{
	char *bytes = malloc(3 * LINES_SIZE), *line;
	struct lines lines;
	size_t size;

	memset(bytes, 'x', 3 * LINES_SIZE);
	write_file(bytes, 3 * LINES_SIZE);
	free(bytes);
	assert_int_equal(lines_open(&lines, folder, "file"), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(lines_next(&lines, &line, &size), 1);
		assert_int_equal(size, LINES_SIZE);
		assert_int_equal(line[size], '\0');
	}
	assert_end(&lines);
}

static void a_folder_cannot_be_read(void **state)
{
	struct lines lines;
	char *line;
	size_t size;

	assert_int_equal(lines_open(&lines, "/", "tmp"), 0);
	assert_int_equal(lines_next(&lines, &line, &size), -EISDIR);
	lines_close(&lines);
	assert_int_equal(lines_open(&lines, "/", "tmp"), 0);
	lines_read_ahead(&lines);
	assert_int_equal(lines_next(&lines, &line, &size), -EISDIR);
	lines_close(&lines);
}

static int make_folder(void **state)
{
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/file", folder);
	return 0;
}

static int remove_folder(void **state)
{
	unlink(path);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_one_by_one_the_last_without_its_end),
		cmocka_unit_test(empty_and_missing_files_have_none),
		cmocka_unit_test(lines_across_many_reads_stay_whole),
		cmocka_unit_test(a_second_thread_reads_the_same_lines),
		cmocka_unit_test(reading_ahead_can_be_given_up_in_the_middle),
		cmocka_unit_test(an_endless_line_is_cut),
		cmocka_unit_test(a_folder_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
