/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Devices of the network namespace that this thread is in, with an address and their MTU. */
#include "evidence/devices.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"

static uint8_t prefix_of(const uint8_t *mask, size_t size)
{
	uint8_t bits = 0;

	for (size_t i = 0; i < size; i++)
		bits = (uint8_t)(bits + __builtin_popcount(mask[i]));
	return bits;
}

static bool fill_address(struct evidence_device *device, const struct ifaddrs *entry)
{
	if (!entry->ifa_addr || !entry->ifa_netmask)
		return false;
	if (entry->ifa_addr->sa_family == AF_INET) {
		const struct sockaddr_in *addr = (const void *)entry->ifa_addr;
		const struct sockaddr_in *mask = (const void *)entry->ifa_netmask;

		device->addr[10] = device->addr[11] = 0xff;
		memcpy(device->addr + 12, &addr->sin_addr, 4);
		device->prefix = (uint8_t)(96 + prefix_of((const void *)&mask->sin_addr, 4));
		return true;
	}
	if (entry->ifa_addr->sa_family == AF_INET6) {
		const struct sockaddr_in6 *addr = (const void *)entry->ifa_addr;
		const struct sockaddr_in6 *mask = (const void *)entry->ifa_netmask;

		memcpy(device->addr, &addr->sin6_addr, 16);
		device->prefix = prefix_of((const void *)&mask->sin6_addr, 16);
		return addr->sin6_addr.s6_addr[0] != 0xfe; /* not link-local */
	}
	return false;
}

static uint32_t read_mtu(int fd, const char *name)
{
	struct ifreq request = {};

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	return ioctl(fd, SIOCGIFMTU, &request) ? 0 : (uint32_t)request.ifr_mtu;
}

void evidence_read_devices(struct evidence_space *row)
{
	_cleanup_(cleanup_close) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifaddrs *all = NULL;

	if (fd < 0 || getifaddrs(&all))
		return;
	for (const struct ifaddrs *at = all; at; at = at->ifa_next) {
		struct evidence_device device = {};

		if (row->device_count == EVIDENCE_DEVICES_MAX)
			break;
		if (at->ifa_flags & IFF_LOOPBACK || !fill_address(&device, at))
			continue;
		snprintf(device.name, sizeof(device.name), "%s", at->ifa_name);
		device.mtu = read_mtu(fd, at->ifa_name);
		row->devices[row->device_count++] = device;
	}
	freeifaddrs(all);
}
