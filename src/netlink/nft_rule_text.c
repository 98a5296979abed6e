/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* libnftables' listing of a chain -> the text of one rule. */
#include "netlink/nft_rule_text.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "netstate/nft_family.h"

#define LIBRARY "libnftables.so.1"
#define LISTING_MS 1000 /* a chain of 100,000 rules takes longer */
#define NS_PER_MS 1000000u
#define COMMAND_SIZE 640
#define RULE_INDENT "\t\t" /* tables have no indentation in a listing, chains have one tab */

/* libnftables(3) */
#define OUTPUT_STATELESS (1u << 2)
#define OUTPUT_HANDLE (1u << 3)
#define OUTPUT_TERSE (1u << 11)

struct nft_ctx;

struct library {
	struct nft_ctx *(*ctx_new)(uint32_t flags);
	int (*buffer_output)(struct nft_ctx *ctx);
	int (*buffer_error)(struct nft_ctx *ctx);
	void (*set_flags)(struct nft_ctx *ctx, unsigned int flags);
	int (*run)(struct nft_ctx *ctx, const char *command);
	const char *(*output)(struct nft_ctx *ctx);
};

/* The library stays loaded until the end. NULL: it cannot be. */
static const struct library *load(void)
{
	static struct library library;
	static bool tried, complete = true;
	const struct {
		const char *name;
		void **to;
	} symbols[] = {
		{"nft_ctx_new", (void **)&library.ctx_new},
		{"nft_ctx_buffer_output", (void **)&library.buffer_output},
		{"nft_ctx_buffer_error", (void **)&library.buffer_error},
		{"nft_ctx_output_set_flags", (void **)&library.set_flags},
		{"nft_run_cmd_from_buffer", (void **)&library.run},
		{"nft_ctx_get_output_buffer", (void **)&library.output},
	};
	void *handle;

	if (!tried) {
		tried = true;
		handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
		for (size_t i = 0; i < ARRAY_SIZE(symbols); i++) {
			*symbols[i].to = handle ? dlsym(handle, symbols[i].name) : NULL;
			complete &= *symbols[i].to != NULL;
		}
	}
	return complete ? &library : NULL;
}

bool nft_rule_text_available(void)
{
	return load();
}

/* Names are anybody's who is root in that namespace, and become part of a command. */
static bool is_plain(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
	static const char rest[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789.-";

	return name[0] && strchr(letters, name[0]) && !name[strspn(name, rest)];
}

bool nft_rule_text_find(const char *listing, uint64_t handle, char *ret_text, size_t size)
{
	char mark[40];
	size_t mark_size = (size_t)snprintf(mark, sizeof(mark), " # handle %" PRIu64, handle);

	for (const char *line = listing, *end; *line; line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		if (strncmp(line, RULE_INDENT, strlen(RULE_INDENT)) ||
		    (size_t)(end - line) <= mark_size || strncmp(end - mark_size, mark, mark_size))
			continue;
		line += strspn(line, "\t");
		snprintf(ret_text, size, "%.*s", (int)(end - mark_size - line), line);
		return true;
	}
	return false;
}

/* ---------------------------------------------------------------- a process of its own */

/* The library ends the process where it cannot get on, and its answer may be late. */
static void list_in_child(const struct library *library, const struct nft_rule_name *rule, int fd)
{
	char command[COMMAND_SIZE], text[PIPE_BUF];
	struct nft_ctx *ctx;

	signal(SIGPIPE, SIG_DFL);
	snprintf(command, sizeof(command), "list chain %s %s %s", nft_family_name(rule->family),
		 rule->table, rule->chain);
	ctx = library->ctx_new(0);
	if (!ctx || library->buffer_output(ctx) || library->buffer_error(ctx))
		_exit(1);
	library->set_flags(ctx, OUTPUT_HANDLE | OUTPUT_TERSE | OUTPUT_STATELESS);
	if (library->run(ctx, command) ||
	    !nft_rule_text_find(library->output(ctx), rule->handle, text, sizeof(text)) ||
	    write(fd, text, strlen(text)) < 0)
		_exit(1);
	_exit(0);
}

static int read_in_time(int fd, char *text, size_t size)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	uint64_t end = clock_monotonic_ns() + (uint64_t)LISTING_MS * NS_PER_MS;
	int ready;
	ssize_t got;

	do {
		uint64_t now = clock_monotonic_ns();

		ready = poll(&wait, 1, now < end ? (int)((end - now) / NS_PER_MS) + 1 : 0);
	} while (ready < 0 && errno == EINTR);
	if (ready <= 0)
		return ready ? -errno : -ETIME;
	got = read(fd, text, size - 1); /* at most PIPE_BUF bytes come at once */
	if (got <= 0)
		return got ? -errno : -ENOENT;
	text[got] = '\0';
	return 0;
}

int nft_rule_text(const struct nft_rule_name *rule, char *ret_text, size_t size)
{
	const struct library *library = load();
	int ends[2], err;
	pid_t child;

	if (!library)
		return -ENOSYS;
	if (!nft_family_name(rule->family) || !is_plain(rule->table) || !is_plain(rule->chain))
		return -EINVAL;
	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	child = fork();
	if (!child)
		list_in_child(library, rule, ends[1]);
	close(ends[1]);
	err = child < 0 ? -EAGAIN : read_in_time(ends[0], ret_text, size);
	close(ends[0]);
	if (child > 0) {
		kill(child, SIGKILL);
		while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
			;
	}
	return err;
}
