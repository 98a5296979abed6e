/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a recording does not give away. Pure. */
#include "events/hide.h"

#include <string.h>

#include "base/cleanup.h"
#include "netstate/stall_kept.h"
#include "netstate/wire.h"
#include "netstate/wire_stall.h"

#define FIELDS_MAX 6

/* Offsets in a record; 0 ends a list (there the head is). */
struct places {
	uint16_t kind;
	uint16_t kernel[FIELDS_MAX];  /* addresses in the kernel, 8 bytes */
	uint16_t address[FIELDS_MAX]; /* of the Internet, 16 bytes */
	uint16_t comm[FIELDS_MAX];    /* WIRE_COMM_SIZE bytes */
};

#define OF(type, field) offsetof(struct type, field)
#define SOCK(type, field) (OF(type, sock) + OF(wire_sock, field))
#define CALL(number)                                                                               \
	{                                                                                          \
		.kind = number, .kernel = {SOCK(wire_call, sock)},                                 \
		.address = {SOCK(wire_call, laddr), SOCK(wire_call, raddr)},                       \
		.comm = {SOCK(wire_call, comm)},                                                   \
	}
#define REFUSAL(number)                                                                            \
	{                                                                                          \
		.kind = number, .kernel = {SOCK(wire_refusal, sock)},                              \
		.address = {SOCK(wire_refusal, laddr), SOCK(wire_refusal, raddr),                  \
			    OF(wire_refusal, blocker_addr)},                                       \
		.comm = {SOCK(wire_refusal, comm),                                                 \
			 OF(wire_refusal, blocker) + OF(wire_actor, comm)},                        \
	}
#define STALL_SOCK(number)                                                                         \
	{                                                                                          \
		.kind = number,                                                                    \
		.kernel = {OF(wire_stall_sock, sock), OF(wire_stall_sock, syn_skb),                \
			   OF(wire_stall_sock, syn_skb[1])},                                       \
		.address = {OF(wire_stall_sock, laddr), OF(wire_stall_sock, raddr),                \
			    OF(wire_stall_sock, icmp_from), OF(wire_stall_sock, gateway),          \
			    OF(wire_stall_sock, reset_addr)},                                      \
	}
#define STALL_PACKET(number)                                                                       \
	{                                                                                          \
		.kind = number,                                                                    \
		.kernel = {OF(wire_stall_packet, sock), OF(wire_stall_packet, location_address)},  \
		.address = {OF(wire_stall_packet, saddr), OF(wire_stall_packet, daddr)},           \
	}

static const struct places rows[] = {
	{
		.kind = WIRE_KIND_STATE,
		.kernel = {SOCK(wire_state, sock)},
		.address = {SOCK(wire_state, laddr), SOCK(wire_state, raddr)},
		.comm = {SOCK(wire_state, comm), OF(wire_state, closer) + OF(wire_actor, comm)},
	},
	CALL(WIRE_KIND_CONNECT),
	CALL(WIRE_KIND_ACCEPT),
	REFUSAL(WIRE_KIND_BIND),
	REFUSAL(WIRE_KIND_LISTEN),
	STALL_SOCK(WIRE_KIND_STALL_SOCK),
	STALL_SOCK(WIRE_KIND_STALL_RETRY),
	STALL_SOCK(WIRE_KIND_STALL_RESET),
	STALL_SOCK(WIRE_KIND_STALL_ERROR),
	STALL_PACKET(WIRE_KIND_STALL_DROP),
	STALL_PACKET(WIRE_KIND_STALL_PASS),
	{
		.kind = WIRE_KIND_STALL_REPORT,
		.kernel = {offsetof(struct stall_kept, stall.flow.sock)},
	},
	{
		.kind = WIRE_KIND_STALL_LISTENER,
		.kernel = {OF(wire_stall_listener, sock)},
		.address = {OF(wire_stall_listener, laddr)},
	},
	{
		.kind = WIRE_KIND_STALL_REQUEST,
		.kernel = {OF(wire_stall_request, listener)},
		.address = {OF(wire_stall_request, laddr), OF(wire_stall_request, raddr)},
	},
	{
		.kind = WIRE_KIND_STALL_HOLDER,
		.kernel = {OF(wire_stall_holder, sock)},
		.address = {OF(wire_stall_holder, laddr), OF(wire_stall_holder, raddr)},
	},
};

/* ---------------------------------------------------------------- keyed hash */

