/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the kernel side remembers and counts. */
#ifndef BPF_MAPS_BPF_H
#define BPF_MAPS_BPF_H

#include "netstate/counters.h"
#include "netstate/sock_memory.h"
#include "netstate/wire.h"

/*
 * By the address of the struct sock: the only name that accept's exit has for a socket. An entry is
 * not deleted at -> CLOSE but left for the next socket at that address, as the kernel's own slab
 * does; the reader sweeps out what nobody has taken over (src/kernel/sweep.c). Against socket
 * storage, which allocates and frees twice a socket, this saves 1 us a connection. Where the kernel
 * can allocate in any context the loader lets the map grow, to more sockets (SOCKETS_MAX); else
 * these entries are about 8 MiB in advance.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, __u64);
	__type(value, struct sock_memory);
} netstate_sock_hash SEC(".maps");

/* Where the hash is full, and for listeners that the next map cannot distinguish: a child starts with
 * a copy of theirs. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
	__type(key, int);
	__type(value, struct sock_memory);
} netstate_sock_storage SEC(".maps");

/* Owners of listeners, found by a child's end of the connection. */
struct listener_key {
	__u8 laddr[16];
	__u32 netns;
	__u16 lport;
	__u16 family;
};

struct listener {
	struct sock_memory
		memory; /* the first: the verifier wants no sum of a pointer that may be NULL */
	__u64 sock;	/* address of its struct sock: whose entry this is */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, struct listener_key);
	__type(value, struct listener);
} netstate_listeners SEC(".maps");

/* A connect call as it was entered. */
struct connect_call {
	__u64 start_ns;
	const void *address; /* in the process; NULL: it was read into what follows */
	__s32 fd;
	__u16 family; /* 0: the address could not be read, or not yet */
	__u16 rport;
	__u8 raddr[16];
	__u32 by_socket;      /* 1: family, rport and raddr are the socket's own */
	__u32 by_transitions; /* 1: a 32-bit call that the socket's transitions report */
	__s32 length;	      /* of the address in the process */
	__s32 padding;
};

/* From entry to exit, with the thread; a hash by thread where tracepoint programs have no task
 * storage. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct connect_call);
} netstate_connect_tasks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, struct connect_call);
} netstate_connect_calls SEC(".maps");

/* io_uring's connects and accepts from submission on. {request's address, 0}, and {ring, user_data}
 * for multishot accept; of an accept `fd` is struct io_accept.file_slot. {socket's address, URING_PEER}: the
 * peer of a connect at SYN_SENT, which a failure takes away from the socket. */
#define URING_PEER (~0ULL)

struct uring_key {
	__u64 first;
	__u64 second;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct uring_key);
	__type(value, struct connect_call);
} netstate_uring_calls SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, COUNTERS_SETS);
	__type(key, __u32);
	__type(value, struct counters);
} netstate_counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 23); /* the loader sets it */
} netstate_ring SEC(".maps");

/* Read by the reader without a system call. lost_records counts all records that found no room, all
 * CPUs together. */
__u64 lost_records;
/* 1: nobody looks until a record wakes the reader. Set by it, taken back by the record that does.
 */
__u32 reader_sleeps;

/*
 * The second copy of the state program has counters of its own: it can run in a softirq amid an
 * increment of the first, and the other way round. No copy runs amid itself where the kernel keeps
 * programs from recursion one by one (6.2); before, one increment can be lost in such a case. Calls
 * and transitions count in different fields.
 */
static __always_inline struct counters *counters_get(bool second)
{
	__u32 set = second;

	return bpf_map_lookup_elem(&netstate_counters, &set);
}

#endif
