/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* /proc/PID/{stat,limits,wchan,cgroup,fd} -> what a process is doing and may do. */
#include "procfs/process_facts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "procfs/scan.h"

#define TEXT_SIZE 4096

/* ---------------------------------------------------------------- parsers */

/* comm stands in parentheses and may hold any byte: what follows begins behind the last one. */
int process_stat_parse(const char *text, struct process_stat *ret_stat)
{
	const char *at = strrchr(text, ')');
	struct process_stat stat = {};
	uint64_t number;
	int32_t skipped;

	if (!at || at[1] != ' ' || !at[2])
		return -EINVAL;
	stat.state = at[2];
	at = scan_blanks(at + 3);
	if (!scan_u64(&at, &number))
		return -EINVAL;
	stat.parent = (uint32_t)number;
	for (int i = 5; i < 20; i++) { /* fields as proc(5) counts them */
		at = scan_blanks(at);
		if (!scan_i32(&at, &skipped))
			return -EINVAL;
	}
	at = scan_blanks(at);
	if (!scan_u64(&at, &number))
		return -EINVAL;
	stat.threads = (uint32_t)number;
	at = scan_blanks(at);
	if (!scan_i32(&at, &skipped)) /* itrealvalue */
		return -EINVAL;
	at = scan_blanks(at);
	if (!scan_u64(&at, &stat.start_ticks))
		return -EINVAL;
	*ret_stat = stat;
	return 0;
}

int process_nofile_parse(const char *text, uint64_t *ret_soft)
{
	static const char name[] = "Max open files";
	const char *at = strstr(text, name);

	if (!at)
		return -EINVAL;
	at = scan_blanks(at + strlen(name));
	if (!strncmp(at, "unlimited", strlen("unlimited"))) {
		*ret_soft = PROCESS_NO_LIMIT;
		return 0;
	}
	return scan_u64(&at, ret_soft) ? 0 : -EINVAL;
}

int process_uid_parse(const char *text, uint32_t *ret_uid)
{
	const char *at = strstr(text, "\nUid:");
	uint64_t uid;

	if (!at)
		return -EINVAL;
	at = scan_blanks(at + strlen("\nUid:"));
	if (!scan_u64(&at, &uid) || uid > UINT32_MAX)
		return -EINVAL;
	*ret_uid = (uint32_t)uid;
	return 0;
}

static size_t copy_path(char path[PROCESS_CGROUP_MAX], const char *from, size_t size)
{
	if (size >= PROCESS_CGROUP_MAX)
		size = PROCESS_CGROUP_MAX - 1;
	memcpy(path, from, size);
	path[size] = '\0';
	return size;
}

void process_cgroup_parse(const char *text, char path[PROCESS_CGROUP_MAX])
{
	size_t longest = 0;

	path[0] = '\0';
	while (*text) {
		size_t size = strcspn(text, "\n");
		const char *first = memchr(text, ':', size);
		const char *second =
			first ? memchr(first + 1, ':', size - (size_t)(first + 1 - text)) : NULL;

		if (second) {
			size_t length = size - (size_t)(second + 1 - text);

			if (!strncmp(text, "0::", 3) && length > 1)
				longest = PROCESS_CGROUP_MAX; /* none is better */
			if (longest == PROCESS_CGROUP_MAX || length > longest)
				length = copy_path(path, second + 1, length);
			if (longest == PROCESS_CGROUP_MAX)
				return;
			longest = length > longest ? length : longest;
		}
		text += size + (text[size] == '\n');
	}
}

bool process_cgroup_is_v1(const char *text)
{
	static const char systemd[] = ":name=systemd:/";
	const char *v1 = strstr(text, systemd);
	const char *line = strncmp(text, "0::", 3) ? strstr(text, "\n0::") : text;
	const char *v2 = line ? strchr(line, '/') : NULL;

	v1 = v1 ? v1 + strlen(systemd) : "";
	return *v1 && *v1 != '\n' && (!v2 || !v2[1] || v2[1] == '\n');
}

/* ---------------------------------------------------------------- readers */

/* Its size, or -errno. */
static ssize_t read_some(int proc, uint32_t pid, const char *name, char text[TEXT_SIZE])
{
	_cleanup_(cleanup_close) int fd = -1;
	char path[64];
	ssize_t size;

	snprintf(path, sizeof(path), "%u/%s", pid, name);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	size = read(fd, text, TEXT_SIZE - 1);
	if (size < 0)
		return -errno;
	text[size] = '\0';
	return size;
}

static int read_text(int proc, uint32_t pid, const char *name, char text[TEXT_SIZE])
{
	ssize_t size = read_some(proc, pid, name, text);

	return size < 0 ? (int)size : 0;
}

