/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "netstate/tcp_state.h"
#include "procfs/net_sockets.h"
#include "unit/unit.h"

#define NETNS 4026531840u

static char folder[] = "/tmp/netstate-sockets-XXXXXX";

struct taken {
	struct listed_socket list[8];
	char paths[8][32];
	size_t count;
};

static void write_file(const char *name, const char *text)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static int keep(void *context, const struct listed_socket *socket, const uint32_t *pending,
		size_t pending_count)
{
	struct taken *taken = context;

	assert_true(taken->count < 8);
	assert_int_equal(pending_count, 0);
	if (socket->unix_facts.path)
		snprintf(taken->paths[taken->count], sizeof(taken->paths[0]), "%.*s",
			 (int)socket->unix_facts.path_size, socket->unix_facts.path);
	taken->list[taken->count++] = *socket;
	return 0;
}

static void udp_of_both_families(void **state)
{
	const char title[] = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when\n";
	struct taken taken = {};
	char v4[512], v6[512];

	snprintf(v4, sizeof(v4), "%s%s", title,
		 " 100: 0100007F:1F75 00000000:0000 07 00000001:00000340 00:00000000 00000000  33"
		 "        0 77 2 0000000000000000 0\n");
	snprintf(v6, sizeof(v6), "%s%s", title,
		 " 101: 00000000000000000000000001000000:1F76 00000000000000000000000000000000:0000"
		 " 07 00000000:00000000 00:00000000 00000000 0 0 78 2 0 0\n");
	write_file("udp", v4);
	write_file("udp6", v6);
	assert_int_equal(net_sockets_read(folder, FLOW_PROTOCOL_UDP, NETNS, keep, &taken), 0);
	assert_int_equal(taken.count, 2);
	assert_int_equal(taken.list[0].row.flow.family, AF_INET);
	assert_int_equal(taken.list[0].row.flow.local.port, 8053);
	assert_int_equal(taken.list[0].row.flow.netns, NETNS);
	assert_int_equal(taken.list[0].row.flow.uid, 33);
	assert_int_equal(taken.list[0].row.state, TCP_STATE_CLOSE);
	assert_int_equal(taken.list[0].row.recv_queue, 0x340);
	assert_int_equal(taken.list[0].row.send_queue, 1);
	assert_int_equal(taken.list[0].detail.inode, 77);
	assert_int_equal(taken.list[0].row.flow.cookie, 0);
	assert_int_equal(taken.list[1].row.flow.family, AF_INET6);
}

static void without_ipv6_there_is_no_second_file(void **state)
{
	struct taken taken = {};

	write_file("raw", "  sl  local_address\n   1: 00000000:0001 00000000:0000 07 "
			  "00000000:00000000 00:00000000 00000000 0 0 79 2 0 0\n");
	assert_int_equal(net_sockets_read(folder, FLOW_PROTOCOL_RAW, NETNS, keep, &taken), 0);
	assert_int_equal(taken.count, 1);
	assert_int_equal(taken.list[0].row.flow.protocol, FLOW_PROTOCOL_RAW);
	assert_int_equal(taken.list[0].row.flow.local.port, 1);
}

static void unix_sockets_by_flags_and_state(void **state)
{
	struct taken taken = {};

	write_file("unix", "Num       RefCount Protocol Flags    Type St Inode Path\n"
			   "0000000000000000: 00000002 00000000 00010000 0001 01 81 /run/x\n"
			   "0000000000000000: 00000003 00000000 00000000 0005 03 82\n"
			   "0000000000000000: 00000002 00000000 00000000 0002 01 83 @abs\n"
			   "0000000000000000: 00000002 00000000 00000000 0001 02 0\n"
			   "cut off\n");
	assert_int_equal(net_sockets_read(folder, FLOW_PROTOCOL_UNIX, NETNS, keep, &taken), 0);
	assert_int_equal(taken.count, 4);
	assert_int_equal(taken.list[0].row.state, TCP_STATE_LISTEN);
	assert_string_equal(taken.paths[0], "/run/x");
	assert_int_equal(taken.list[0].row.flow.uid, LISTED_SOCKET_NO_UID);
	assert_int_equal(taken.list[0].row.flags & CONNECTION_QUEUES, 0);
	assert_int_equal(taken.list[1].row.state, TCP_STATE_ESTABLISHED);
	assert_int_equal(taken.list[1].unix_facts.type, SOCK_SEQPACKET);
	assert_null(taken.list[1].unix_facts.path);
	assert_int_equal(taken.list[2].row.state, TCP_STATE_CLOSE);
	assert_string_equal(taken.paths[2], "@abs");
	assert_int_equal(taken.list[3].row.state, TCP_STATE_SYN_SENT);
	assert_int_equal(taken.list[3].detail.inode, 0);
}

static void other_protocols_and_missing_files_are_errors(void **state)
{
	struct taken taken = {};

	assert_int_equal(net_sockets_read(folder, FLOW_PROTOCOL_TCP, NETNS, keep, &taken),
			 -EPROTONOSUPPORT);
	assert_int_equal(net_sockets_read("/nonexistent", FLOW_PROTOCOL_UNIX, NETNS, keep, &taken),
			 -ENOENT);
}

static int make_folder(void **state)
{
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	static const char *const names[] = {"udp", "udp6", "raw", "unix"};
	int dir = open(folder, O_RDONLY | O_DIRECTORY);

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		unlinkat(dir, names[i], 0);
	close(dir);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(udp_of_both_families),
		cmocka_unit_test(without_ipv6_there_is_no_second_file),
		cmocka_unit_test(unix_sockets_by_flags_and_state),
		cmocka_unit_test(other_protocols_and_missing_files_are_errors),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
