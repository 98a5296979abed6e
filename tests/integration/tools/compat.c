/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Socket calls as a 32-bit program makes them (int $0x80: the table, the arguments and their width are
 * those of i386), from a 64-bit program, which needs no 32-bit libraries. Arguments: "calls" or
 * "socketcall" (the calls by number, or all by socketcall(2)), then what to do: connect PORT, accept
 * (from a client that comes to the port that it prints), bind PORT. 127.0.0.1. Prints "port N" where
 * it listens and "ret N" for each result; holds the sockets until stdin ends.
 */
#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef __x86_64__

struct memory { /* below 4 GiB */
	struct sockaddr_in address;
	uint32_t arguments[6];
};

struct call {
	int number;	/* arch/x86/entry/syscalls/syscall_32.tbl */
	int sub_number; /* of socketcall(2): include/uapi/linux/net.h */
};

static const struct call call_bind = {361, 2}, call_connect = {362, 3}, call_listen = {363, 4},
			 call_accept4 = {364, 18};

static bool by_socketcall;
static struct memory *memory;

static uint32_t low(const void *address)
{
	return (uint32_t)(uintptr_t)address;
}

static int make_call(struct call call, uint32_t first, uint32_t second, uint32_t third)
{
	int number = by_socketcall ? 102 : call.number;
	uint32_t b = by_socketcall ? (uint32_t)call.sub_number : first;
	uint32_t c = by_socketcall ? low(memory->arguments) : second;
	long ret;

	memory->arguments[0] = first;
	memory->arguments[1] = second;
	memory->arguments[2] = third;
	memory->arguments[3] = 0;
	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(number), "b"(b), "c"(c), "d"(third), "S"(0)
			 : "memory", "r8", "r9", "r10", "r11");
	return (int)ret;
}

static void set_address(uint16_t port)
{
	memory->address = (struct sockaddr_in){.sin_family = AF_INET,
					       .sin_port = htons(port),
					       .sin_addr = {htonl(INADDR_LOOPBACK)}};
}

static int listen_here(int fd)
{
	socklen_t size = sizeof(memory->address);

	set_address(0);
	if (make_call(call_bind, (uint32_t)fd, low(&memory->address), size) ||
	    make_call(call_listen, (uint32_t)fd, 8, 0) ||
	    getsockname(fd, (struct sockaddr *)&memory->address, &size))
		return -1;
	printf("port %u\n", ntohs(memory->address.sin_port));
	fflush(stdout);
	return make_call(call_accept4, (uint32_t)fd, 0, 0);
}

int main(int argc, char **argv)
{
	int ret, fd = socket(AF_INET, SOCK_STREAM, 0);
	char nothing;

	if (argc < 3)
		return 2;
	by_socketcall = !strcmp(argv[1], "socketcall");
	memory = mmap(NULL, sizeof(*memory), PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	if (memory == MAP_FAILED || fd < 0)
		return 1;
	set_address((uint16_t)(argc > 3 ? atoi(argv[3]) : 0));
	if (!strcmp(argv[2], "accept"))
		ret = listen_here(fd);
	else
		ret = make_call(!strcmp(argv[2], "bind") ? call_bind : call_connect, (uint32_t)fd,
				low(&memory->address), sizeof(memory->address));
	printf("ret %d\n", ret);
	fflush(stdout);
	while (read(STDIN_FILENO, &nothing, 1) > 0)
		;
	return 0;
}

#else

int main(void)
{
	puts("int $0x80 is x86's");
	return 77;
}

#endif