int process_read_uid(int proc, uint32_t pid, uint32_t *ret_uid)
{
	char text[TEXT_SIZE];
	int err = read_text(proc, pid, "status", text);

	return err ? err : process_uid_parse(text, ret_uid);
}

uint32_t process_living_thread(int proc, uint32_t pid)
{
	const struct dirent *entry;
	uint32_t living = pid;
	char path[32];
	DIR *folder;
	int fd;

	snprintf(path, sizeof(path), "%u/task", pid);
	fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	folder = fd < 0 ? NULL : fdopendir(fd);
	if (!folder) {
		if (fd >= 0)
			close(fd);
		return pid;
	}
	while (living == pid && (entry = readdir(folder))) {
		const char *at = entry->d_name;
		struct process_stat stat;
		uint64_t thread;

		if (scan_u64(&at, &thread) && !*at && thread <= UINT32_MAX &&
		    !process_read_stat(proc, (uint32_t)thread, &stat) && !strchr("ZX", stat.state))
			living = (uint32_t)thread;
	}
	closedir(folder);
	return living;
}

static bool is_zombie(int proc, uint32_t pid)
{
	struct process_stat stat;

	return !process_read_stat(proc, pid, &stat) && stat.state == 'Z';
}

int process_read_command(struct command_reader *reader, int proc, uint32_t pid, char *ret_text,
			 size_t room)
{
	char text[COMMAND_LINE_MAX];
	ssize_t size = command_line_read(reader, proc, pid, text, sizeof(text));

	if (!size && is_zombie(proc, pid))
		size = command_line_read(reader, proc, process_living_thread(proc, pid), text,
					 sizeof(text));
	if (size < 0)
		return (int)size;
	while (size > 0 && !text[size - 1])
		size--;
	for (ssize_t i = 0; i < size; i++)
		text[i] = text[i] ? text[i] : ' ';
	snprintf(ret_text, room, "%.*s", (int)size, text);
	return 0;
}

int process_read_stat(int proc, uint32_t pid, struct process_stat *ret_stat)
{
	char text[TEXT_SIZE];
	int err = read_text(proc, pid, "stat", text);

	return err ? err : process_stat_parse(text, ret_stat);
}

int process_read_nofile(int proc, uint32_t pid, uint64_t *ret_soft)
{
	char text[TEXT_SIZE];
	int err = read_text(proc, pid, "limits", text);

	return err ? err : process_nofile_parse(text, ret_soft);
}

int process_read_wchan(int proc, uint32_t pid, char wchan[PROCESS_WCHAN_MAX])
{
	char text[TEXT_SIZE];
	int err = read_text(proc, pid, "wchan", text);

	if (err)
		return err;
	text[strcspn(text, "\n")] = '\0';
	if (!strcmp(text, "0"))
		text[0] = '\0'; /* it runs, or this may not be known */
	snprintf(wchan, PROCESS_WCHAN_MAX, "%.*s", PROCESS_WCHAN_MAX - 1, text);
	return 0;
}

int process_read_cgroup(int proc, uint32_t pid, char path[PROCESS_CGROUP_MAX])
{
	char text[TEXT_SIZE];
	int err = read_text(proc, pid, "cgroup", text);

	if (!err)
		process_cgroup_parse(text, path);
	return err;
}

int process_read_cgroup_is_v1(int proc, uint32_t pid, bool *ret_is_v1)
{
	char text[TEXT_SIZE];
	int err = read_text(proc, pid, "cgroup", text);

	if (!err)
		*ret_is_v1 = process_cgroup_is_v1(text);
	return err;
}

int process_read_cgroup_v2(int proc, uint32_t pid, char path[PROCESS_CGROUP_MAX])
{
	char text[TEXT_SIZE];
	const char *line = text;
	int err = read_text(proc, pid, "cgroup", text);

	if (err)
		return err;
	while (line && strncmp(line, "0::", 3) != 0) {
		line = strchr(line, '\n');
		if (line)
			line++;
	}
	if (!line)
		return -ENOENT;
	copy_path(path, line + 3, strcspn(line + 3, "\n"));
	return 0;
}

/* Since 6.2 the size of the folder is their number. */
int process_count_descriptors(int proc, uint32_t pid, uint32_t *ret_count)
{
	const struct dirent *entry;
	uint32_t count = 0;
	struct stat stat;
	char path[32];
	DIR *folder;
	int fd;

	snprintf(path, sizeof(path), "%u/fd", pid);
	fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (!fstat(fd, &stat) && stat.st_size > 0) {
		close(fd);
		*ret_count = (uint32_t)stat.st_size;
		return 0;
	}
	folder = fdopendir(fd);
	if (!folder) {
		close(fd);
		return -ENOMEM;
	}
	while ((entry = readdir(folder)))
		count += entry->d_name[0] != '.';
	closedir(folder);
	*ret_count = count;
	return 0;
}
