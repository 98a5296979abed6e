/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Wire bytes of wire_stall.h -> a checked record. Pure. */
#include "diagnosis/record.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/safe.h"
#include "netstate/tcp_state.h"

static const size_t sizes[] = {
	[WIRE_KIND_STALL_SOCK] = sizeof(struct wire_stall_sock),
	[WIRE_KIND_STALL_RETRY] = sizeof(struct wire_stall_sock),
	[WIRE_KIND_STALL_RESET] = sizeof(struct wire_stall_sock),
	[WIRE_KIND_STALL_ERROR] = sizeof(struct wire_stall_sock),
	[WIRE_KIND_STALL_DROP] = sizeof(struct wire_stall_packet),
	[WIRE_KIND_STALL_PASS] = sizeof(struct wire_stall_packet),
	[WIRE_KIND_STALL_LISTENER] = sizeof(struct wire_stall_listener),
	[WIRE_KIND_STALL_REQUEST] = sizeof(struct wire_stall_request),
	[WIRE_KIND_STALL_HOLDER] = sizeof(struct wire_stall_holder),
};

static bool good_family(unsigned int family)
{
	return family == AF_INET || family == AF_INET6;
}

static int check_sock(const struct wire_stall_sock *sock)
{
	if (!good_family(sock->family) || !sock->state || sock->state >= TCP_STATE_MAX)
		return -EINVAL;
	if (sock->flags & WIRE_STALL_HAS_ICMP && !good_family(sock->icmp_family))
		return -EINVAL;
	return 0;
}

static int check_packet(struct wire_stall_packet *packet)
{
	if (!good_family(packet->family) || packet->what < WIRE_STALL_SYN ||
	    packet->what > WIRE_STALL_OTHER)
		return -EINVAL;
	packet->location[sizeof(packet->location) - 1] = '\0';
	packet->route[sizeof(packet->route) - 1] = '\0';
	safe_text(packet->location);
	safe_text(packet->route);
	return 0;
}

static int check(struct stall_record *record)
{
	switch (record->head.kind) {
	case WIRE_KIND_STALL_DROP:
	case WIRE_KIND_STALL_PASS:
		return check_packet(&record->packet);
	case WIRE_KIND_STALL_LISTENER:
		return good_family(record->listener.family) ? 0 : -EINVAL;
	case WIRE_KIND_STALL_REQUEST:
		return good_family(record->request.family) ? 0 : -EINVAL;
	case WIRE_KIND_STALL_HOLDER:
		return good_family(record->holder.family) && record->holder.state < TCP_STATE_MAX
			       ? 0
			       : -EINVAL;
	default:
		return check_sock(&record->sock);
	}
}

int stall_record_decode(const void *bytes, size_t size, struct stall_record *ret_record)
{
	struct stall_record record;
	int err;

	if (size < sizeof(record.head))
		return -EINVAL;
	memset(&record, 0, sizeof(record));
	memcpy(&record.head, bytes, sizeof(record.head));
	if (!record.head.version || record.head.version > WIRE_VERSION)
		return -EPROTONOSUPPORT;
	if (record.head.kind >= ARRAY_SIZE(sizes) || !sizes[record.head.kind])
		return -ENOMSG;
	if (size < sizes[record.head.kind] || record.head.size != sizes[record.head.kind])
		return -EINVAL;
	memcpy(&record, bytes, sizes[record.head.kind]);
	err = check(&record);
	if (err)
		return err;
	*ret_record = record;
	return 0;
}
