/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names of devices in a namespace whose processes come and go. */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "names/labels.h"
#include "unit/names/fake_root.h"
#include "unit/unit.h"

#define NO_INDEX 4000000 /* of no device */

/* A process in a network namespace of its own. */
struct scene {
	pid_t process;
	uint32_t inode;
};

static void live(int report)
{
	bool made = !unshare(CLONE_NEWNET);

	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (write(report, &made, sizeof(made)) == sizeof(made))
		pause();
	_exit(1);
}

static void end(const struct scene *scene)
{
	kill(scene->process, SIGKILL);
	assert_int_equal(waitpid(scene->process, NULL, 0), scene->process);
}

static struct scene begin(void)
{
	struct scene scene = {};
	struct stat info;
	char path[64];
	int report[2];
	bool made;

	assert_int_equal(pipe(report), 0);
	scene.process = fork();
	if (scene.process == 0)
		live(report[1]);
	assert_int_equal(read(report[0], &made, sizeof(made)), sizeof(made));
	close(report[0]);
	close(report[1]);
	if (!made) {
		end(&scene);
		skip(); /* needs root */
	}
	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)scene.process);
	assert_int_equal(stat(path, &info), 0);
	scene.inode = (uint32_t)info.st_ino;
	return scene;
}

/* The process that was found there has left, or ended, by the time that it is to lead there. */
static void a_device_is_named_when_the_known_process_ended(void **state)
{
	struct scene scene = begin();
	struct fake_root root;
	struct labels *labels;
	char link[32];

	snprintf(link, sizeof(link), "net:[%u]", scene.inode);
	fake_root_init(&root);
	fake_root_link(&root, "proc/77/ns/net", link);
	assert_int_equal(labels_new(root.path, &labels), 0);
	assert_string_equal(labels_device(labels, scene.inode, 1), "lo");
	labels_free(labels);
	fake_root_release(&root);
	end(&scene);
}

static void a_device_is_named_when_no_process_was_found(void **state)
{
	struct scene scene = begin();
	struct fake_root root;
	struct labels *labels;

	fake_root_init(&root);
	assert_int_equal(labels_new(root.path, &labels), 0);
	assert_string_equal(labels_device(labels, scene.inode, 1), "lo");
	labels_free(labels);
	fake_root_release(&root);
	end(&scene);
}

static void an_index_without_a_device_is_its_number(void **state)
{
	struct scene scene = begin();
	struct labels *labels;

	assert_int_equal(labels_new("", &labels), 0);
	assert_string_equal(labels_device(labels, scene.inode, NO_INDEX), "4000000");
	labels_free(labels);
	end(&scene);
}

static void a_namespace_that_is_gone_has_no_names(void **state)
{
	struct labels *labels;

	assert_int_equal(labels_new("", &labels), 0);
	assert_null(labels_device(labels, 1, 1));
	labels_free(labels);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_is_named_when_the_known_process_ended),
		cmocka_unit_test(a_device_is_named_when_no_process_was_found),
		cmocka_unit_test(an_index_without_a_device_is_its_number),
		cmocka_unit_test(a_namespace_that_is_gone_has_no_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
