/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Interfaces through the whole mode, with ioctls of our own and a /proc/net of our own. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "netstat/modes/tables.h"
#include "procfs/links.h"
#include "unit/unit.h"

#define TITLES "Inter-|   Receive\n face |bytes\n"
#define HEADER                                                                                     \
	"Iface             MTU    RX-OK RX-ERR RX-DRP RX-OVR    TX-OK TX-ERR TX-DRP TX-OVR Flg\n"

static char folder[] = "/tmp/netstate-interfaces-XXXXXX";

static int each_label(struct links *links, int (*take)(void *context, const char *name),
		      void *context)
{
	int err = take(context, "eth0");

	return err ? err : take(context, "eth0:1");
}

/* lo and eth0 are up; eth1 is down; other names there are not. */
static int fetch(struct links *links, bool whole, struct interface_row *row)
{
	bool is_eth0 = !strncmp(row->name, "eth0", 4);

	if (strcmp(row->name, "lo") && strcmp(row->name, "eth1") && !is_eth0)
		return -ENODEV;
	row->flags = is_eth0 ? 0x1043 : row->name[0] == 'l' ? 0x49 : 0x1002;
	row->mtu = row->name[0] == 'l' ? 65536 : 1500;
	if (!whole)
		return 0;
	row->hardware = row->name[0] == 'l' ? 772 : 1;
	memcpy(row->hardware_addr, "\x02\x00\x00\x0a\x0b\x0c", 6);
	row->queue_length = 1000;
	if (is_eth0) {
		row->local = (struct interface_address4){true, {10, 0, 0, 1}};
		row->mask = (struct interface_address4){true, {255, 255, 255, 0}};
	}
	return 0;
}

static void write_file(const char *name, const char *text)
{
	_cleanup_(cleanup_fclose) FILE *file = NULL;
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (!text) {
		unlink(path);
		return;
	}
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
}

static void expect(struct netstat_options options, const char *dev, const char *out,
		   const char *err, int status)
{
	struct links links = {.each_label = each_label, .fetch = fetch, .fd = -1};
	struct netstat_run run = {.options = &options, .net = folder};

	write_file("dev", dev);
	assert_int_equal(netstat_list_interfaces(&run, &links), status);
	buf_putc(&run.out, '\0');
	buf_putc(&run.err, '\0');
	assert_string_equal(run.out.data, out);
	assert_string_equal(run.err.data, err);
	buf_release(&run.out);
	buf_release(&run.err);
}

static void table_lists_devices_and_labels_that_are_up(void **state)
{
	expect((struct netstat_options){0},
	       TITLES
	       "  eth1: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n    lo: 100 2 0 0 0 0 0 0 100 2\neth0:1 22 3 4 5\n",
	       "Kernel Interface table\n" HEADER
	       "eth0             1500       22      3      4 5             0      0      0      0 BMRU\n"
	       "eth0:1           1500      - no statistics available -                        BMRU\n"
	       "lo              65536        2      0      0 0             2      0      0      0 LRU\n",
	       "", 0);
}

static void all_lists_those_that_are_down_too(void **state)
{
	expect((struct netstat_options){.all = true},
	       TITLES "  eth1: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n",
	       "Kernel Interface table\n" HEADER
	       "eth0             1500      - no statistics available -                        BMRU\n"
	       "eth0:1           1500      - no statistics available -                        BMRU\n"
	       "eth1             1500        2      3      4 5            10     11     12     13 BM\n",
	       "", 0);
}

static void an_unknown_name_ends_the_listing(void **state)
{
	expect((struct netstat_options){0}, TITLES "gone: 1\nlo: 1\n",
	       "Kernel Interface table\n" HEADER
	       "eth0             1500      - no statistics available -                        BMRU\n"
	       "eth0:1           1500      - no statistics available -                        BMRU\n",
	       "gone: error fetching interface information: Device not found\n"
	       "missing interface information: No such device\n",
	       1);
}

static void without_the_file_the_labels_are_listed(void **state)
{
	char warning[160];

	snprintf(warning, sizeof(warning),
		 "Warning: cannot open %s/dev (No such file or directory). Limited output.\n",
		 folder);
	expect((struct netstat_options){0}, NULL,
	       "Kernel Interface table\n" HEADER
	       "eth0             1500      - no statistics available -                        BMRU\n"
	       "eth0:1           1500      - no statistics available -                        BMRU\n",
	       warning, 0);
}

static void extended_prints_blocks(void **state)
{
	write_file("if_inet6", "fe80000000000000000000fffe0a0b0c 02 40 20 80     eth0\n"
			       "00000000000000000000000000000001 01 80 10 80       lo\nbad\n");
	expect((struct netstat_options){.extend = 1},
	       TITLES "eth0: 1025 22 3 4 5 6 7 8 1048577 9 8 7 6 5 4 3\n",
	       "Kernel Interface table\n"
	       "eth0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500\n"
	       "        inet 10.0.0.1  netmask 255.255.255.0  broadcast [NONE SET]\n"
	       "        inet6 fe80::ff:fe0a:b0c  prefixlen 64  scopeid 0x20<link>\n"
	       "        ether 02:00:00:0a:0b:0c  txqueuelen 1000  (Ethernet)\n"
	       "        RX packets 22  bytes 1025 (1.0 KiB)\n"
	       "        RX errors 3  dropped 4  overruns 5  frame 6\n"
	       "        TX packets 9  bytes 1048577 (1.0 MiB)\n"
	       "        TX errors 8  dropped 7 overruns 6  carrier 4  collisions 5\n"
	       "\n"
	       "eth0:1: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500\n"
	       "        inet 10.0.0.1  netmask 255.255.255.0  broadcast [NONE SET]\n"
	       "        ether 02:00:00:0a:0b:0c  txqueuelen 1000  (Ethernet)\n"
	       "\n",
	       "", 0);
	write_file("if_inet6", NULL);
}

static void json_has_a_row_for_each_interface(void **state)
{
	expect((struct netstat_options){.json = true},
	       TITLES "lo: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n",
	       "{\"kind\":\"interface\",\"interface\":\"eth0\",\"mtu\":1500,"
	       "\"flags\":[\"UP\",\"BROADCAST\",\"RUNNING\",\"MULTICAST\"]}\n"
	       "{\"kind\":\"interface\",\"interface\":\"eth0:1\",\"mtu\":1500,"
	       "\"flags\":[\"UP\",\"BROADCAST\",\"RUNNING\",\"MULTICAST\"]}\n"
	       "{\"kind\":\"interface\",\"interface\":\"lo\",\"mtu\":65536,\"flags\":[\"UP\",\"LOOPBACK\",\"RUNNING\"],"
	       "\"rx_packets\":2,\"rx_bytes\":1,\"rx_errors\":3,\"rx_dropped\":4,\"rx_overruns\":5,\"rx_compressed\":7,"
	       "\"rx_frame\":6,\"rx_multicast\":8,\"tx_packets\":10,\"tx_bytes\":9,\"tx_errors\":11,\"tx_dropped\":12,"
	       "\"tx_overruns\":13,\"tx_compressed\":16,\"tx_carrier\":15,\"tx_collisions\":14}\n",
	       "", 0);
}

static int make_folder(void **state)
{
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	write_file("dev", NULL);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_lists_devices_and_labels_that_are_up),
		cmocka_unit_test(all_lists_those_that_are_down_too),
		cmocka_unit_test(an_unknown_name_ends_the_listing),
		cmocka_unit_test(without_the_file_the_labels_are_listed),
		cmocka_unit_test(extended_prints_blocks),
		cmocka_unit_test(json_has_a_row_for_each_interface),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
