/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* /proc/PID -> the process's name as netstat shows it, its SELinux context. */
#include "procfs/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"

size_t process_name(const char *cmdline, size_t size, const char **ret_name)
{
	const char *slash;

	size = strnlen(cmdline, size);
	slash = size && cmdline[0] == '/' ? memrchr(cmdline, '/', size) : NULL;
	*ret_name = slash ? slash + 1 : cmdline;
	return size - (size_t)(*ret_name - cmdline);
}

int32_t process_id(const char *name)
{
	int64_t pid = 0;

	if (!*name)
		return -1;
	for (; *name; name++) {
		if (*name < '0' || *name > '9' || pid > INT32_MAX / 10)
			return -1;
		pid = pid * 10 + (*name - '0');
	}
	return pid > INT32_MAX ? -1 : (int32_t)pid;
}

static int read_file(int proc, int32_t pid, const char *name, char *text, size_t room)
{
	_cleanup_(cleanup_close) int fd = -1;
	char path[64];
	ssize_t size;

	snprintf(path, sizeof(path), "%d/%s", pid, name);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	size = read(fd, text, room);
	return size < 0 ? -errno : (int)size;
}

int process_read_name(struct command_reader *reader, int proc, int32_t pid,
		      char name[PROCESS_NAME_MAX])
{
	int size = (int)command_line_read(reader, proc, (uint32_t)pid, name, PROCESS_NAME_MAX);
	const char *part;
	size_t length;

	if (size == -ETIMEDOUT) {
		size = process_read_comm(proc, pid, name);
		return size ? size : (int)strlen(name);
	}
	if (size < 0)
		return size;
	length = process_name(name, (size_t)size, &part);
	memmove(name, part, length);
	return (int)length;
}

int process_read_context(int proc, int32_t pid, char context[PROCESS_CONTEXT_MAX])
{
	int size = read_file(proc, pid, "attr/current", context, PROCESS_CONTEXT_MAX);

	return size < 0 ? size : (int)strnlen(context, (size_t)size);
}

int process_read_comm(int proc, int32_t pid, char comm[PROCESS_COMM_SIZE])
{
	char text[PROCESS_COMM_SIZE];
	int size = read_file(proc, pid, "comm", text, sizeof(text) - 1);

	if (size < 0)
		return size;
	text[size] = '\0';
	text[strcspn(text, "\n")] = '\0';
	memcpy(comm, text, sizeof(text));
	return 0;
}
