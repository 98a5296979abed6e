/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel's TCP hash tables -> a row for every socket of every network namespace. Nothing here
 * is attached: the loader runs the programs itself (BPF_PROG_TEST_RUN), a short time at once,
 * because preemption is off meanwhile.
 *
 * The tables are read as the kernel's own look-ups read them: under RCU, without a lock. A chain
 * that changes is noticed and read again: by its end's number (a socket left this chain for another
 * one), by a new first node, by a socket that is no more, or not yet, alive.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>

#include "holders.bpf.h"
#include "walk_row.bpf.h"
#include "walk_bound.bpf.h"
#include "walk_chains.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
