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

#define SIZE(type)                                                                                 \
	{                                                                                          \
		sizeof(struct type), sizeof(struct type),                                          \
		{                                                                                  \
		}                                                                                  \
	}
#define GROWN(type, first)                                                                         \
	{                                                                                          \
		first, sizeof(struct type),                                                        \
		{                                                                                  \
		}                                                                                  \
	} /* fields were added behind the first layout */

#define SOCK                                                                                       \
	{                                                                                          \
		WIRE_STALL_SOCK_SIZE_1, sizeof(struct wire_stall_sock),                            \
		{                                                                                  \
			WIRE_STALL_SOCK_SIZE_2, WIRE_STALL_SOCK_SIZE_3                             \
		}                                                                                  \
	}

static const struct {
	size_t least, most;
	size_t between[2]; /* layouts between them; 0: none */
} sizes[] = {
	[WIRE_KIND_STALL_SOCK] = SOCK,
	[WIRE_KIND_STALL_RETRY] = SOCK,
	[WIRE_KIND_STALL_RESET] = SOCK,
	[WIRE_KIND_STALL_ERROR] = SOCK,
	[WIRE_KIND_STALL_DROP] = GROWN(wire_stall_packet, WIRE_STALL_PACKET_SIZE_1),
	[WIRE_KIND_STALL_PASS] = GROWN(wire_stall_packet, WIRE_STALL_PACKET_SIZE_1),
	[WIRE_KIND_STALL_LISTENER] = GROWN(wire_stall_listener, WIRE_STALL_LISTENER_SIZE_1),
	[WIRE_KIND_STALL_REQUEST] = SIZE(wire_stall_request),
	[WIRE_KIND_STALL_HOLDER] = SIZE(wire_stall_holder),
};

static bool good_family(unsigned int family)
{
	return family == AF_INET || family == AF_INET6;
}

static int check_sock(struct wire_stall_sock *sock)
{
	if (!good_family(sock->family) || !sock->state || sock->state >= TCP_STATE_MAX)
		return -EINVAL;
	if (sock->flags & WIRE_STALL_HAS_ICMP && !good_family(sock->icmp_family))
		return -EINVAL;
	sock->out_kind[sizeof(sock->out_kind) - 1] = '\0';
	safe_text(sock->out_kind);
	sock->syn_kind[sizeof(sock->syn_kind) - 1] = '\0';
	safe_text(sock->syn_kind);
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

static bool is_layout(uint16_t kind, uint32_t size)
{
	bool found = size == sizes[kind].least || size == sizes[kind].most;

	for (size_t i = 0; i < ARRAY_SIZE(sizes[kind].between); i++)
		found |= sizes[kind].between[i] && size == sizes[kind].between[i];
	return found;
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
	if (record.head.kind >= ARRAY_SIZE(sizes) || !sizes[record.head.kind].most)
		return -ENOMSG;
	if (!is_layout(record.head.kind, record.head.size))
		return -EINVAL;
	if (size < record.head.size)
		return -EINVAL;
	memcpy(&record, bytes, record.head.size); /* what an older layout lacks stays 0 */
	err = check(&record);
	if (err)
		return err;
	*ret_record = record;
	return 0;
}
