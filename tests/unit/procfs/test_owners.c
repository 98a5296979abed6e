/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "procfs/owner_table.h"
#include "procfs/owners.h"
#include "procfs/process.h"
#include "unit/unit.h"

static char root[] = "/tmp/netstate-owners-XXXXXX";

static void process_name_is_argv0_cut_as_netstat_does(void **state)
{
	static const struct {
		const char *cmdline;
		size_t size;
		const char *name;
	} cases[] = {
		{"/usr/sbin/sshd\0-D", 17, "sshd"},
		{"nginx: master process /usr/sbin/nginx", 37,
		 "nginx: master process /usr/sbin/nginx"},
		{"/usr/bin/foo -c /etc/x.conf", 27, "x.conf"},
		{"./run.sh\0x", 10, "./run.sh"},
		{"-bash", 5, "-bash"},
		{"", 0, ""},
		{"\0x", 2, ""},
		{"/", 1, ""},
		{"/opt/", 5, ""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *name;
		size_t size = process_name(cases[i].cmdline, cases[i].size, &name);

		assert_int_equal(size, strlen(cases[i].name));
		assert_memory_equal(name, cases[i].name, size);
	}
}

static void process_id_takes_numbers_only(void **state)
{
	assert_int_equal(process_id("1"), 1);
	assert_int_equal(process_id("4194304"), 4194304);
	assert_int_equal(process_id("2147483647"), 2147483647);
	assert_int_equal(process_id("2147483648"), -1);
	assert_int_equal(process_id("99999999999999999999"), -1);
	assert_int_equal(process_id("self"), -1);
	assert_int_equal(process_id("1x"), -1);
	assert_int_equal(process_id(""), -1);
}

static void link_inode_knows_both_forms(void **state)
{
	static const struct {
		const char *link;
		uint64_t inode;
	} cases[] = {
		{"socket:[123]", 123},
		{"[0000]:77", 77},
		{"socket:[", 0},
		{"socket:", 0},
		{"pipe:[123]", 0},
		{"/dev/null", 0},
		{"socket:[x]", 0},
		{"[0000]:", 0},
		{"socket:[18446744073709551615]", UINT64_MAX},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_true(owners_link_inode(cases[i].link, strlen(cases[i].link)) ==
			    cases[i].inode);
}

static void owner_table_keeps_the_first_of_many(void **state)
{
	struct owner_table table = {0};

	assert_int_equal(owner_table_find(&table, 7), OWNER_NONE);
	for (uint64_t i = 1; i <= 50000; i++)
		assert_int_equal(owner_table_add(&table, i * 4294967311u, (uint32_t)i), 0);
	for (uint64_t i = 1; i <= 50000; i++)
		assert_int_equal(owner_table_add(&table, i * 4294967311u, 0), 0);
	assert_int_equal(owner_table_add(&table, 0, 9), 0);
	assert_int_equal(table.count, 50000);
	for (uint64_t i = 1; i <= 50000; i++)
		assert_int_equal(owner_table_find(&table, i * 4294967311u), i);
	assert_int_equal(owner_table_find(&table, 3), OWNER_NONE);
	assert_int_equal(owner_table_find(&table, 0), OWNER_NONE);
	owner_table_release(&table);
}

static void make_process(int pid, const char *cmdline, const char *const *links)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%d", root, pid);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/%d/cmdline", root, pid);
	if (cmdline) {
		file = fopen(path, "w");
		fwrite(cmdline, 1, strlen(cmdline) + 1, file);
		fclose(file);
	}
	snprintf(path, sizeof(path), "%s/%d/fd", root, pid);
	mkdir(path, 0700);
	for (int i = 0; links[i]; i++) {
		snprintf(path, sizeof(path), "%s/%d/fd/%d", root, pid, 3 + i);
		assert_int_equal(symlink(links[i], path), 0);
	}
}

static int make_root(void **state)
{
	if (!mkdtemp(root))
		return -1;
	make_process(10, "/bin/first",
		     (const char *[]){"socket:[1]", "/dev/null", "[0000]:2", NULL});
	make_process(20, "second\x1b[2J\nx", (const char *[]){"socket:[1]", "socket:[3]", NULL});
	make_process(30, NULL, (const char *[]){"socket:[4]", NULL});
	make_process(40, "none", (const char *[]){NULL});
	return 0;
}

static int remove_root(void **state)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", root);
	return system(command);
}

static void assert_owner(const struct owners *owners, uint64_t inode, int pid, const char *name)
{
	const struct socket_owner *owner = owners_find(owners, inode);

	assert_non_null(owner);
	assert_int_equal(owner->pid, pid);
	assert_int_equal(owner->name_length, strlen(name));
	assert_string_equal(owner->name, name);
}

static void scan_joins_inode_and_process(void **state)
{
	struct owners *owners;

	assert_int_equal(owners_new(root, false, &owners), 0);
	assert_false(owners_found(owners));
	assert_int_equal(owners_scan(owners, 0), 0);
	assert_true(owners_found(owners));
	assert_false(owners_denied(owners));
	assert_owner(owners, 2, 10, "first");
	assert_owner(owners, 3, 20, "second\x1b[2J\nx");
	assert_null(owners_find(owners, 4)); /* its process had ended before its name was read */
	assert_null(owners_find(owners, 5));
	assert_null(owners_find(owners, 0));
	owners_make_safe(owners);
	assert_owner(owners, 3, 20, "second?[2J?x");
	owners_free(owners);
}

static void the_smaller_number_owns_whichever_part_found_it(void **state)
{
	struct owners *owners;

	assert_int_equal(owners_new(root, false, &owners), 0);
	assert_int_equal(owners_add(owners, 0, 20, 100), 0);
	assert_int_equal(owners_add(owners, 1, 10, 100), 0);
	assert_int_equal(owners_add(owners, 0, 10, 200), 0);
	assert_int_equal(owners_add(owners, 1, 20, 200), 0);
	assert_owner(owners, 100, 10, "first");
	assert_owner(owners, 200, 10, "first");
	owners_free(owners);
}

static void scan_of_the_real_proc_finds_our_sockets_in_spite_of_holes(void **state)
{
	int first = socket(AF_UNIX, SOCK_STREAM, 0), high, others[100];
	struct owners *owners;
	struct stat near, far;

	assert_true(first >= 0);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) /* enough to be counted, not listed */
		others[i] = dup(first);
	high = dup2(socket(AF_UNIX, SOCK_STREAM, 0), 900);
	assert_int_equal(high, 900);
	assert_int_equal(fstat(first, &near) | fstat(high, &far), 0);
	assert_int_equal(owners_new("/proc", false, &owners), 0);
	assert_int_equal(owners_scan(owners, 0), 0);
	assert_non_null(owners_find(owners, near.st_ino));
	assert_non_null(owners_find(owners, far.st_ino));
	assert_int_equal(owners_find(owners, far.st_ino)->pid, getpid());
	owners_free(owners);
	close(first);
	close(high);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		close(others[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(process_name_is_argv0_cut_as_netstat_does),
		cmocka_unit_test(process_id_takes_numbers_only),
		cmocka_unit_test(link_inode_knows_both_forms),
		cmocka_unit_test(owner_table_keeps_the_first_of_many),
		cmocka_unit_test(scan_joins_inode_and_process),
		cmocka_unit_test(the_smaller_number_owns_whichever_part_found_it),
		cmocka_unit_test(scan_of_the_real_proc_finds_our_sockets_in_spite_of_holes),
	};

	return cmocka_run_group_tests(tests, make_root, remove_root);
}
