/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Connections that end in every way: closes SECONDS RATE NETNS_PATH... For each namespace and each
 * of IPv4 and IPv6 a process makes about RATE connections a second (0: as fast as it goes) on
 * loopback. Prints "done COUNT" and keeps what it left open until stdin ends.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#define LISTENERS 8
#define KEEP_MAX 300 /* pairs left open, of each kind that leaves some */
#define FIRST_PORT 7000

struct load {
	int family;
	int listeners[LISTENERS];
	unsigned int made, kept[2], next_self;
};

struct pair {
	int client, server;
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static socklen_t address_of(const struct load *load, unsigned int number, uint16_t port,
			    struct sockaddr_storage *ret_address)
{
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret_address;
	struct sockaddr_in *v4 = (struct sockaddr_in *)ret_address;

	memset(ret_address, 0, sizeof(*ret_address));
	if (load->family == AF_INET6) {
		*v6 = (struct sockaddr_in6){.sin6_family = AF_INET6,
					    .sin6_port = htons(port),
					    .sin6_addr = IN6ADDR_LOOPBACK_INIT};
		return sizeof(*v6);
	}
	*v4 = (struct sockaddr_in){.sin_family = AF_INET,
				   .sin_port = htons(port),
				   .sin_addr.s_addr = htonl(0x7f000001 + (number % 100 << 8))};
	return sizeof(*v4);
}

static int make_listener(const struct load *load, uint16_t port)
{
	int fd = socket(load->family, SOCK_STREAM, 0), on = 1;
	struct sockaddr_storage address;
	socklen_t size = address_of(load, 0, port, &address);

	if (load->family == AF_INET)
		((struct sockaddr_in *)&address)->sin_addr.s_addr = 0;
	else
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) || listen(fd, 512))
		die("listen");
	return fd;
}

static int connect_to(const struct load *load, unsigned int number, uint16_t port)
{
	int fd = socket(load->family, SOCK_STREAM, 0);
	struct sockaddr_storage address;
	socklen_t size = address_of(load, number, port, &address);

	if (fd < 0)
		die("socket");
	if (connect(fd, (struct sockaddr *)&address, size)) {
		close(fd);
		return -1;
	}
	return fd;
}

static void reset(int fd)
{
	struct linger now = {.l_onoff = 1};

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
}

static void client_first(struct load *load, struct pair pair)
{
	close(pair.client);
	close(pair.server);
}

static void server_first(struct load *load, struct pair pair)
{
	close(pair.server);
	close(pair.client);
}

static void client_resets(struct load *load, struct pair pair)
{
	reset(pair.client);
	close(pair.server);
}

static void server_resets(struct load *load, struct pair pair)
{
	reset(pair.server);
	close(pair.client);
}

static void half_close(struct load *load, struct pair pair)
{
	char byte = 0;

	shutdown(pair.client, SHUT_WR);
	send(pair.server, &byte, 1, MSG_NOSIGNAL);
	close(pair.server);
	recv(pair.client, &byte, 1, 0);
	close(pair.client);
}

static void unread_data(struct load *load, struct pair pair)
{
	char bytes[100] = {0};

	send(pair.client, bytes, sizeof(bytes), MSG_NOSIGNAL);
	close(pair.server);
	close(pair.client);
}

static void stay_open(struct load *load, struct pair pair)
{
	if (load->kept[0]++ >= KEEP_MAX)
		client_first(load, pair);
}

/* An orphan in FIN_WAIT2 on one side, CLOSE_WAIT on the other. */
static void stay_half_closed(struct load *load, struct pair pair)
{
	close(pair.client);
	if (load->kept[1]++ >= KEEP_MAX)
		close(pair.server);
}

static void reset_half_closed(struct load *load, struct pair pair)
{
	shutdown(pair.client, SHUT_WR);
	reset(pair.server);
	close(pair.client);
}

static void (*const ends[])(struct load *load, struct pair pair) = {
	client_first, server_first, client_resets, server_resets,    half_close,
	unread_data,  stay_open,    client_first,  stay_half_closed, reset_half_closed,
};

/* A socket that connects to itself closes simultaneously. */
static void self_connect(struct load *load)
{
	uint16_t port = (uint16_t)(20000 + load->next_self++ % 5000);
	int fd = socket(load->family, SOCK_STREAM, 0), on = 1;
	struct sockaddr_storage address;
	socklen_t size = address_of(load, load->next_self, port, &address);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (!bind(fd, (struct sockaddr *)&address, size))
		connect(fd, (struct sockaddr *)&address, size);
	close(fd);
}

/* A listener that closes with connections in its queue. */
static void abandon_queue(struct load *load)
{
	uint16_t port = (uint16_t)(FIRST_PORT + 100 + load->made % 50);
	int listener = make_listener(load, port);
	int clients[2] = {connect_to(load, 0, port), connect_to(load, 1, port)};

	close(listener);
	for (int i = 0; i < 2; i++) {
		if (clients[i] >= 0)
			close(clients[i]);
	}
}

static void refused_twice(struct load *load)
{
	int fd = socket(load->family, SOCK_STREAM, 0);
	struct sockaddr_storage address;
	socklen_t size = address_of(load, 0, 9, &address);

	connect(fd, (struct sockaddr *)&address, size);
	connect(fd, (struct sockaddr *)&address, size);
	close(fd);
}

static void make_one(struct load *load)
{
	unsigned int number = load->made++, listener = number / 64 % LISTENERS;
	struct pair pair;

	if (number % 50 == 7)
		self_connect(load);
	if (number % 50 == 17)
		refused_twice(load);
	if (number % 100 == 27)
		abandon_queue(load);
	pair.client = connect_to(load, number, (uint16_t)(FIRST_PORT + listener));
	if (pair.client < 0)
		return;
	pair.server = accept(load->listeners[listener], NULL, NULL);
	if (pair.server < 0)
		die("accept");
	ends[number % (sizeof(ends) / sizeof(ends[0]))](load, pair);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void enter(const char *path)
{
	int fd = open(path, O_RDONLY);

	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die(path);
	close(fd);
}

static int run(const char *path, int family, double seconds, double rate, int result)
{
	struct load load = {.family = family};
	double begin;
	char end;

	enter(path);
	for (int i = 0; i < LISTENERS; i++)
		load.listeners[i] = make_listener(&load, (uint16_t)(FIRST_PORT + i));
	begin = now();
	while (now() - begin < seconds) {
		if (rate > 0 && load.made > (now() - begin) * rate)
			usleep(500);
		else
			make_one(&load);
	}
	if (write(result, &load.made, sizeof(load.made)) != sizeof(load.made))
		die("result");
	while (read(STDIN_FILENO, &end, 1) > 0)
		;
	return 0;
}

int main(int argc, char **argv)
{
	struct rlimit files = {8192, 8192};
	unsigned int total = 0, made;
	int result[2], loads = 0;

	if (argc < 4 || pipe(result))
		return 2;
	setrlimit(RLIMIT_NOFILE, &files);
	for (int i = 3; i < argc; i++) {
		for (int v6 = 0; v6 < 2; v6++, loads++) {
			if (fork())
				continue;
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			return run(argv[i], v6 ? AF_INET6 : AF_INET, atof(argv[1]), atof(argv[2]),
				   result[1]);
		}
	}
	for (; loads; loads--) {
		if (read(result[0], &made, sizeof(made)) != sizeof(made))
			return 1;
		total += made;
	}
	printf("done %u\n", total);
	fflush(stdout);
	while (wait(NULL) > 0)
		;
	return 0;
}
