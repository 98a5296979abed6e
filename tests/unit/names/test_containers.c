/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Files of container engines -> names of containers, pods and network namespaces. */
#include "base/cleanup.h"
#include "names/containers.h"
#include "names/labels.h"
#include "unit/names/fake_root.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define POD "01234567-89ab-cdef-0123-456789abcdef"

static const struct tree {
	const char *file, *text, *name;
} trees[] = {
	{"var/lib/docker/containers/" ID "/config.v2.json", "{\"ID\":\"x\",\"Name\":\"/web\"}",
	 "web"},
	{"var/lib/docker/containers/" ID "/config.v2.json",
	 "{\"Name\":\"/k8s_nginx\",\"Config\":{\"Labels\":{\"io.kubernetes.pod.namespace\":\"shop\","
	 "\"io.kubernetes.pod.name\":\"web-7f\",\"io.kubernetes.container.name\":\"nginx\"}}}",
	 "shop/web-7f/nginx"},
	{"var/lib/containers/storage/overlay-containers/containers.json",
	 "[{\"id\":\"" OTHER "\",\"names\":[\"db\"]},{\"id\":\"" ID
	 "\",\"names\":[\"web\",\"x\"]}]",
	 "web"},
	{"var/lib/containers/storage/vfs-containers/volatile-containers.json",
	 "[{\"id\":\"" ID "\",\"names\":[\"web\"]}]", "web"},
	{"run/containerd/io.containerd.runtime.v2.task/k8s.io/" ID "/config.json",
	 "{\"annotations\":{\"io.kubernetes.cri.sandbox-namespace\":\"shop\","
	 "\"io.kubernetes.cri.sandbox-name\":\"web-7f\",\"io.kubernetes.cri.container-name\":\"nginx\"}}",
	 "shop/web-7f/nginx"},
	{"run/containerd/io.containerd.runtime.v2.task/k8s.io/" ID "/config.json",
	 "{\"annotations\":{\"io.kubernetes.cri.sandbox-namespace\":\"shop\","
	 "\"io.kubernetes.cri.sandbox-name\":\"web-7f\"}}",
	 "shop/web-7f"},
	{"run/containerd/io.containerd.runtime.v2.task/default/" ID "/config.json",
	 "{\"annotations\":{\"nerdctl/name\":\"web\"}}", "web"},
	{"run/containers/storage/overlay-containers/" ID "/userdata/config.json",
	 "{\"annotations\":{\"io.kubernetes.pod.namespace\":\"shop\",\"io.kubernetes.pod.name\":\"web-7f\","
	 "\"io.kubernetes.container.name\":\"nginx\"}}",
	 "shop/web-7f/nginx"},
	{"var/log/containers/web-7f_shop_nginx-" ID ".log", "", "shop/web-7f/nginx"},
	{"var/log/pods/shop_web-7f_" POD "/nginx/0.log", "", "shop/web-7f"},
	/* what names nothing */
	{"var/lib/docker/containers/" OTHER "/config.v2.json", "{\"Name\":\"/web\"}", NULL},
	{"var/lib/docker/containers/" ID "/config.v2.json", "", NULL},
	{"var/lib/docker/containers/" ID "/config.v2.json", "[1,2", NULL},
	{"var/lib/docker/containers/" ID "/config.v2.json", "{\"Name\":7}", NULL},
	{"var/lib/docker/containers/" ID "/config.v2.json", "{\"Name\":\"\"}", NULL},
	{"var/lib/docker/containers/" ID "/config.v2.json", "\"Name\"", NULL},
	{"var/lib/docker/containers/" ID "/config.v2.json", "{\"Config\":{\"Labels\":[]}}", NULL},
	{"var/lib/containers/storage/overlay-containers/containers.json",
	 "[7,{\"id\":7},{\"id\":\"" ID "\"}]", NULL},
	{"var/lib/containers/storage/overlay-containers/containers.json",
	 "[{\"id\":\"" ID "\",\"names\":[]}]", NULL},
	{"var/log/containers/web_" ID ".log", "", NULL},
	{"var/log/containers/_-" ID ".log", "", NULL},
	{"var/log/pods/" POD "/nginx/0.log", "", NULL},
};

/* Files count only where root owns them. */
static bool is_root(void)
{
	return !geteuid();
}

