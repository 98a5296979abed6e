/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <arpa/inet.h>
#include <netdb.h>
#include <pwd.h>
#include <stdio.h>

#include "names/name_cache.h"
#include "names/names.h"
#include "unit/unit.h"

static struct names *names;

static int setup(void **state)
{
	return names_new(&names);
}

static int teardown(void **state)
{
	names_free(names);
	return 0;
}

/* The last entry of a port and protocol in the machine's own database. */
static void last_entry(const char *protocol, uint16_t port, char *ret_name, size_t size)
{
	struct servent *entry;

	*ret_name = '\0';
	setservent(1);
	while ((entry = getservent())) {
		if (ntohs((uint16_t)entry->s_port) == port && !strcmp(entry->s_proto, protocol))
			snprintf(ret_name, size, "%.63s", entry->s_name);
	}
	endservent();
}

static void services_are_the_last_entries_of_their_protocol(void **state)
{
	static const uint16_t ports[] = {1,   7,   21,	22,  25,   53,	 80,   123,
					 443, 512, 514, 631, 1234, 5353, 8080, 65535};

	for (size_t i = 0; i < sizeof(ports) / sizeof(*ports); i++) {
		for (int protocol = NAMES_TCP; protocol <= NAMES_UDP; protocol++) {
			const char *name = names_service(names, protocol, ports[i]);
			char expected[64];

			last_entry(protocol == NAMES_TCP ? "tcp" : "udp", ports[i], expected,
				   sizeof(expected));
			assert_string_equal(name ? name : "", expected);
		}
	}
}

static void raw_numbers_are_ip_protocols(void **state)
{
	for (int number = 0; number < 256; number++) {
		struct protoent *entry = getprotobynumber(number);
		const char *name = names_service(names, NAMES_RAW, (uint16_t)number);

		assert_int_equal(!entry, !name);
	}
}

static void users_have_login_names_or_none(void **state)
{
	struct passwd *root = getpwuid(0);

	assert_string_equal(names_user(names, 0), root ? root->pw_name : "root");
	assert_null(names_user(names, 4294967294));
	assert_null(names_user(names, 4294967294));
}

static void numeric_fallback_is_no_name(void **state)
{
	uint8_t nowhere[16] = {0x01}; /* 100::, discard-only */

	names_set_limits(names, 2, 300, 300);
	names_want_host6(names, nowhere);
	assert_null(names_host6(names, nowhere));
}

static void the_table_keeps_every_key_apart(void **state)
{
	struct name_cache cache;
	bool fresh;

	assert_int_equal(name_cache_init(&cache), 0);
	for (uint64_t i = 0; i < 30000; i++) {
		struct name_key key = {
			.high = i % 3, .low = i / 3 % 5000, .kind = (uint32_t)(i / 15000)};

		assert_non_null(name_cache_add(&cache, key, &fresh));
		assert_true(fresh);
	}
	assert_int_equal(cache.count, 30000);
	for (uint64_t i = 0; i < 30000; i++) {
		struct name_key key = {
			.high = i % 3, .low = i / 3 % 5000, .kind = (uint32_t)(i / 15000)};
		struct answer *answer = name_cache_add(&cache, key, &fresh);

		assert_false(fresh);
		assert_ptr_equal(name_cache_find(&cache, key), answer);
	}
	assert_null(name_cache_find(&cache, (struct name_key){.high = 7}));
	name_cache_release(&cache);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(services_are_the_last_entries_of_their_protocol,
						setup, teardown),
		cmocka_unit_test_setup_teardown(raw_numbers_are_ip_protocols, setup, teardown),
		cmocka_unit_test_setup_teardown(users_have_login_names_or_none, setup, teardown),
		cmocka_unit_test_setup_teardown(numeric_fallback_is_no_name, setup, teardown),
		cmocka_unit_test(the_table_keeps_every_key_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
