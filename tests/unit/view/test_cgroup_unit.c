/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Paths of cgroups -> containers and units. */
#include "base/cleanup.h"
#include "unit/unit.h"
#include "view/cgroup_unit.h"

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
		 "foo.service"},
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

		cgroup_unit_of(rows[i].path, &unit);
		if (unit.size != strlen(rows[i].unit) || memcmp(unit.text, rows[i].unit, unit.size))
			fail_msg("%s is %.*s, not %s", rows[i].path, (int)unit.size, unit.text,
				 rows[i].unit);
	}
}

static void a_long_name_is_cut(void **state)
{
	struct cgroup_unit unit;
	char path[600];

	memset(path, 'x', sizeof(path));
	path[0] = '/';
	strcpy(path + sizeof(path) - 9, ".service");
	cgroup_unit_of(path, &unit);
	assert_int_equal(unit.size, sizeof(unit.text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units_and_containers_are_named),
		cmocka_unit_test(a_long_name_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
