/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sockets of AX.25, NET/ROM, X.25, ROSE and IPX, as their files in /proc/net have them. Every text
 * is terminated. */
#ifndef NETSTATE_OTHER_SOCKET_ROW_H
#define NETSTATE_OTHER_SOCKET_ROW_H

#include <stdbool.h>
#include <stdint.h>

enum other_family {
	OTHER_AX25,
	OTHER_NETROM,
	OTHER_X25,
	OTHER_ROSE,
	OTHER_IPX,
	OTHER_FAMILIES,
};

#define OTHER_ADDRESS_SIZE 32

/* What a family does not have stays 0 or empty. */
struct other_row {
	char user[OTHER_ADDRESS_SIZE]; /* NET/ROM */
	char local[OTHER_ADDRESS_SIZE];
	char remote[OTHER_ADDRESS_SIZE];
	char local_call[OTHER_ADDRESS_SIZE]; /* ROSE */
	char remote_call[OTHER_ADDRESS_SIZE];
	char device[OTHER_ADDRESS_SIZE];
	char channel[8]; /* X.25: hexadecimal digits as the file has them */
	int32_t lci;	 /* ROSE */
	int32_t neighbour;
	uint32_t state;
	int32_t vs;
	int32_t vr;
	uint64_t send_queue;
	uint64_t receive_queue;
	uint16_t local_port; /* IPX */
	uint16_t remote_port;
	bool is_connected; /* IPX */
	uint32_t uid;	   /* IPX */
};

#endif
