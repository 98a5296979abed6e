/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reads every TCP socket with its details by the walk and then by the iterators, and prints those of one network namespace:
 * details NETNS-INODE. A line of JSON a socket: its way and all fields of its struct socket_detail but the owner's. Where the
 * kernel refuses the walk: {"refused": ERRNO}.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "kernel/socket_details.h"
#include "kernel/socket_reader.h"
#include "kernel/walk.h"

struct printing {
	const char *way;
	uint32_t netns;
};

static const struct {
	const char *name;
	size_t offset, size;
} fields[] = {
#define FIELD(member)                                                                              \
	{                                                                                          \
#member, offsetof(struct socket_detail, member),                                   \
			sizeof(((struct socket_detail *)NULL)->member)                             \
	}
	FIELD(flow.cookie),
	FIELD(flow.sock),
	FIELD(flow.cgroup_id),
	FIELD(flow.local.port),
	FIELD(flow.remote.port),
	FIELD(flow.netns),
	FIELD(flow.uid),
	FIELD(flow.family),
	FIELD(flow.protocol),
	FIELD(inode),
	FIELD(listener),
	FIELD(bytes_sent),
	FIELD(bytes_acked),
	FIELD(bytes_received),
	FIELD(flags),
	FIELD(unread),
	FIELD(unacked),
	FIELD(not_sent),
	FIELD(rcv_nxt),
	FIELD(snd_una),
	FIELD(snd_wnd),
	FIELD(rcv_wnd),
	FIELD(mss),
	FIELD(cwnd),
	FIELD(pmtu),
	FIELD(rtt_us),
	FIELD(rto_ms),
	FIELD(packets_out),
	FIELD(lost_out),
	FIELD(total_retrans),
	FIELD(sent_ms),
	FIELD(received_ms),
	FIELD(heard_ms),
	FIELD(read_ms),
	FIELD(limited_ms),
	FIELD(hang_ms),
	FIELD(state_ms),
	FIELD(timer_ms),
	FIELD(keep_timer_ms),
	FIELD(keep_time_ms),
	FIELD(keep_interval_ms),
	FIELD(user_timeout_ms),
	FIELD(drops),
	FIELD(rcvbuf),
	FIELD(sndbuf),
	FIELD(rmem),
	FIELD(wmem),
	FIELD(requests),
	FIELD(linger2_ms),
	FIELD(err_soft),
	FIELD(state),
	FIELD(form),
	FIELD(retransmits),
	FIELD(backoff),
	FIELD(probes_out),
	FIELD(keep_probes),
	FIELD(defer_accept),
	FIELD(never_read),
	FIELD(fin_unread),
	FIELD(fin_unacked),
	FIELD(exact_since),
};

static void print_bytes(const char *name, const uint8_t bytes[16])
{
	printf(", \"%s\": \"", name);
	for (int i = 0; i < 16; i++)
		printf("%02x", bytes[i]);
	printf("\"");
}

/* Numbers of any size, without their sign: both ways print the same. */
static int print_row(void *context, const struct socket_detail *detail)
{
	const struct printing *printing = context;

	if (detail->flow.netns != printing->netns)
		return 0;
	printf("{\"way\": \"%s\"", printing->way);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		uint64_t value = 0; /* little endian, as both architectures are */

		memcpy(&value, (const char *)detail + fields[i].offset, fields[i].size);
		printf(", \"%s\": %" PRIu64, fields[i].name, value);
	}
	print_bytes("laddr", detail->flow.local.addr);
	print_bytes("raddr", detail->flow.remote.addr);
	printf("}\n");
	return 0;
}

static void on_holder(void *context, const struct held_socket *held)
{
}

static bool is_empty(void *context)
{
	return false;
}

static void on_unread(void *context, uint32_t netns, int err)
{
}

static int by_walk(uint32_t netns, struct namespaces *spaces)
{
	struct printing printing = {"walk", netns};
	struct walk *walk;
	int err = walk_new_details(&walk);

	if (err)
		return err;
	err = walk_read_task_spaces(walk, spaces);
	if (!err)
		err = walk_read_holders(walk, spaces, on_holder, NULL);
	if (!err)
		err = walk_read_details(walk, print_row, &printing);
	walk_free(walk);
	return err;
}

static int by_iterators(uint32_t netns, const struct namespaces *spaces)
{
	struct printing printing = {"iterators", netns};
	struct socket_detail_handler handler = {is_empty, print_row, on_unread, &printing};
	struct socket_details *details;
	int err = socket_details_new(&details);

	if (err)
		return err;
	err = socket_details_read(details, spaces, &handler);
	socket_details_free(details);
	return err;
}

int main(int argc, char **argv)
{
	uint32_t netns = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 0;
	struct namespaces spaces = {};
	int err = by_walk(netns, &spaces);

	if (err) {
		printf("{\"refused\": %d}\n", -err);
		return 0;
	}
	err = by_iterators(netns, &spaces);
	namespaces_release(&spaces);
	if (err)
		fprintf(stderr, "details: %s\n", strerror(-err));
	return err ? 1 : 0;
}
