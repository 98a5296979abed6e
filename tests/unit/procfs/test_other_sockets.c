/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "procfs/other_routes.h"
#include "procfs/other_sockets.h"
#include "unit/unit.h"

typedef int parser(const char *line, size_t size, struct other_row *ret_row);

#define AX25                                                                                       \
	"ffff8881 ax0 AA2BB-15 BB3CC-3,XY1Z-1 3 1 2 3 0 10 0 3 0 300 0 0 0 10 5 2 256 11 22 1234"
#define NETROM                                                                                     \
	"AA1BB-11  BB1CC-12  CC1DD-2   nr1  01/02 03/04  3   5   6   7   0/120  0/05   0/180   0/000  3/04  12  34 5"
#define X25 "987654     123456     x25tap0 00A  3  1  2  3   0 200 180 180 180    12    13 556"
#define ROSE "1234567890 BB1CC-2   2080123456 AA1BB-1   rose1 123 00002  3  1  2"
#define IPX "00000001:4001  12345678:0000AABBCCDD:4001  00000010  00000011  01     65534"

static const struct {
	parser *parse;
	const char *line, *local, *remote;
	uint32_t state;
	uint64_t send, receive;
} good[] = {
	{ax25_parse, AX25, "AA2BB-15", "BB3CC-3", 3, 11, 22},
	{ax25_parse, "ffff8880 ax0 AA1BB-1 * 0 0 0 0 0 0 0 3 0 300 0 0 0 10 5 2 256 * * *",
	 "AA1BB-1", "*", 0, 0, 0},
	{netrom_parse, NETROM, "CC1DD-2", "BB1CC-12", 3, 34, 5},
	{x25_parse, X25, "123456", "987654", 3, 12, 13},
	{rose_parse, ROSE, "2080123456", "1234567890", 3, 0, 0},
	{ipx_parse, IPX, "00000001", "12345678:0000AABBCCDD", 1, 16, 17},
	{ipx_parse, "00000001:4001 Not_Connected 0 0 7 0", "00000001", "Not_Connected", 7, 0, 0},
};

static void good_lines_give_their_fields(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		struct other_row row;

		assert_int_equal(good[i].parse(good[i].line, strlen(good[i].line), &row), 0);
		assert_string_equal(row.local, good[i].local);
		assert_string_equal(row.remote, good[i].remote);
		assert_int_equal(row.state, good[i].state);
		assert_int_equal(row.send_queue, good[i].send);
		assert_int_equal(row.receive_queue, good[i].receive);
	}
}

static void every_beginning_of_a_line_is_survived(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		for (size_t size = 0; size < strlen(good[i].line); size++) {
			char *exact = malloc(size + 1); /* the sanitizer sees one byte too many */
			struct other_row row;

			memcpy(exact, good[i].line, size);
			good[i].parse(exact, size, &row);
			free(exact);
		}
	}
}

static void lines_that_are_no_sockets_are_refused(void **state)
{
	static parser *const parsers[] = {ax25_parse, ax25_old_parse, netrom_parse,
					  x25_parse,  rose_parse,     ipx_parse};
	static const char *const lines[] = {
		"", " ", "bad", "a b c d e f g h", "\xff\xff\xff\xff", ":::::: : : : : :"};

	for (size_t i = 0; i < ARRAY_SIZE(parsers); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(lines); k++) {
			struct other_row row;

			assert_int_equal(parsers[i](lines[k], strlen(lines[k]), &row), -EINVAL);
		}
	}
}

static void ipx_ports_are_turned(void **state)
{
	struct other_row row;

	assert_int_equal(ipx_parse(IPX, strlen(IPX), &row), 0);
	assert_int_equal(row.local_port, 0x0140);
	assert_int_equal(row.remote_port, 0x0140);
}

static void netrom_node_uses_the_neighbour_that_it_names(void **state)
{
	static const char line[] = "AA1BB-1   ABCDEF   2 2  200   6 00001  100   5 00002";
	static const char *const bad[] = {"", "AA1BB-1", "AA1BB-1   ABCDEF   0 2  200   6 00001",
					  "AA1BB-1   ABCDEF   9 2  200   6 00001",
					  "AA1BB-1   ABCDEF   x 2  200   6 00001"};
	struct netrom_route row;

	assert_int_equal(netrom_route_parse(line, strlen(line), &row), 0);
	assert_string_equal(row.quality, "100");
	assert_string_equal(row.neighbour, "00002");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(netrom_route_parse(bad[i], strlen(bad[i]), &row), -EINVAL);
}

static void rose_node_has_at_most_three_neighbours(void **state)
{
	static const char line[] = "2080123456 0010 3 00001 00002 00001",
			  many[] = "2080123456 0010 4 00001";
	struct rose_route row;

	assert_int_equal(rose_route_parse(line, strlen(line), &row), 0);
	assert_int_equal(row.count, 3);
	assert_string_equal(row.neighbours[1], "00002");
	assert_int_equal(rose_route_parse(many, strlen(many), &row), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_lines_give_their_fields),
		cmocka_unit_test(every_beginning_of_a_line_is_survived),
		cmocka_unit_test(lines_that_are_no_sockets_are_refused),
		cmocka_unit_test(ipx_ports_are_turned),
		cmocka_unit_test(netrom_node_uses_the_neighbour_that_it_names),
		cmocka_unit_test(rose_node_has_at_most_three_neighbours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
