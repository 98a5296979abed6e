/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Events a second from a recording in memory through decode, and through decode and each writer, on
 * one core. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "events/decode.h"
#include "events/recording.h"
#include "netstate/tcp_state.h"
#include "netstate/wire.h"
#include "view/view.h"

#define RECORDS 200000
#define ROUNDS 9 /* the best one counts: the others were disturbed */
#define FLUSH_SIZE 65536

static double cpu_seconds(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static struct wire_sock sock_number(unsigned int i)
{
	struct wire_sock sock = {
		.cookie = 1000000 + i,
		.sock = 0xffff888000000000 + 64 * i,
		.cgroup = 4711,
		.netns = 4026531840,
		.uid = 1000,
		.pid = 10000 + i % 20000,
		.comm = "nginx",
		.lport = (uint16_t)(32768 + i % 28000),
		.rport = 443,
		.family = AF_INET,
		.owner = 1 + i % 4,
		.laddr = {[10] = 255, 255, 10, 0, 0, 5},
		.raddr = {[10] = 255, 255, 93, 184, (uint8_t)(i >> 8), (uint8_t)i},
	};

	if (i % 4)
		return sock;
	sock.family = AF_INET6;
	memcpy(sock.laddr, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x05", 16);
	memcpy(sock.raddr, "\x2a\x00\x14\x50\x40\x01\x08\x2b\0\0\0\0\0\0\x20\x0e", 16);
	return sock;
}

/* The lives of connections: of eight records six are transitions, one a connect and one an accept.
 */
static void append_records(struct buf *recording)
{
	static const uint8_t path[6][2] = {{7, 2}, {2, 1}, {1, 4}, {4, 5}, {1, 8}, {9, 7}};

	for (unsigned int i = 0; i < RECORDS; i++) {
		struct wire_head head = {WIRE_KIND_STATE, WIRE_VERSION, 0,
					 sizeof(struct wire_state), 5000000000000 + i * 1700ULL};

		if (i % 8 < 6) {
			struct wire_state state = {head,
						   sock_number(i / 8),
						   250000 + i,
						   0,
						   path[i % 8][0],
						   path[i % 8][1],
						   0,
						   0,
						   {0},
						   {0}};
			buf_put(recording, &state, sizeof(state));
		} else {
			struct wire_call call = {
				head, sock_number(i / 8), 43000, 0, 5 + (int)(i % 900), 0, 0};

			call.head.kind = i % 8 == 6 ? WIRE_KIND_CONNECT : WIRE_KIND_ACCEPT;
			call.head.size = sizeof(call);
			buf_put(recording, &call, sizeof(call));
		}
	}
}

static const char *cgroup_path(void *context, uint64_t cgroup_id)
{
	return "/system.slice/nginx.service";
}

static double seconds_of(const struct buf *bytes,
			 void (*write)(struct view *, const struct event *, struct buf *),
			 size_t *ret_written)
{
	struct view view = {.cgroup_path = cgroup_path,
			    .wall_offset_ns = 1700000000000000000,
			    .terminal_safe = true};
	_cleanup_(buf_release) struct buf out = {0};
	struct recording recording;
	double begin = cpu_seconds();
	const void *record;
	size_t size, done = 0;

	if (recording_open(bytes->data, bytes->len, &recording))
		abort();
	*ret_written = 0;
	while (recording_next(&recording, &record, &size) > 0) {
		struct event event;

		if (event_decode(record, size, &event))
			abort();
		__asm__ volatile("" : : "r"(&event) : "memory"); /* not to be left out */
		done++;
		if (write)
			write(&view, &event, &out);
		if (out.len > FLUSH_SIZE) {
			*ret_written += out.len;
			buf_clear(&out);
		}
	}
	*ret_written += out.len;
	if (done != RECORDS)
		abort();
	return cpu_seconds() - begin;
}

int main(void)
{
	static const struct {
		const char *name;
		void (*write)(struct view *, const struct event *, struct buf *);
	} rows[] = {{"decode", NULL}, {"decode + JSON", view_json}, {"decode + text", view_text}};
	_cleanup_(buf_release) struct buf recording = {0};
	struct recording_header header;

	recording_header_init(0, "bench", &header);
	buf_put(&recording, &header, sizeof(header));
	append_records(&recording);
	printf("%-16s %14s %12s %14s\n", "", "events/s", "ns/event", "bytes/event");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		double best = 1e9;
		size_t written = 0;

		for (int round = 0; round < ROUNDS; round++) {
			double seconds = seconds_of(&recording, rows[i].write, &written);

			best = seconds < best ? seconds : best;
		}
		printf("%-16s %14.0f %12.1f %14.1f\n", rows[i].name, RECORDS / best,
		       best / RECORDS * 1e9, (double)written / RECORDS);
	}
	return 0;
}