static uint64_t rotate(uint64_t word, unsigned int by)
{
	return word << by | word >> (64 - by);
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[0] = rotate(v[0], 32);
	v[2] += v[3];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

/* SipHash-2-4 (Aumasson, Bernstein) of two words. */
static uint64_t hash(const struct hide *hide, uint64_t first, uint64_t second)
{
	const uint64_t words[] = {first, second, UINT64_C(16) << 56};
	uint64_t v[4] = {hide->key[0] ^ 0x736f6d6570736575u, hide->key[1] ^ 0x646f72616e646f6du,
			 hide->key[0] ^ 0x6c7967656e657261u, hide->key[1] ^ 0x7465646279746573u};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		v[3] ^= words[i];
		sip_round(v);
		sip_round(v);
		v[0] ^= words[i];
	}
	v[2] ^= 0xff;
	for (int i = 0; i < 4; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

enum { OF_KERNEL, OF_IP4, OF_IP6, OF_COMM };

/* ---------------------------------------------------------------- addresses, names */

/* this network, loopback, link-local, multicast and beyond */
static bool is_special4(uint32_t addr)
{
	return addr >> 24 == 0 || addr >> 24 == 127 || addr >> 16 == 0xa9fe || addr >= 0xe0000000;
}

/* Feistel network: one address for one address. */
static uint32_t permute4(const struct hide *hide, uint32_t addr)
{
	uint32_t left = addr >> 16, right = addr & 0xffff;

	for (uint64_t i = 0; i < 4; i++) {
		uint32_t next = left ^ (hash(hide, OF_IP4, right | i << 32) & 0xffff);

		left = right;
		right = next;
	}
	return left << 16 | right;
}

static void hide_address4(const struct hide *hide, uint8_t bytes[4])
{
	uint32_t addr = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
			(uint32_t)bytes[2] << 8 | bytes[3];

	if (is_special4(addr))
		return;
	do { /* again and again comes back to the address itself, which is not special */
		addr = permute4(hide, addr);
	} while (is_special4(addr));
	for (int i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(addr >> (24 - 8 * i));
}

/* Of a link-local address the interface's half; of others all but the first byte, which says
 * whether it is unique local. */
static void hide_address6(const struct hide *hide, uint8_t addr[16])
{
	static const uint8_t any[15];
	bool link_local = addr[0] == 0xfe && (addr[1] & 0xc0) == 0x80;
	uint64_t half[2];

	if (addr[0] == 0xff || !memcmp(addr, any, sizeof(any))) /* multicast; ::, ::1 */
		return;
	memcpy(half, addr, sizeof(half));
	half[1] = hash(hide, OF_IP6 ^ half[0], half[1]);
	half[0] = hash(hide, OF_IP6, half[0]);
	memcpy(addr + 8, &half[1], 8);
	if (!link_local)
		memcpy(addr + 1, (uint8_t *)&half[0] + 1, 7);
}

void hide_address(const struct hide *hide, uint8_t addr[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (!memcmp(addr, mapped, sizeof(mapped)))
		hide_address4(hide, addr + 12);
	else
		hide_address6(hide, addr);
}

/* "name-" and eight digits of the code. */
static void put_name(char *text, uint64_t code)
{
	static const char hex[] = "0123456789abcdef";

	memcpy(text, "name-", 5);
	for (int i = 0; i < 8; i++)
		text[5 + i] = hex[code >> (4 * i) & 15];
}

static void hide_comm(const struct hide *hide, uint8_t comm[WIRE_COMM_SIZE])
{
	uint64_t words[2], code;

	if (!comm[0])
		return;
	memcpy(words, comm, sizeof(words));
	code = hash(hide, OF_COMM ^ words[0], words[1]);
	memset(comm, 0, WIRE_COMM_SIZE);
	put_name((char *)comm, code);
}

void hide_tail(char *text, size_t size)
{
	size_t length = strnlen(text, size);

	memset(text + length, 0, size - length);
}

/* Of a short one the same as hide_comm(), whatever is behind its NUL. */
void hide_text(const struct hide *hide, char *text, size_t size)
{
	size_t length = strnlen(text, size);
	uint64_t code = OF_COMM;

	hide_tail(text, size);
	if (!length)
		return;
	for (size_t at = 0; at < length; at += sizeof(uint64_t[2])) {
		uint64_t words[2] = {};
		size_t left = length - at;

		memcpy(words, text + at, left < sizeof(words) ? left : sizeof(words));
		code = hash(hide, code ^ words[0], words[1]);
	}
	memset(text, 0, size);
	put_name(text, code);
}

void hide_kernel_address(const struct hide *hide, uint64_t *address)
{
	if (*address)
		*address = hash(hide, OF_KERNEL, *address) | 1; /* 0 means that there is none */
}

static void hide_kernel(const struct hide *hide, uint8_t *at)
{
	uint64_t address;

	memcpy(&address, at, sizeof(address));
	hide_kernel_address(hide, &address);
	memcpy(at, &address, sizeof(address));
}

/* ---------------------------------------------------------------- records */

static void hide_record(const struct hide *hide, const struct places *places, uint8_t *record,
			size_t size)
{
	for (int i = 0; i < FIELDS_MAX; i++) {
		if (places->kernel[i] && places->kernel[i] + sizeof(uint64_t) <= size)
			hide_kernel(hide, record + places->kernel[i]);
		if (!hide->redact)
			continue;
		if (places->address[i] && places->address[i] + 16u <= size)
			hide_address(hide, record + places->address[i]);
		if (places->comm[i] && places->comm[i] + (size_t)WIRE_COMM_SIZE <= size)
			hide_comm(hide, record + places->comm[i]);
	}
	if (hide->redact && places->kind == WIRE_KIND_STALL_REPORT &&
	    size >= sizeof(struct stall_kept))
		hide_kept(hide, record);
}

void hide_records(const struct hide *hide, void *bytes, size_t size)
{
	uint8_t *at = bytes;
	struct wire_head head;

	while (size >= sizeof(head)) {
		memcpy(&head, at, sizeof(head));
		if (head.size < sizeof(head) || head.size > size)
			return;
		for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
			if (rows[i].kind == head.kind)
				hide_record(hide, &rows[i], at, head.size);
		}
		at += head.size;
		size -= head.size;
	}
}
