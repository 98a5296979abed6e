/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* BPF iterator -> rows of sockets with their details. */
#include "kernel/socket_details.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "details.skel.h"
#include "kernel/detail_row.h"
#include "kernel/features.h"
#include "kernel/libbpf_log.h"
#include "netstate/tcp_state.h"
#include "netstate/wire_detail.h"

#define READ_SIZE (256u << 10) /* the kernel gives at most 32 KiB a read */
#define AGAIN_MAX 10000	       /* reads that only passed over a million other objects each */

struct socket_details {
	struct details_bpf *bpf;
	struct bpf_link *link;
	uint64_t tick_ns;
	char *buffer;
};

/* sock_read.bpf.h comes with the tracer's maps; this program remembers nothing. */
static void leave_maps_out(struct bpf_object *object)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object)
	{
		if (!bpf_map__is_internal(map))
			bpf_map__set_autocreate(map, false);
	}
}

static int load(struct socket_details *details)
{
	struct features features;
	int err = features_of_kernel(&features);

	if (err)
		return err;
	details->bpf = details_bpf__open();
	if (!details->bpf)
		return -errno;
	details->bpf->rodata->has_socket_cookie = features.socket_cookie;
	details->bpf->rodata->has_rdonly_cast = features.rdonly_cast;
	leave_maps_out(details->bpf->obj);
	return details_bpf__load(details->bpf);
}

int socket_details_new(struct socket_details **ret_details)
{
	struct socket_details *details = calloc(1, sizeof(*details));
	struct timespec tick;
	int err;

	if (!details)
		return -ENOMEM;
	libbpf_log_init();
	clock_getres(CLOCK_MONOTONIC_COARSE, &tick); /* a jiffy: 1/CONFIG_HZ */
	details->tick_ns = (uint64_t)tick.tv_nsec;
	details->buffer = malloc(READ_SIZE);
	err = details->buffer ? load(details) : -ENOMEM;
	if (!err) {
		details->link = bpf_program__attach_iter(details->bpf->progs.list_details, NULL);
		err = details->link ? 0 : -errno;
	}
	if (err) {
		socket_details_free(details);
		return err;
	}
	*ret_details = details;
	return 0;
}

bool socket_details_make_cookies(const struct socket_details *details)
{
	return details->bpf->rodata->has_socket_cookie;
}

void socket_details_free(struct socket_details *details)
{
	if (!details)
		return;
	bpf_link__destroy(details->link);
	details_bpf__destroy(details->bpf);
	free(details->buffer);
	free(details);
}

/* ---------------------------------------------------------------- reading */

struct reading {
	const struct socket_details *details;
	const struct socket_detail_handler *handler;
};

static int hand_out(const struct reading *reading, const char *buffer, size_t size, size_t *ret_at)
{
	struct socket_detail row;
	struct wire_detail wire;
	size_t at = 0;
	int err = 0;

	for (; !err && size - at >= sizeof(wire); at += sizeof(wire)) {
		memcpy(&wire, buffer + at, sizeof(wire));
		if (!detail_from_wire(&wire, reading->details->tick_ns, &row))
			continue;
		err = reading->handler->handle(reading->handler->context, &row);
	}
	*ret_at = at;
	return err;
}

static int read_rows(const struct reading *reading)
{
	char *buffer = reading->details->buffer;
	_cleanup_(cleanup_close) int fd = bpf_iter_create(bpf_link__fd(reading->details->link));
	unsigned int again = 0;
	size_t rest = 0, at;
	int err = 0;

	if (fd < 0)
		return -errno;
	while (!err) {
		ssize_t size = read(fd, buffer + rest, READ_SIZE - rest);

		if (!size)
			return 0;
		if (size < 0 && errno != EINTR && (errno != EAGAIN || ++again > AGAIN_MAX))
			return -errno;
		if (size < 0)
			continue;
		rest += (size_t)size;
		err = hand_out(reading, buffer, rest, &at);
		rest -= at;
		memmove(buffer, buffer + at, rest);
	}
	return err;
}

/* A namespace that went meanwhile has no rows, and was not left unread. */
static int read_space(void *context, const struct namespace *space)
{
	const struct reading *reading = context;
	int err = namespace_enter(space);

	if (err)
		return namespace_is_gone(err) ? 0 : err;
	return reading->handler->is_empty(reading->handler->context) ? 0 : read_rows(reading);
}

int socket_details_read(struct socket_details *details, const struct namespaces *spaces,
			const struct socket_detail_handler *handler)
{
	struct reading reading = {details, handler};

	return namespaces_read_each(spaces, read_space, &reading, handler->unread,
				    handler->context);
}
