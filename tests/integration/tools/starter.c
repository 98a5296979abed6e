/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Starts a program as its parent's child that ends with it: starter UID FOLDER PROGRAM ARGV0 [WORD]...
 * FOLDER, where it is not empty, covers the program's /proc/PID/net. A Python that forks itself to do
 * this takes six times as long.
 */
#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

static int fail(const char *what)
{
	fprintf(stderr, "starter: %s: %s\n", what, strerror(errno));
	return 125;
}

static int cover_net(const char *folder)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/net", (int)getpid());
	return mount(folder, path, NULL, MS_BIND, NULL);
}

int main(int argc, char **argv)
{
	uid_t uid;

	if (argc < 5)
		return 2;
	uid = (uid_t)strtoul(argv[1], NULL, 10);
	if (argv[2][0] && cover_net(argv[2]))
		return fail("mount");
	if (uid && (setgroups(0, NULL) || setresgid(uid, uid, uid) || setresuid(uid, uid, uid)))
		return fail("setresuid");
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0))
		return fail("prctl");
	execv(argv[3], argv + 4);
	return fail(argv[3]);
}
