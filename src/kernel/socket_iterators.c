/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* BPF iterators -> rows of TCP sockets and descriptors of sockets. */
#include "kernel/socket_iterators.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/debug.h"
#include "netstate/wire_socket.h"
#include "sockets.skel.h"

#define READ_SIZE (64u << 10) /* the kernel gives at most 32 KiB a read */
#define AGAIN_MAX 10000	      /* reads that only passed over a million other objects each */
#define LOG_SIZE (1u << 20)
#define LOG_LEVEL 1 /* BPF_LOG_LEVEL1 */
#define NS_PER_CLOCK_TICK 10000000

struct socket_iterators {
	struct sockets_bpf *bpf;
	uint64_t jiffy_ns;
};

/* The light skeleton's functions give -1 with errno, or -errno. */
static int error_of(int result)
{
	return result == -1 && errno ? -errno : result;
}

/* The verifier's log, which the loader program fills while --debug is on. */
__attribute__((format(printf, 1, 2))) static void debug_log(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	debug_lines("verifier: ", format, args);
	va_end(args);
}

static int load(struct socket_iterators *iterators)
{
	_cleanup_(cleanup_free) char *log = debug_enabled() ? calloc(1, LOG_SIZE) : NULL;
	int err;

	errno = 0;
	iterators->bpf = sockets_bpf__open();
	if (!iterators->bpf)
		return -ENOMEM;
	if (log) {
		iterators->bpf->ctx.log_level = LOG_LEVEL;
		iterators->bpf->ctx.log_buf = (uintptr_t)log;
		iterators->bpf->ctx.log_size = LOG_SIZE;
	}
	err = sockets_bpf__load(iterators->bpf);
	if (!err)
		err = sockets_bpf__attach(iterators->bpf);
	err = error_of(err);
	if (err && log)
		debug_log("%s", log);
	debug_say("netstat's iterators: %s", err ? strerror(-err) : "loaded");
	return err;
}

int socket_iterators_new(struct socket_iterators **ret_iterators)
{
	struct socket_iterators *iterators = calloc(1, sizeof(*iterators));
	struct timespec jiffy;
	int err;

	if (!iterators)
		return -ENOMEM;
	clock_getres(CLOCK_MONOTONIC_COARSE, &jiffy); /* 1/CONFIG_HZ */
	iterators->jiffy_ns = (uint64_t)jiffy.tv_nsec;
	err = load(iterators);
	if (err) {
		socket_iterators_free(iterators);
		return err;
	}
	*ret_iterators = iterators;
	return 0;
}

void socket_iterators_free(struct socket_iterators *iterators)
{
	if (!iterators)
		return;
	sockets_bpf__destroy(iterators->bpf);
	free(iterators);
}

/* Reads records of one size until their end; those that came are handed to `handle`. */
static int read_records(int link, size_t size, int (*handle)(void *context, const char *record),
			void *context)
{
	_cleanup_(cleanup_close) int fd = bpf_iter_create(link);
	_cleanup_(cleanup_free) char *buffer = malloc(READ_SIZE);
	size_t have = 0, at;
	unsigned int again = 0;

	if (fd < 0)
		return -errno;
	if (!buffer)
		return -ENOMEM;
	for (;;) {
		ssize_t got = read(fd, buffer + have, READ_SIZE - have);

		if (!got)
			return 0;
		if (got < 0 && errno != EINTR && (errno != EAGAIN || ++again > AGAIN_MAX))
			return -errno;
		have += got > 0 ? (size_t)got : 0;
		for (at = 0; have - at >= size; at += size) {
			int err = handle(context, buffer + at);

			if (err)
				return err;
		}
		have -= at;
		memmove(buffer, buffer + at, have);
	}
}

struct tcp_row_handler {
	int (*handle)(void *context, const struct inet_row *row);
	void *context;
	uint64_t jiffy_ns;
};

/* A timer that should have run shows as 0; else jiffies become hundredths of a second as the kernel
 * rounds them. */
static int64_t clock_ticks(int64_t jiffies, uint64_t jiffy_ns)
{
	return jiffies > 0 ? (int64_t)((uint64_t)jiffies * jiffy_ns / NS_PER_CLOCK_TICK) : 0;
}

static int on_tcp(void *context, const char *record)
{
	const struct tcp_row_handler *handler = context;
	struct wire_tcp_row wire;
	struct inet_row row;

	memcpy(&wire, record, sizeof(wire));
	row = (struct inet_row){
		.local.port = wire.lport,
		.remote.port = wire.rport,
		.protocol = INET_PROTOCOL_TCP,
		.is_v6 = wire.is_v6,
		.state = wire.state,
		.timer = wire.timer,
		.rx_queue = wire.rx_queue,
		.tx_queue = wire.tx_queue,
		.uid = (int32_t)wire.uid,
		.probes = (int32_t)wire.probes,
		.expires = clock_ticks(wire.ticks, handler->jiffy_ns),
		.retransmits = wire.retransmits,
		.inode = wire.inode,
	};
	memcpy(row.local.addr, wire.laddr, sizeof(wire.laddr));
	memcpy(row.remote.addr, wire.raddr, sizeof(wire.raddr));
	return handler->handle(handler->context, &row);
}

int socket_iterators_tcp(struct socket_iterators *iterators,
			 int (*handle)(void *context, const struct inet_row *row), void *context)
{
	struct tcp_row_handler handler = {handle, context, iterators->jiffy_ns};

	return read_records(iterators->bpf->links.tcp_rows_fd, sizeof(struct wire_tcp_row), on_tcp,
			    &handler);
}

struct file_handler {
	int (*handle)(void *context, int32_t pid, uint64_t inode);
	void *context;
};

static int on_file(void *context, const char *record)
{
	const struct file_handler *handler = context;
	struct wire_socket_file wire;

	memcpy(&wire, record, sizeof(wire));
	return handler->handle(handler->context, (int32_t)wire.pid, wire.inode);
}

int socket_iterators_files(struct socket_iterators *iterators,
			   int (*handle)(void *context, int32_t pid, uint64_t inode), void *context)
{
	struct file_handler handler = {handle, context};

	return read_records(iterators->bpf->links.socket_files_fd, sizeof(struct wire_socket_file),
			    on_file, &handler);
}
