/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel's BTF, and why there is none. */
#include "kernel/kernel_btf.h"

#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/caller.h"
#include "base/cleanup.h"
#include "base/memory_left.h"
#include "base/safe_open.h"

#define OWN_BTF "/sys/kernel/btf/vmlinux"
#define READING_TAKES (16u << 20) /* with what a program takes that uses it */
#define BTF_MAX_SIZE (64u << 20)  /* of a distribution's kernel: 5 to 10 MB */

struct btf *__real_btf__load_vmlinux_btf(void);
struct btf *__wrap_btf__load_vmlinux_btf(void);

static const char *file; /* of --btf */
static char why[256];

static int read_whole(int fd, size_t size, void **ret_bytes)
{
	char *bytes = malloc(size);
	size_t got = 0;

	if (!bytes)
		return -ENOMEM;
	while (got < size) {
		ssize_t count = read(fd, bytes + got, size - got);

		if (count <= 0) {
			free(bytes);
			return count ? -errno : -EINVAL;
		}
		got += (size_t)count;
	}
	*ret_bytes = bytes;
	return 0;
}

/* The kernel's own is behind no other user's path, and is read without /proc too. */
static int open_btf(const char *path)
{
	int fd;

	if (strcmp(path, OWN_BTF) != 0)
		return safe_open_input(path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Raw BTF, as in /sys and as `bpftool btf dump` and `pahole --btf_encode_detached` write it. */
static int load_file(const char *path, struct btf **ret_btf)
{
	_cleanup_(cleanup_close) int fd = open_btf(path);
	_cleanup_(cleanup_free) void *bytes = NULL;
	struct stat info;
	int err;

	if (fd < 0)
		return fd;
	if (fstat(fd, &info))
		return -errno;
	if (!S_ISREG(info.st_mode) || info.st_size <= 0 || info.st_size > BTF_MAX_SIZE)
		return -EINVAL;
	err = read_whole(fd, (size_t)info.st_size, &bytes);
	if (err)
		return err;
	*ret_btf = btf__new(bytes, (uint32_t)info.st_size);
	return *ret_btf ? 0 : -errno;
}

static bool is_sysfs(void)
{
	struct statfs info;

	return !statfs("/sys", &info) && info.f_type == SYSFS_MAGIC;
}

static void explain(int err)
{
	if (file)
		snprintf(why, sizeof(why), "--btf %s: %s", file,
			 err == -EINVAL ? "not a BTF file" : strerror(-err));
	else if (err == -EMFILE || err == -ENFILE)
		snprintf(
			why, sizeof(why),
			"too many open files to read the kernel's BTF (%s); allow more with `ulimit "
			"-n 1024`",
			OWN_BTF);
	else if (err == -ENOMEM)
		snprintf(why, sizeof(why),
			 "no memory to read the kernel's BTF (%s); allow more with `ulimit -v "
			 "unlimited`",
			 OWN_BTF);
	else if (!is_sysfs())
		snprintf(
			why, sizeof(why),
			"/sys is not mounted, so the kernel's BTF (%s) cannot be read; mount sysfs "
			"there or give --btf FILE",
			OWN_BTF);
	else if (err == -ENOENT)
		snprintf(why, sizeof(why),
			 "this kernel has no BTF (%s); use a kernel built with "
			 "CONFIG_DEBUG_INFO_BTF=y",
			 OWN_BTF);
	else
		snprintf(why, sizeof(why), "%s cannot be read as BTF: %s; give --btf FILE", OWN_BTF,
			 strerror(-err));
}

int kernel_btf_load(struct btf **ret_btf)
{
	int err;

	if (memory_is_short(READING_TAKES, "reading the kernel's BTF", why, sizeof(why)))
		return -ENOMEM;
	err = load_file(file ? file : OWN_BTF, ret_btf);
	why[0] = '\0';
	if (err && err != -EMFILE && err != -ENOMEM &&
	    !file) { /* a file beside the kernel's image, in one of libbpf's places */
		*ret_btf = __real_btf__load_vmlinux_btf();
		err = *ret_btf ? 0 : err;
	}
	if (err)
		explain(err);
	return err;
}

struct btf *__wrap_btf__load_vmlinux_btf(void)
{
	struct btf *btf = NULL;
	int err = kernel_btf_load(&btf);

	errno = -err;
	return btf;
}

const char *kernel_btf_why(void)
{
	return why[0] ? why : NULL;
}

/* It says where the kernel has what the programs read: a false one makes them read, and print, any memory. */
int option_store_btf(const char *path, void *ignored)
{
	struct btf *btf = NULL;
	int err = caller_is_weaker() ? -EPERM : load_file(path, &btf);

	btf__free(btf);
	file = path;
	return err;
}
