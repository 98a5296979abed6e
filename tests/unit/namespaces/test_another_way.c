/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A namespace whose first known process has ended is opened by another one that is in it. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "namespaces/namespaces.h"
#include "namespaces/netns_list.h"
#include "unit/unit.h"

/* Two processes of a namespace of their own; the second one has ended. */
struct scene {
	pid_t holder;
	uint32_t ended;
	uint32_t inode;
};

static void hold(int report)
{
	pid_t other = -1;

	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (!unshare(CLONE_NEWNET) || !unshare(CLONE_NEWUSER | CLONE_NEWNET)) {
		other = fork();
		if (other == 0)
			_exit(0);
		waitpid(other, NULL, 0);
	}
	if (write(report, &other, sizeof(other)) == sizeof(other))
		pause();
	_exit(1);
}

static struct scene begin(void)
{
	struct scene scene = {};
	struct stat info;
	char path[64];
	int report[2];
	pid_t other;

	assert_int_equal(pipe(report), 0);
	scene.holder = fork();
	if (scene.holder == 0)
		hold(report[1]);
	assert_int_equal(read(report[0], &other, sizeof(other)), sizeof(other));
	close(report[0]);
	close(report[1]);
	if (other < 0) {
		kill(scene.holder, SIGKILL);
		waitpid(scene.holder, NULL, 0);
		skip(); /* no namespace can be made here */
	}
	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)scene.holder);
	assert_int_equal(stat(path, &info), 0);
	scene.inode = (uint32_t)info.st_ino;
	scene.ended = (uint32_t)other;
	return scene;
}

static void end(const struct scene *scene)
{
	kill(scene->holder, SIGKILL);
	waitpid(scene->holder, NULL, 0);
}

static void check_inode(int fd, uint32_t inode)
{
	struct stat info;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &info), 0);
	assert_int_equal(info.st_ino, inode);
	close(fd);
}

static void another_process_leads_there(void **state)
{
	struct scene scene = begin();
	const struct namespace space = {.inode = scene.inode,
					.way = NAMESPACE_OF_TASK,
					.pid = scene.ended,
					.number = scene.ended};

	assert_true(namespace_is_gone(namespace_open(&space)));
	check_inode(namespace_open_any(&space), scene.inode);
	end(&scene);
	assert_true(namespace_is_gone(namespace_open_any(&space)));
}

static void the_files_of_the_namespace_are_read_all_the_same(void **state)
{
	struct scene scene = begin();
	char path[64];
	const struct netns netns = {.inode = scene.inode, .path = path, .rank = 2};
	struct netns_handle look = {};
	int err;

	snprintf(path, sizeof(path), "/proc/%u/ns/net", scene.ended);
	err = netns_open("/proc", &netns, &look);
	if (err == -EPERM) { /* of a user namespace that is not ours */
		end(&scene);
		skip();
	}
	assert_int_equal(err, 0);
	netns_close(&look);
	end(&scene);
	assert_true(namespace_is_gone(netns_open("/proc", &netns, &look)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_process_leads_there),
		cmocka_unit_test(the_files_of_the_namespace_are_read_all_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
