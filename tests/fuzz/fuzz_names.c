/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Any bytes as the answers of NSS: services, protocols, users, networks, hosts. The functions of the C library
 * that ask it are this file's. Whatever they say, no name steers a terminal.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <pwd.h>

#include "base/safe.h"
#include "fuzz/fuzz.h"
#include "names/names.h"
#include "names/numbers.h"

static char answer[4096];
static int left;

/* One entry for each of three protocols, then the end. */
struct servent *getservent(void)
{
	static const char *const protocols[] = {"tcp", "udp", "raw"};
	static struct servent entry;

	if (--left < 0)
		return NULL;
	entry = (struct servent){.s_name = answer,
				 .s_port = htons((uint16_t)(7 + left / 3)),
				 .s_proto = (char *)protocols[left % 3]};
	return &entry;
}

struct servent *getservbyname(const char *name, const char *protocol)
{
	static struct servent entry = {.s_port = 7};

	return strcmp(name, answer) ? NULL : &entry;
}

struct protoent *getprotoent(void)
{
	static struct protoent entry;

	if (--left < -3)
		return NULL;
	entry = (struct protoent){.p_name = answer, .p_proto = left};
	return &entry;
}

struct netent *getnetbyaddr(uint32_t net, int type)
{
	static struct netent entry = {.n_name = answer};

	return net & 1 ? NULL : &entry;
}

struct passwd *getpwuid(uid_t uid)
{
	static struct passwd entry = {.pw_name = answer};

	return uid & 1 ? NULL : &entry;
}

struct passwd *getpwnam(const char *name)
{
	static struct passwd entry = {.pw_uid = 3};

	return strcmp(name, answer) ? NULL : &entry;
}

int gethostbyaddr_r(const void *addr, socklen_t size, int type, struct hostent *ret_host,
		    char *buffer, size_t buffer_size, struct hostent **ret_found, int *ret_error)
{
	if (strlen(answer) + 1 > buffer_size)
		return ERANGE;
	memcpy(buffer, answer, strlen(answer) + 1);
	*ret_host = (struct hostent){.h_name = buffer};
	*ret_found = ret_host;
	return 0;
}

int getnameinfo(const struct sockaddr *address, socklen_t size, char *host, socklen_t host_size,
		char *service, socklen_t service_size, int flags)
{
	if (strlen(answer) + 1 > host_size)
		return EAI_OVERFLOW;
	memcpy(host, answer, strlen(answer) + 1);
	return 0;
}

static void check(const char *name, size_t longest)
{
	size_t size = name ? strlen(name) : 0;

	FUZZ_CHECK(size <= longest);
	for (size_t i = 0, length; i < size; i += length) {
		length = safe_sequence(name + i, size - i);
		FUZZ_CHECK(length || name[i] == '\n');
		length = length ? length : 1;
	}
}

static void ask(struct names *names)
{
	static const uint8_t addr[16] = {10, 0, 0, 1};

	for (uint16_t port = 6; port < 10; port++) {
		for (unsigned int protocol = 0; protocol < NAMES_PROTOCOLS; protocol++)
			check(names_service(names, protocol, port), 63);
		check(names_user(names, port), sizeof(answer));
	}
	check(names_network4(names, addr), sizeof(answer));
	names_want_host4(names, addr);
	names_want_host6(names, addr);
	check(names_host4(names, addr), sizeof(answer));
	check(names_host6(names, addr), sizeof(answer));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct names *names;
	uint32_t uid;
	uint16_t port;

	left = fuzz_choice(&data, &size) % 16;
	if (!size || size >= sizeof(answer) || names_new(&names))
		return 0;
	memcpy(answer, data, size);
	answer[size] = '\0';
	names_set_limits(names, 1, 50, 100);
	names_make_safe(names);
	ask(names);
	names_free(names);
	(void)number_of_service(answer, &port);
	(void)number_of_user(answer, &uid);
	return 0;
}
