/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Paths of cgroups -> containers and units. */
#include <stdio.h>

#include "base/cleanup.h"
#include "unit/unit.h"
#include "netstate/cgroup_unit.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void units_and_containers_are_named(void **state)
{
	static const struct {
		const char *path, *unit;
	} rows[] = {
		{"/", ""},
		{"", ""},
		{"/user.slice", ""},
		{"/system.slice/ssh.service", "ssh.service"},
		{"/system.slice/nginx.service/worker", "nginx.service"},
		{"/user.slice/user-1000.slice/user@1000.service/app.slice/foo.service",
		 "user@1000:foo.service"},
		{"/user.slice/user-1000.slice/user@1000.service", "user@1000.service"},
		{"/user.slice/user-1000.slice/user@1000.service/app.slice", "user@1000.service"},
		{"/user.slice/user-1000.slice/user@1000.service/docker-" ID ".scope",
		 "user@1000:docker:0123456789ab"},
		{"/user.slice/user-1000.slice/user@1000.service/user@0.service/nginx.service",
		 "user@1000:user@0:nginx.service"},
		{"/user@.service/x.service", "x.service"},
		{"/user.slice/user-1000.slice/session-3.scope", "session-3.scope"},
		{"/init.scope", "init.scope"},
		{"/system.slice/docker-" ID ".scope", "docker:0123456789ab"},
		{"/docker/" ID, "docker:0123456789ab"},
		{"/machine.slice/libpod-" ID ".scope/container", "podman:0123456789ab"},
		{"/kubepods.slice/kubepods-pod1.slice/cri-containerd-" ID ".scope",
		 "containerd:0123456789ab"},
		{"/kubepods/burstable/pod0/" ID, "container:0123456789ab"},
		{"/system.slice/docker-" ID ".scope/system.slice/ssh.service",
		 "docker:0123456789ab"},
		{"/lxc.payload.web1", "lxc:web1"},
		{"/docker-short.scope", "docker-short.scope"},
		{"/.service", ""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct cgroup_unit unit;

		cgroup_unit_of(rows[i].path, CGROUP_UNIT_UNCHECKED, &unit);
		if (unit.size != strlen(rows[i].unit) || memcmp(unit.text, rows[i].unit, unit.size))
			fail_msg("%s is %.*s, not %s", rows[i].path, (int)unit.size, unit.text,
				 rows[i].unit);
	}
}

static void what_a_user_named_names_nothing(void **state)
{
	static const struct {
		const char *by_root, *rest, *unit;
	} rows[] = {
		{"/system.slice/ssh.service", "", "ssh.service"},
		{"/system.slice/ssh.service", "/nginx.service", "ssh.service"},
		{"/delegated", "/nginx.service", ""},
		{"/delegated", "/docker-" ID ".scope", ""},
		{"/delegated", "/" ID, ""},
		{"", "/nginx.service", ""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct cgroup_unit unit;
		char path[300];

		snprintf(path, sizeof(path), "%s%s", rows[i].by_root, rows[i].rest);
		cgroup_unit_of(path, strlen(rows[i].by_root), &unit);
		if (unit.size != strlen(rows[i].unit) || memcmp(unit.text, rows[i].unit, unit.size))
			fail_msg("%s is %.*s", path, (int)unit.size, unit.text);
		assert_string_equal(unit.container, "");
	}
}

#define POD "01234567-89ab-cdef-0123-456789abcdef"

static void containers_and_pods_keep_their_ids(void **state)
{
	static const struct {
		const char *path, *container, *pod;
	} rows[] = {
		{"/system.slice/ssh.service", "", ""},
		{"/docker/" ID, ID, ""},
		{"/machine.slice/libpod-" ID ".scope/container", ID, ""},
		{"/kubepods/burstable/pod" POD "/" ID, ID, POD},
		{"/kubepods.slice/kubepods-burstable.slice/"
		 "kubepods-burstable-pod01234567_89ab_cdef_0123_456789abcdef.slice/crio-" ID
		 ".scope",
		 ID, POD},
		{"/kubepods/podx/" ID, ID, ""},
		{"/docker/" ID "/system.slice/ssh.service", ID, ""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct cgroup_unit unit;

		cgroup_unit_of(rows[i].path, CGROUP_UNIT_UNCHECKED, &unit);
		assert_string_equal(unit.container, rows[i].container);
		assert_string_equal(unit.pod_uid, rows[i].pod);
	}
}

static void a_container_gets_its_name(void **state)
{
	struct cgroup_unit unit;
	char name[400];

	cgroup_unit_of("/docker/" ID, CGROUP_UNIT_UNCHECKED, &unit);
	cgroup_unit_set_name(&unit, "web");
	assert_int_equal(unit.size, strlen("docker:web"));
	assert_memory_equal(unit.text, "docker:web", unit.size);
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	cgroup_unit_set_name(&unit, name);
	assert_int_equal(unit.size, sizeof(unit.text));
}

static void a_long_name_is_cut(void **state)
{
	struct cgroup_unit unit;
	char path[600];

	memset(path, 'x', sizeof(path));
	path[0] = '/';
	strcpy(path + sizeof(path) - 9, ".service");
	cgroup_unit_of(path, CGROUP_UNIT_UNCHECKED, &unit);
	assert_int_equal(unit.size, sizeof(unit.text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units_and_containers_are_named),
		cmocka_unit_test(what_a_user_named_names_nothing),
		cmocka_unit_test(a_long_name_is_cut),
		cmocka_unit_test(containers_and_pods_keep_their_ids),
		cmocka_unit_test(a_container_gets_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
