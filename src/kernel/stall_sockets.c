/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which connects the stall hooks follow, and sockets as they stand. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "netstate/stall_watch.h"
#include "netstate/tcp_state.h"
#include "kernel/stall_hooks_internal.h"
#include "stalls.skel.h"

#define DUMP_CHUNK 65536
#define AGAIN_MAX 10000 /* reads that only passed over a million other sockets each */

static void ends_of(const struct stall_watch *watch, struct stall_ends *ret_ends)
{
	*ret_ends = (struct stall_ends){
		.lport = watch->lport, .rport = watch->rport, .netns = watch->netns};
	memcpy(ret_ends->laddr, watch->laddr, sizeof(watch->laddr));
	memcpy(ret_ends->raddr, watch->raddr, sizeof(watch->raddr));
}

/* Only adds evidence: where there is no room, answers that do not fit are not seen. */
static void watch_ends(struct stall_hooks *hooks, const struct stall_watch *watch, uint32_t isn)
{
	struct stall_ends ends;

	ends_of(watch, &ends);
	if (!bpf_map_update_elem(bpf_map__fd(hooks->bpf->maps.watched_ends), &ends, &isn,
				 BPF_NOEXIST))
		hooks->bpf->bss->watched_ports[watch->lport % STALL_PORT_SLOTS]++;
}

static void unwatch_ends(struct stall_hooks *hooks, const struct stall_watch *watch, uint32_t isn)
{
	int map = bpf_map__fd(hooks->bpf->maps.watched_ends);
	struct stall_ends ends;
	uint32_t found;

	ends_of(watch, &ends);
	if (!bpf_map_lookup_elem(map, &ends, &found) && found == isn &&
	    !bpf_map_delete_elem(map, &ends))
		hooks->bpf->bss->watched_ports[watch->lport % STALL_PORT_SLOTS]--;
}

/* The memory of an sk_buff may be another connect's by the time that this one's end is reported. */
static void watch_skbs(struct stall_hooks *hooks, const struct stall_watch *watch, uint32_t isn)
{
	int map = bpf_map__fd(hooks->bpf->maps.watched_skbs);

	for (size_t i = 0; i < ARRAY_SIZE(watch->syn_skb); i++) {
		if (watch->syn_skb[i])
			bpf_map_update_elem(map, &watch->syn_skb[i], &isn, BPF_ANY);
	}
}

static void unwatch_skbs(struct stall_hooks *hooks, const struct stall_watch *watch, uint32_t isn)
{
	int map = bpf_map__fd(hooks->bpf->maps.watched_skbs);

	for (size_t i = 0; i < ARRAY_SIZE(watch->syn_skb); i++) {
		uint32_t found;

		if (watch->syn_skb[i] && !bpf_map_lookup_elem(map, &watch->syn_skb[i], &found) &&
		    found == isn)
			bpf_map_delete_elem(map, &watch->syn_skb[i]);
	}
}

/* This very connect: an answer about it was lost, or it hangs again. */
static bool is_watched(struct stall_hooks *hooks, const struct stall_watch *watch, uint32_t isn)
{
	struct stall_watch found;

	return !bpf_map_lookup_elem(bpf_map__fd(hooks->bpf->maps.watched), &isn, &found) &&
	       found.sock == watch->sock && found.cookie == watch->cookie;
}

int stall_hooks_watch(struct stall_hooks *hooks, const struct wire_stall_sock *sock)
{
	struct stall_watch watch = {.sock = sock->sock,
				    .cookie = sock->cookie,
				    .lport = sock->lport,
				    .rport = sock->rport,
				    .netns = sock->netns};
	uint32_t isn = sock->isn;

	memcpy(watch.laddr, sock->laddr, sizeof(watch.laddr));
	memcpy(watch.raddr, sock->raddr, sizeof(watch.raddr));
	memcpy(watch.syn_skb, sock->syn_skb, sizeof(watch.syn_skb));
	if (is_watched(hooks, &watch, isn))
		return 0;
	if (bpf_map_update_elem(bpf_map__fd(hooks->bpf->maps.watched), &isn, &watch, BPF_NOEXIST))
		return -errno;
	watch_ends(hooks, &watch, isn);
	watch_skbs(hooks, &watch, isn);
	hooks->bpf->bss->watching++;
	return 0;
}

void stall_hooks_unwatch(struct stall_hooks *hooks, uint32_t isn)
{
	int map = bpf_map__fd(hooks->bpf->maps.watched);
	struct stall_watch watch;

	if (bpf_map_lookup_elem(map, &isn, &watch) || bpf_map_delete_elem(map, &isn))
		return;
	unwatch_ends(hooks, &watch, isn);
	unwatch_skbs(hooks, &watch, isn);
	if (hooks->bpf->bss->watching)
		hooks->bpf->bss->watching--;
}

int stall_hooks_inspect(struct stall_hooks *hooks, uint64_t sock, uint64_t cookie,
			struct wire_stall_sock *ret_sock)
{
	uint64_t arguments[2] = {sock, cookie};
	LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = arguments,
		    .ctx_size_in = sizeof(arguments));

	if (bpf_prog_test_run_opts(bpf_program__fd(hooks->bpf->progs.inspect), &options))
		return -errno;
	if (hooks->bpf->bss->inspected.head.kind != WIRE_KIND_STALL_SOCK)
		return -ENOENT;
	*ret_sock = hooks->bpf->bss->inspected;
	return 0;
}

/* Hands out the whole records and moves the rest to the front. Returns the size of the rest. */
static size_t hand_out(char *chunk, size_t have, stall_record_fn handle, void *context)
{
	struct wire_head head;
	size_t at = 0;

	while (have - at >= sizeof(head)) {
		memcpy(&head, chunk + at, sizeof(head));
		if (head.size < sizeof(head) || head.size > have - at)
			break;
		handle(context, chunk + at, head.size);
		at += head.size;
	}
	memmove(chunk, chunk + at, have - at);
	return have - at;
}

/* EAGAIN: behind the last listener (DUMP_STOP), or a million sockets passed without one to give. */
static int read_dump(int fd, bool listeners_only, stall_record_fn handle, void *context)
{
	_cleanup_(cleanup_free) char *chunk = malloc(DUMP_CHUNK);
	unsigned int again = 0;
	size_t have = 0;

	if (!chunk)
		return -ENOMEM;
	for (;;) {
		ssize_t got = read(fd, chunk + have, DUMP_CHUNK - have);
		int err = errno;

		if (got > 0)
			have = hand_out(chunk, have + (size_t)got, handle, context);
		else if (!got || (err == EAGAIN && listeners_only))
			return 0;
		else if (err != EINTR && (err != EAGAIN || ++again > AGAIN_MAX))
			return -err;
	}
}

int stall_hooks_dump(struct stall_hooks *hooks, uint32_t states, const struct endpoint *remote,
		     stall_record_fn handle, void *context)
{
	struct bpf_link *link;
	int fd, err;

	if (!hooks)
		return -ENOTSUP;
	hooks->bpf->bss->dump_states = states;
	hooks->bpf->bss->dump_rport = remote ? remote->port : 0;
	if (remote)
		memcpy(hooks->bpf->bss->dump_raddr, remote->addr, sizeof(remote->addr));
	link = bpf_program__attach_iter(hooks->bpf->progs.dump, NULL);
	if (!link)
		return -errno;
	fd = bpf_iter_create(bpf_link__fd(link));
	err = fd < 0 ? -errno : read_dump(fd, states == 1u << TCP_STATE_LISTEN, handle, context);
	if (fd >= 0)
		close(fd);
	bpf_link__destroy(link);
	return err;
}