static void names_come_from_the_files_of_engines(void **state)
{
	if (!is_root())
		skip();
	for (size_t i = 0; i < ARRAY_SIZE(trees); i++) {
		struct containers *containers;
		struct fake_root root;
		const char *name;

		fake_root_init(&root);
		fake_root_file(&root, trees[i].file, trees[i].text);
		assert_int_equal(containers_new(root.path, &containers), 0);
		name = containers_find(containers, ID, POD, 1);
		if (!name != !trees[i].name || (name && strcmp(name, trees[i].name)))
			fail_msg("%s gives %s", trees[i].file, name ? name : "nothing");
		containers_free(containers);
		fake_root_release(&root);
	}
}

static void files_of_other_users_and_links_name_nothing(void **state)
{
	static const char file[] = "var/lib/docker/containers/" ID "/config.v2.json";
	struct containers *containers;
	struct fake_root root;
	char path[PATH_MAX];

	if (!is_root())
		skip();
	fake_root_init(&root);
	assert_int_equal(containers_new(root.path, &containers), 0);
	fake_root_file(&root, file, "{\"Name\":\"/web\"}");
	fake_root_path(&root, file, path);
	assert_int_equal(chown(path, 1000, 1000), 0);
	assert_null(containers_find(containers, ID, "", 1));
	unlink(path);
	fake_root_file(&root, "elsewhere", "{\"Name\":\"/web\"}");
	fake_root_link(&root, file, "../../../../../elsewhere");
	assert_null(containers_find(containers, ID, "", 6000000001u));
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_null(containers_find(containers, ID, "", 12000000002u));
	containers_free(containers);
	fake_root_release(&root);
}

static void what_is_no_id_becomes_no_path(void **state)
{
	static const char *const ids[] = {
		"", "../../etc", ID "/../" ID,
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde/"};
	struct containers *containers;

	assert_int_equal(containers_new("/nowhere", &containers), 0);
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
		assert_null(containers_find(containers, ids[i], "", 1));
	containers_free(containers);
}

static void a_name_that_comes_later_is_found(void **state)
{
	struct containers *containers;
	struct fake_root root;

	if (!is_root())
		skip();
	fake_root_init(&root);
	assert_int_equal(containers_new(root.path, &containers), 0);
	assert_null(containers_find(containers, ID, "", 1));
	fake_root_file(&root, "var/lib/docker/containers/" ID "/config.v2.json",
		       "{\"Name\":\"/web\"}");
	assert_null(containers_find(containers, ID, "", 2));
	assert_string_equal(containers_find(containers, ID, "", 6000000001u), "web");
	containers_free(containers);
	fake_root_release(&root);
}

static void namespaces_are_called_by_who_lives_there(void **state)
{
	struct fake_root root;
	struct labels *labels;

	fake_root_init(&root);
	fake_root_link(&root, "proc/2/ns/net", "net:[900]");
	fake_root_file(&root, "proc/2/comm", "kthreadd\n");
	fake_root_link(&root, "proc/1/ns/net", "net:[1000]");
	fake_root_file(&root, "proc/1/comm", "systemd\n");
	fake_root_file(&root, "proc/1/cgroup", "0::/init.scope\n");
	fake_root_link(&root, "proc/30/ns/net", "net:[2000]");
	fake_root_file(&root, "proc/30/comm", "pause\n");
	fake_root_file(&root, "proc/30/cgroup", "1:name=systemd:/docker/" ID "\n0::/\n");
	fake_root_link(&root, "proc/200/ns/net", "net:[2000]");
	fake_root_link(&root, "proc/300/ns/net", "net:[3000]");
	fake_root_file(&root, "proc/300/comm", "unshared\n");
	fake_root_link(&root, "proc/400/ns/net", "mnt:[4000]");
	fake_root_link(&root, "proc/self/ns/net", "net:[5000]");
	fake_root_file(&root, "var/lib/docker/containers/" ID "/config.v2.json",
		       "{\"Name\":\"/web\"}");
	assert_int_equal(labels_new(root.path, &labels), 0);
	assert_string_equal(labels_netns(labels, 900), "host");
	assert_string_equal(labels_netns(labels, 1000), "init.scope");
	assert_string_equal(labels_netns(labels, 2000),
			    is_root() ? "docker:web" : "docker:0123456789ab");
	assert_string_equal(labels_netns(labels, 3000), "unshared");
	assert_null(labels_netns(labels, 4000));
	assert_null(labels_netns(labels, 5000));
	assert_null(labels_netns(labels, 0));
	labels_free(labels);
	fake_root_release(&root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_come_from_the_files_of_engines),
		cmocka_unit_test(files_of_other_users_and_links_name_nothing),
		cmocka_unit_test(what_is_no_id_becomes_no_path),
		cmocka_unit_test(a_name_that_comes_later_is_found),
		cmocka_unit_test(namespaces_are_called_by_who_lives_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
