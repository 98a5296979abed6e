/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Kind and address of an interface's hardware as netstat -ie shows them. Pure. */
#include "netstat/layout/hardware.h"

#include "base/cleanup.h"

static const char lower[] = "0123456789abcdef";
static const char upper[] = "0123456789ABCDEF";

static void put_bytes(struct buf *out, const uint8_t *addr, unsigned int count,
		      const char digits[17], char between)
{
	for (unsigned int i = 0; i < count; i++) {
		if (i > 0 && between)
			buf_putc(out, between);
		buf_putc(out, digits[addr[i] >> 4]);
		buf_putc(out, digits[addr[i] & 15]);
	}
}

static void put_ether(struct buf *out, const uint8_t addr[8])
{
	put_bytes(out, addr, 6, lower, ':');
}

static void put_hippi(struct buf *out, const uint8_t addr[8])
{
	put_bytes(out, addr, 6, upper, ':');
}

static void put_fddi(struct buf *out, const uint8_t addr[8])
{
	put_bytes(out, addr, 6, upper, '-');
}

static void put_eui64(struct buf *out, const uint8_t addr[8])
{
	put_bytes(out, addr, 8, upper, ':');
}

static void put_arcnet(struct buf *out, const uint8_t addr[8])
{
	put_bytes(out, addr, 1, upper, 0);
}

static void put_rose(struct buf *out, const uint8_t addr[8])
{
	put_bytes(out, addr, 5, lower, 0);
}

static void put_irda(struct buf *out, const uint8_t addr[8])
{
	const uint8_t turned[4] = {addr[3], addr[2], addr[1], addr[0]};

	put_bytes(out, turned, 4, lower, ':');
}

static void put_dlci(struct buf *out, const uint8_t addr[8])
{
	int16_t number;

	memcpy(&number, addr, sizeof(number));
	buf_i64(out, number);
}

static void put_nothing(struct buf *out, const uint8_t addr[8])
{
}

/* Sixteen bytes, of which the kernel tells eight. */
static void put_unspec(struct buf *out, const uint8_t addr[8])
{
	put_bytes(out, addr, 8, upper, '-');
	buf_puts(out, "-00-00-00-00-00-00-00-00");
}

/* A call sign: six characters shifted left by one, blanks where it is shorter, and the station
 * number. */
static void put_callsign(struct buf *out, const uint8_t addr[8])
{
	unsigned int station = addr[6] >> 1 & 15;

	for (int i = 0; i < 6; i++) {
		char c = (char)(addr[i] >> 1);

		if (!c)
			return;
		if (c != ' ')
			buf_putc(out, c);
	}
	if (station)
		buf_printf(out, "-%u", station);
}

static const struct hardware_kind kinds[] = {
	{0, "netrom", "AMPR NET/ROM", put_callsign},
	{1, "ether", "Ethernet", put_ether},
	{3, "ax25", "AMPR AX.25", put_callsign},
	{7, "arcnet", "ARCnet", put_arcnet},
	{15, "dlci", "Frame Relay DLCI", put_dlci},
	{27, "eui64", "Generic EUI-64", put_eui64},
	{256, "slip", "Serial Line IP", NULL},
	{257, "cslip", "VJ Serial Line IP", NULL},
	{258, "slip6", "6-bit Serial Line IP", NULL},
	{259, "cslip6", "VJ 6-bit Serial Line IP", NULL},
	{264, "adaptive", "Adaptive Serial Line IP", NULL},
	{270, "rose", "AMPR ROSE", put_rose},
	{271, "x25", "generic X.25", put_nothing},
	{512, "ppp", "Point-to-Point Protocol", NULL},
	{513, "hdlc", "(Cisco)-HDLC", NULL},
	{516, "lapb", "LAPB", NULL},
	{768, "tunnel", "IPIP Tunnel", put_nothing},
	{770, "frad", "Frame Relay Access Device", NULL},
	{772, "loop", "Local Loopback", NULL},
	{774, "fddi", "Fiber Distributed Data Interface", put_fddi},
	{776, "sit", "IPv6-in-IPv4", NULL},
	{780, "hippi", "HIPPI", put_hippi},
	{782, "ec", "Econet", NULL},
	{783, "irda", "IrLAP", put_irda},
};

static const struct hardware_kind unspec = {0xffff, "unspec", "UNSPEC", put_unspec};

const struct hardware_kind *hardware_find(uint16_t type)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (kinds[i].type == type)
			return &kinds[i];
	}
	return &unspec;
}
