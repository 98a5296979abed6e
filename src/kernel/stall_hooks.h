/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel's side of `netstate stalls`: hooks that report what happens to connects in SYN_SENT. The
 * cheap ones are attached from the start, those on the packet path only while armed. Records are
 * those of wire_stall.h. Nothing here prints; nothing stays in the kernel after stall_hooks_free().
 */
#ifndef KERNEL_STALL_HOOKS_H
#define KERNEL_STALL_HOOKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netstate/stall.h"
#include "netstate/wire_stall.h"

struct stall_hooks; /* opaque */

/* One sentence each, without "netstate:" and full stop. */
#define STALL_HOOKS_WARNINGS_MAX 8
struct stall_hooks_report {
	char error[320];
	char warnings[STALL_HOOKS_WARNINGS_MAX][200];
	unsigned int warning_count;
};

int stall_hooks_new(struct stall_hooks_report *ret_report, struct stall_hooks **ret_hooks);
void stall_hooks_free(struct stall_hooks *hooks);

/* NULL: no hooks, which sense nothing. */
const struct stall_senses *stall_hooks_senses(const struct stall_hooks *hooks);

/* Another process attaches and detaches the hooks on the packet path, and said what they sense. */
void stall_hooks_told_senses(struct stall_hooks *hooks, const struct stall_senses *senses);

/* The running kernel's names without prefix; NULL where it has none for this number. `hooks`:
 * struct stall_hooks. */
const char *stall_hooks_drop_reason(const void *hooks, uint32_t number);
const char *stall_hooks_reset_reason(const void *hooks, uint32_t number);

/* Readable when records wait. */
int stall_hooks_fd(const struct stall_hooks *hooks);

typedef void (*stall_record_fn)(void *context, const void *record, size_t size);

int stall_hooks_drain(struct stall_hooks *hooks, stall_record_fn handle, void *context);
uint64_t stall_hooks_lost(const struct stall_hooks *hooks);
/* At most so many packets, SYNs, resets and errors passed unseen, see skips.h. `hooks` may be NULL. */
uint64_t stall_hooks_skipped(const struct stall_hooks *hooks);

/* Attaches or detaches the hooks on the packet path. Where one is refused, the senses say so from
 * then on. */
int stall_hooks_arm(struct stall_hooks *hooks, bool armed);

/* IPv6 is used towards other machines: ICMPv6 errors are seen, where that costs something
 * otherwise. Cheap to repeat. */
int stall_hooks_use_ipv6(struct stall_hooks *hooks, bool used);

/* Follows the handshake packets of this connect, known from stall_hooks_inspect() or a dump. */
int stall_hooks_watch(struct stall_hooks *hooks, const struct wire_stall_sock *sock);
void stall_hooks_unwatch(struct stall_hooks *hooks, uint32_t isn);

/* The socket at this address, as it stands. -ENOENT: it is another one by now, or gone. */
int stall_hooks_inspect(struct stall_hooks *hooks, uint64_t sock, uint64_t cookie,
			struct wire_stall_sock *ret_sock);

/*
 * Sockets of the calling thread's network namespace in these states (bits 1 << enum tcp_state), as
 * LISTENER, REQUEST, SOCK and, where `remote` is not NULL, HOLDER records with that remote end.
 * -ENOTSUP where `hooks` is NULL: no BPF.
 */
int stall_hooks_dump(struct stall_hooks *hooks, uint32_t states, const struct endpoint *remote,
		     stall_record_fn handle, void *context);

#endif
