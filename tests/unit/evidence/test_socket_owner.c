/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sockets -> processes through /proc: this process itself holds one. */
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "evidence/socket_owner.h"
#include "unit/unit.h"

static uint64_t inode_of(int fd)
{
	struct stat info;

	assert_int_equal(fstat(fd, &info), 0);
	return info.st_ino;
}

static void without_iterators_proc_tells(void **state)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct socket_owner_row rows[] = {{.sock = 30, .inode = inode_of(fd)},
					  {.sock = 10, .inode = UINT32_MAX},
					  {.sock = 20}};

	socket_owner_find(NULL, rows, 3);
	assert_int_equal(socket_owner_of(rows, 3, 30)->pid, getpid());
	assert_true(socket_owner_of(rows, 3, 30)->comm[0]);
	assert_int_equal(socket_owner_of(rows, 3, 10)->pid, 0);
	assert_int_equal(socket_owner_of(rows, 3, 20)->pid, 0);
	assert_null(socket_owner_of(rows, 3, 40));
	assert_null(socket_owner_of(rows, 0, 40));
	close(fd);
}

static void one_process_is_asked_whether_it_still_holds_it(void **state)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct socket_owner_row row = {.inode = inode_of(fd)}, nobody = {};

	assert_false(socket_owner_is(0, &row));
	assert_true(socket_owner_is((uint32_t)getpid(), &row));
	assert_int_equal(row.pid, getpid());
	assert_false(socket_owner_is((uint32_t)getpid(), &nobody));
	close(fd);
	assert_false(socket_owner_is((uint32_t)getpid(), &row));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_iterators_proc_tells),
		cmocka_unit_test(one_process_is_asked_whether_it_still_holds_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
