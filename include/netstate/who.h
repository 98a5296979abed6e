/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who has a port: one socket with the processes that have it, as `netstate who` shows it. */
#ifndef NETSTATE_WHO_H
#define NETSTATE_WHO_H

#include <stdbool.h>

#include "netstate/connection.h"

#define WHO_COMMAND_MAX 256
#define WHO_UNIT_MAX 256
#define WHO_DEVICE_MAX 16 /* IFNAMSIZ */

enum who_role {
	WHO_LISTENS,
	WHO_BOUND,    /* TCP, neither listens nor connects */
	WHO_OUTGOING, /* connected from here, the port is its local one */
	WHO_INCOMING, /* came through a listener */
	WHO_WAITS,    /* a minisocket: TIME_WAIT, FIN_WAIT2 */
	WHO_UDP,
	WHO_ROLE_MAX,
};

struct who_process {
	uint32_t pid;
	uint32_t uid;
	char comm[FLOW_COMM_SIZE];
	char command[WHO_COMMAND_MAX]; /* "": gone, or not to be read */
	char unit[WHO_UNIT_MAX];       /* container or systemd unit; "" */
	uint64_t started_ns;	       /* CLOCK_BOOTTIME; 0: not known */
	bool is_described;	       /* what /proc tells is filled in */
};

#define WHO_PROCESSES_MAX 16

struct who_socket {
	uint8_t role; /* enum who_role */
	uint8_t is_udp;
	uint8_t holding; /* enum connection_holding */
	uint8_t unheld;	 /* it has a file, and no process has a descriptor */
	uint8_t state;	 /* TCP: enum tcp_state, 0: bound */
	uint8_t process_count;
	uint32_t queue, backlog;     /* of a listener, or of the one in whose queue it waits */
	uint32_t device_index;	     /* of the device that it is bound to; 0: none */
	char device[WHO_DEVICE_MAX]; /* its name, or number; by who asks; "": none */
	uint64_t listener;	     /* cookie of that one; 0: none */
	struct flow flow;	     /* its process: who holds it, or who closed it */
	struct actor opener, closer;
	uint64_t since_ns;   /* CLOCK_MONOTONIC: in this state; 0: not known */
	uint64_t expires_ns; /* 0: nothing expires */
	/* The answer's: sockets share them. */
	struct who_process *processes[WHO_PROCESSES_MAX];
};

#endif
