/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The options of a socket, by process and descriptor: of this process itself. */
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "evidence/socket_options.h"
#include "unit/unit.h"

static struct stall stall_of(int fd)
{
	return (struct stall){.flow.pid = (uint32_t)getpid(), .descriptor = fd};
}

static void a_bound_socket_tells_its_address_and_port(void **state)
{
	struct sockaddr_in name = {.sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct stall stall = stall_of(fd);
	socklen_t size = sizeof(name);
	struct socket_options options;

	assert_true(socket_options_read(&stall, &options));
	assert_int_equal(options.local.port, 0);
	assert_int_equal(options.local.addr[15], 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&name, &size), 0);
	assert_true(socket_options_read(&stall, &options));
	assert_int_equal(options.local.port, ntohs(name.sin_port));
	assert_int_equal(options.local.addr[11], 0xff);
	assert_int_equal(options.local.addr[12], 127);
	assert_int_equal(options.mark, 0);
	close(fd);
}

/* The number may be another file's by the time it is read. */
static void another_file_is_not_taken_for_it(void **state)
{
	int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct stall others[] = {stall_of(udp),
				 stall_of(STDIN_FILENO),
				 stall_of(-1),
				 stall_of(tcp),
				 {.descriptor = tcp}};
	struct socket_options options;

	others[3].flow.cookie = 1; /* not this socket's */
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(socket_options_read(&others[i], &options));
	close(udp);
	close(tcp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bound_socket_tells_its_address_and_port),
		cmocka_unit_test(another_file_is_not_taken_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
