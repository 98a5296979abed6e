/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Classic tracepoints by name. */
#include "kernel/tracefs.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/number.h"
#include "kernel/detached_mount.h"

int tracefs_open(void)
{
	static const char *const places[] = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};

	struct stat info;

	/* not access(2), which leaves out the capabilities of who is not root */
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		int fd = open(places[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		if (fd >= 0 && !fstatat(fd, "events", &info, 0))
			return fd;
		if (fd >= 0)
			close(fd);
	}
	return detached_mount("tracefs");
}

/* Number of "group/name" for perf_event_open, or -errno: -ENOENT where the kernel has no such
 * tracepoint. */
static int event_id(int tracefs_fd, const char *event)
{
	char path[128], text[24];
	uint64_t id;
	ssize_t size;
	int err;

	snprintf(path, sizeof(path), "events/%s/id", event);
	_cleanup_(cleanup_close) int fd = openat(tracefs_fd, path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	size = read(fd, text, sizeof(text) - 1);
	if (size < 0)
		return -errno;
	while (size > 0 && text[size - 1] == '\n')
		size--;
	text[size] = '\0';
	err = number_parse(text, INT_MAX, &id);
	return err ? err : (int)id;
}

/* One perf event, on CPU 0, switches a tracepoint's programs on for all CPUs
 * (kernel/trace/trace_event_perf.c). */
int tracefs_attach(const struct bpf_program *program, int tracefs_fd, const char *event,
		   struct bpf_link **ret_link)
{
	struct perf_event_attr attr = {.type = PERF_TYPE_TRACEPOINT, .size = sizeof(attr)};
	int id = event_id(tracefs_fd, event), fd, err;
	struct bpf_link *link;

	if (id < 0)
		return id;
	attr.config = (unsigned int)id;
	fd = (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		return -errno;
	link = bpf_program__attach_perf_event(program, fd);
	if (!link) {
		err = -errno;
		close(fd);
		return err;
	}
	*ret_link = link; /* it owns and closes the descriptor */
	return 0;
}
