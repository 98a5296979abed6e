/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A network interface, or an address label of one ("eth0:1"), as /proc/net and the SIOCGIF ioctls
 * tell it. */
#ifndef NETSTATE_INTERFACE_ROW_H
#define NETSTATE_INTERFACE_ROW_H

#include <stdbool.h>
#include <stdint.h>

#define INTERFACE_NAME_SIZE 16 /* IFNAMSIZ: always terminated */
#define INTERFACE_HARDWARE_UNKNOWN 0xffffu
#define INTERFACE_UP 0x1u

struct interface_counters {
	uint64_t bytes;
	uint64_t packets;
	uint64_t errors;
	uint64_t dropped;
	uint64_t fifo;
	uint64_t compressed;
};

/* An IPv4 address that an interface may have or not. */
struct interface_address4 {
	bool is_set;
	uint8_t addr[4];
};

struct interface_address6 {
	uint8_t addr[16];
	uint8_t prefix;
	uint8_t scope; /* IPV6_ADDR_*: 0 global, 0x10 loopback, 0x20 link, 0x40 site, 0x80
			  compatible */
	char interface[INTERFACE_NAME_SIZE];
};

struct interface_row {
	char name[INTERFACE_NAME_SIZE];
	uint16_t flags; /* IFF_* as ifr_flags has them */
	int32_t mtu;

	/* From /proc/net/dev; a label has none. */
	bool has_counters;
	struct interface_counters rx;
	struct interface_counters tx;
	uint64_t frame;
	uint64_t multicast;
	uint64_t collisions;
	uint64_t carrier;

	/* Only where they were asked for. */
	uint16_t hardware; /* ARPHRD_*, or INTERFACE_HARDWARE_UNKNOWN */
	uint8_t hardware_addr[8];
	int32_t queue_length; /* -1: not known */
	struct interface_address4 local;
	struct interface_address4 destination;
	struct interface_address4 broadcast;
	struct interface_address4 mask;
	uint64_t memory_start;
	uint64_t memory_end;
	uint16_t base;
	uint8_t irq;
	uint8_t dma;
	uint8_t port;
};

#endif
