/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "base/cleanup.h"
#include "procfs/process_facts.h"
#include "unit/unit.h"

/* systemd's three layouts, a container's namespace, and what is no line of that file. */
static const struct {
	const char *text, *path;
	bool is_v1;
} cgroup_texts[] = {
	{"0::/system.slice/ssh.service\n", "/system.slice/ssh.service", false},
	{"0::/\n", "/", false},
	{"12:pids:/system.slice/ssh.service\n1:name=systemd:/system.slice/ssh.service\n"
	 "0::/system.slice/ssh.service\n",
	 "/system.slice/ssh.service", false},
	{"4:cpu,cpuacct:/\n1:name=systemd:/system.slice/ssh.service\n0::/\n",
	 "/system.slice/ssh.service", true},
	{"4:cpu,cpuacct:/\n1:name=systemd:/system.slice/ssh.service\n", "/system.slice/ssh.service",
	 true},
	{"4:cpu,cpuacct:/\n1:name=systemd:/\n0::/\n", "/", false},
	{"", "", false},
	{"0::", "", false},
	{"0:", "", false},
	{"9:name=systemd:/\n4:memory:/box/1\n0::/\n", "/box/1", false},
	{"1:name=systemd:/a", "/a", true},
};

static void cgroups_of_both_versions(void **state)
{
	char path[PROCESS_CGROUP_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(cgroup_texts); i++) {
		process_cgroup_parse(cgroup_texts[i].text, path);
		assert_string_equal(path, cgroup_texts[i].path);
		assert_int_equal(process_cgroup_is_v1(cgroup_texts[i].text), cgroup_texts[i].is_v1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cgroups_of_both_versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
