/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "names/hosts.h"
#include "unit/unit.h"

static atomic_int asked;

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static char *text_of(int family, const uint8_t *addr)
{
	char text[INET6_ADDRSTRLEN], *name;

	inet_ntop(family, addr, text, sizeof(text));
	return asprintf(&name, "host-%s", text) < 0 ? NULL : name;
}

static char *quick(int family, const uint8_t *addr)
{
	asked++;
	return addr[3] == 9 ? NULL : text_of(family, addr);
}

static char *slow(int family, const uint8_t *addr)
{
	usleep(100000);
	return quick(family, addr);
}

/* Addresses that end in 8 take longer than any test's bound. */
static char *hanging(int family, const uint8_t *addr)
{
	if (addr[3] == 8)
		usleep(700000);
	return quick(family, addr);
}

static struct hosts *new_hosts(hosts_lookup *lookup, unsigned int threads, unsigned int quiet_ms,
			       unsigned int whole_ms)
{
	struct hosts *hosts;

	asked = 0;
	assert_int_equal(
		hosts_new(lookup, (struct hosts_limits){threads, quiet_ms, whole_ms}, &hosts), 0);
	return hosts;
}

static void each_address_is_looked_up_once(void **state)
{
	struct hosts *hosts = new_hosts(quick, 8, 5000, 5000);
	uint8_t addr4[4] = {10, 0, 0, 1}, addr6[16] = {10, 0, 0, 1}, none[4] = {10, 0, 0, 9};

	for (int i = 0; i < 3; i++) {
		hosts_want(hosts, AF_INET, addr4);
		assert_string_equal(hosts_get(hosts, AF_INET, addr4), "host-10.0.0.1");
		assert_string_equal(hosts_get(hosts, AF_INET6, addr6), "host-a00:1::");
		assert_null(hosts_get(hosts, AF_INET, none));
	}
	assert_int_equal(asked, 3);
	hosts_leave(hosts);
}

static void five_hundred_slow_answers_take_a_second(void **state)
{
	struct hosts *hosts = new_hosts(slow, 128, 5000, 5000);
	uint64_t begun = now_ms();
	uint8_t addr[4] = {10, 1};

	for (int i = 0; i < 500; i++) {
		addr[2] = (uint8_t)(i >> 7);
		addr[3] = (uint8_t)(i & 127);
		hosts_want(hosts, AF_INET, addr);
	}
	for (int i = 0; i < 500; i++) {
		char expected[32];

		addr[2] = (uint8_t)(i >> 7);
		addr[3] = (uint8_t)(i & 127);
		snprintf(expected, sizeof(expected), "host-10.1.%d.%d", addr[2], addr[3]);
		if (addr[3] != 9)
			assert_string_equal(hosts_get(hosts, AF_INET, addr), expected);
	}
	assert_in_range(now_ms() - begun, 300, 20000); /* one by one: 50 s */
	assert_int_equal(asked, 500);
	hosts_leave(hosts);
}

static void many_quick_answers_need_few_threads(void **state)
{
	struct hosts *hosts = new_hosts(quick, 128, 5000, 5000);

	for (uint32_t round = 0; round < 2; round++) {
		for (uint32_t i = 0; i < 20000; i++) {
			uint32_t addr = htonl(0x0a000000 | i << 8);

			if (round == 0)
				hosts_want(hosts, AF_INET, (uint8_t *)&addr);
			else
				assert_non_null(hosts_get(hosts, AF_INET, (uint8_t *)&addr));
		}
	}
	assert_int_equal(asked, 20000);
	hosts_leave(hosts);
}

static void a_silent_resolver_is_waited_for_once_and_later_answers_count(void **state)
{
	struct hosts *hosts = new_hosts(hanging, 4, 200, 5000);
	uint8_t addr[4] = {10, 0, 0, 8}, good[4] = {10, 0, 0, 1};
	uint64_t begun = now_ms();

	for (uint8_t i = 0; i < 20; i++) {
		addr[2] = i;
		hosts_want(hosts, AF_INET, addr);
	}
	hosts_want(hosts, AF_INET, good);
	for (uint8_t i = 0; i < 20; i++) {
		addr[2] = i;
		assert_null(hosts_get(hosts, AF_INET, addr));
	}
	assert_in_range(now_ms() - begun, 150, 800);
	usleep(900000);
	addr[2] = 0;
	assert_string_equal(hosts_get(hosts, AF_INET, addr), "host-10.0.0.8");
	hosts_leave(hosts);
}

static void the_whole_wait_is_bounded_while_answers_trickle(void **state)
{
	struct hosts *hosts = new_hosts(slow, 1, 5000, 450);
	uint64_t begun = now_ms();
	unsigned int known = 0;
	uint8_t addr[4] = {10};

	for (uint8_t i = 0; i < 50; i++) {
		addr[2] = i;
		hosts_want(hosts, AF_INET, addr);
	}
	for (uint8_t i = 0; i < 50; i++) {
		addr[2] = i;
		known += !!hosts_get(hosts, AF_INET, addr);
	}
	assert_in_range(now_ms() - begun, 350, 900);
	assert_in_range(known, 1, 8);
	hosts_leave(hosts);
}

static void leaving_while_lookups_hang_is_safe(void **state)
{
	struct hosts *hosts = new_hosts(hanging, 16, 20, 20);
	uint8_t addr[4] = {10, 0, 0, 8};

	for (uint8_t i = 0; i < 50; i++) {
		addr[2] = i;
		hosts_want(hosts, AF_INET, addr);
	}
	assert_null(hosts_get(hosts, AF_INET, addr));
	hosts_leave(hosts);
	usleep(900000); /* the threads come back, and free what they shared */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_address_is_looked_up_once),
		cmocka_unit_test(five_hundred_slow_answers_take_a_second),
		cmocka_unit_test(many_quick_answers_need_few_threads),
		cmocka_unit_test(a_silent_resolver_is_waited_for_once_and_later_answers_count),
		cmocka_unit_test(the_whole_wait_is_bounded_while_answers_trickle),
		cmocka_unit_test(leaving_while_lookups_hang_is_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
