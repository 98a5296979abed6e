/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lists of ports, as net.ipv4.ip_local_reserved_ports has them. */
#include "evidence/ports.h"
#include "unit/unit.h"

static unsigned int count(const struct port_set *set)
{
	unsigned int found = 0;

	for (uint32_t port = 0; port <= UINT16_MAX; port++)
		found += port_set_has(set, (uint16_t)port);
	return found;
}

static void lists_give_their_ports(void **state)
{
	static const struct {
		const char *text;
		unsigned int count;
	} rows[] = {{"", 0},	       {"\n", 0},	 {"80", 1},	     {"80,443\n", 2},
		    {"8080-8089", 10}, {"1,3-5,7\n", 5}, {"0-65535", 65536}, {"7,7-7,5-9", 5}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct port_set set = {};

		assert_true(port_set_parse(&set, rows[i].text));
		assert_int_equal(count(&set), rows[i].count);
	}
}

static void what_is_no_list_is_refused(void **state)
{
	static const char *const rows[] = {"a",	    "80-",    "-80",	"90-80",
					   "65536", "80 443", "80,,81", "99999999999"};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct port_set set = {};

		assert_false(port_set_parse(&set, rows[i]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_give_their_ports),
		cmocka_unit_test(what_is_no_list_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
