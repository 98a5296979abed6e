/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Folders like /proc of several kernels -> may nf_tables be asked without loading it? */
#include <errno.h>

#include "netlink/nft_presence.h"
#include "unit/names/fake_root.h"

#define LOADED "nf_conntrack 200704 1 nf_tables, Live 0x0\nnf_tables 385024 9 - Live 0x0\n"
#define NOT_LOADED                                                                                 \
	"nf_tables_offload 16384 0 - Live 0x0\nx_nf_tables 385024 9 nf_tables , Live 0x0\n"
#define BUILT_IN "0000000000000000 T _stext\n0000000000000000 t nf_tables_getchain\n"
#define NOT_BUILT_IN "0000000000000000 T _stext\n"

/* NULL: there is no such file. */
static int presence(const char *modules, const char *symbols, const char *loader)
{
	struct fake_root root;
	int err;

	fake_root_init(&root);
	if (modules)
		fake_root_file(&root, "modules", modules);
	if (symbols)
		fake_root_file(&root, "kallsyms", symbols);
	if (loader)
		fake_root_file(&root, "sys/kernel/modprobe", loader);
	err = nft_presence_find(root.path);
	fake_root_release(&root);
	return err;
}

static void loaded_or_built_in_it_is_there(void **state)
{
	assert_int_equal(presence(LOADED, NOT_BUILT_IN, "/sbin/modprobe\n"), 0);
	assert_int_equal(presence(NOT_LOADED, BUILT_IN, "/sbin/modprobe\n"), 0);
	assert_int_equal(presence(NULL, BUILT_IN, NULL), 0);
}

static void a_module_that_is_not_loaded_is_not_there(void **state)
{
	assert_int_equal(presence(NOT_LOADED, NOT_BUILT_IN, "/sbin/modprobe\n"), -ENOENT);
	assert_int_equal(presence("", NOT_BUILT_IN, "\n"), -ENOENT);
}

static void a_kernel_without_modules_may_be_asked(void **state)
{
	assert_int_equal(presence(NULL, NOT_BUILT_IN, NULL), 0);
}

static void without_the_files_nothing_is_known(void **state)
{
	assert_int_equal(presence(NULL, NULL, NULL), -ENODATA);
	assert_int_equal(presence(NOT_LOADED, NULL, "/sbin/modprobe\n"), -ENODATA);
	assert_int_equal(presence(NULL, NOT_BUILT_IN, "/sbin/modprobe\n"), -ENODATA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loaded_or_built_in_it_is_there),
		cmocka_unit_test(a_module_that_is_not_loaded_is_not_there),
		cmocka_unit_test(a_kernel_without_modules_may_be_asked),
		cmocka_unit_test(without_the_files_nothing_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
