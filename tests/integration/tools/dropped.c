/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Gives its privileges up as netstate does, then tries what it must not be able to do any more. */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "privilege/drop.h"

static void say_result(const char *what, long result)
{
	printf("%s %s\n", what, result < 0 ? strerrorname_np(errno) : "done");
}

int main(int argc, char **argv)
{
	union bpf_attr attributes = {.map_type = BPF_MAP_TYPE_ARRAY};
	char *words[] = {"true", NULL};
	unsigned int dropped;
	int own = open("/proc/self/ns/net", O_RDONLY);

	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	printf("before\n");		    /* stdio asks what stdout is while it may */
	dropped = privilege_drop(argc > 1); /* an operand: as on a terminal */
	printf("dropped %u\n", dropped);
	say_result("open", open("/etc/passwd", O_RDONLY));
	say_result("create", open("/tmp/netstate-dropped", O_CREAT | O_WRONLY, 0600));
	say_result("socket", socket(AF_INET, SOCK_STREAM, 0));
	say_result("execve", execve("/bin/true", words, NULL));
	say_result("setns", setns(own, CLONE_NEWNET));
	say_result("unshare", unshare(CLONE_NEWUSER));
	say_result("bpf", syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof(attributes)));
	say_result("ptrace", ptrace(PTRACE_ATTACH, getppid(), 0, 0));
	say_result("kill", syscall(SYS_kill, getppid(), 0));
	say_result("stop", syscall(SYS_kill, getppid(), SIGTSTP));
	say_result("type", ioctl(STDIN_FILENO, TIOCSTI, "x"));
	say_result("setuid", setuid(0));
	say_result("code", mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
				0) == MAP_FAILED
				   ? -1
				   : 0);
	say_result("read", read(own, words, 0) < 0 && errno == EPERM ? -1 : 0);
	return 0;
}
