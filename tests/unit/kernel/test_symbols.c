/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An address -> the function's name, over text as /proc/kallsyms has it. */
#include <string.h>

#include "base/cleanup.h"
#include "kernel/symbols.h"
#include "unit/unit.h"

static const char kernel[] =
	"ffffffff81000000 T _stext\n"
	"ffffffff81a00000 t kfree_skb_list\n"
	"ffffffff81a00100 T nf_hook_slow\n"
	"ffffffff81a00100 D not_a_function\n"
	"ffffffff81a00180 r nor_this\n"
	"ffffffff81a00200 W ip_rcv\n"
	"ffffffffc0300000 t nft_do_chain\t[nf_tables]\n"
	"ffffffffc0300800 t a_name_longer_than_there_is_room_for_in_the_record\t[m]\n"
	"ffffffff81a00300 T out_of_order\n"
	"no line\n"
	"ffffffff81a00400 T\n"
	"ffffffff81a00400\n";

static void assert_name(const char *text, uint64_t address, const char *wanted)
{
	_cleanup_(cleanup_fclose) FILE *file = fmemopen((void *)text, strlen(text), "r");
	char name[SYMBOL_SIZE] = "stale";

	assert_ptr_not_equal(file, NULL);
	symbols_search(file, address, name);
	assert_string_equal(name, wanted);
}

static void names_the_function_that_holds_the_address(void **state)
{
	assert_name(kernel, 0xffffffff81a00100, "nf_hook_slow");
	assert_name(kernel, 0xffffffff81a00142, "nf_hook_slow");
	assert_name(kernel, 0xffffffff81a001ff, "nf_hook_slow");
	assert_name(kernel, 0xffffffff81a00200, "ip_rcv");
	assert_name(kernel, 0xffffffff81a00310, "out_of_order");
}

static void names_a_modules_function_as_the_kernel_prints_it(void **state)
{
	assert_name(kernel, 0xffffffffc0300010, "nft_do_chain [nf_tables]");
	assert_name(kernel, 0xffffffffc0300900, "a_name_longer_than_there_is_room_for_in_the_rec");
}

static void knows_none_far_from_all_functions(void **state)
{
	assert_name(kernel, 0xffffffff80ffffff, "");
	assert_name(kernel, 0xffffffff90000000, "");
	assert_name("0000000000000000 T hidden\n0000000000000000 T from_this_process\n",
		    0xffffffff81a00100, "");
	assert_name("\n", 1, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_the_function_that_holds_the_address),
		cmocka_unit_test(names_a_modules_function_as_the_kernel_prints_it),
		cmocka_unit_test(knows_none_far_from_all_functions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
