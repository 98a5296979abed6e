/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sockets of AX.25, NET/ROM, X.25, ROSE and IPX -> netstat's lines. Pure. */
#include "netstat/layout/other_sockets.h"

#include <stdio.h>
#include <strings.h>

#include "base/cleanup.h"

#define STATE_SIZE 24
#define ROSE_ADDRESS_DIGITS 10

static const char *const titles[OTHER_FAMILIES] = {
	[OTHER_AX25] = "Active AX.25 sockets\n"
		       "Dest       Source     Device  State        Vr/Vs    Send-Q  Recv-Q",
	[OTHER_NETROM] =
		"Active NET/ROM sockets\n"
		"User       Dest       Source     Device  State        Vr/Vs    Send-Q  Recv-Q",
	[OTHER_X25] =
		"Active X.25 sockets\n"
		"Dest         Source          Device  LCI  State        Vr/Vs  Send-Q  Recv-Q",
	[OTHER_ROSE] = "Active ROSE sockets\n"
		       "dest_addr   dest_call  src_addr    src_call  dev   lci neigh   state",
	[OTHER_IPX] =
		"Active IPX sockets\n"
		"Proto Recv-Q Send-Q Local Address              Foreign Address            State",
};

static const char *const states[OTHER_FAMILIES][5] = {
	[OTHER_AX25] = {"LISTENING", "SABM SENT", "DISC SENT", "ESTABLISHED", "RECOVERY"},
	[OTHER_NETROM] = {"LISTENING", "CONN SENT", "DISC SENT", "ESTABLISHED"},
	[OTHER_X25] = {"LISTENING", "SABM_SENT", "DISC_SENT", "ESTABLISHED", "RECOVERY"},
	[OTHER_ROSE] = {"LISTENING", "CONN SENT", "DISC SENT", "ESTABLISHED"},
};

static const char *state_text(enum other_family family, uint32_t state, char to[STATE_SIZE])
{
	if (state < ARRAY_SIZE(states[0]) && states[family][state])
		return states[family][state];
	snprintf(to, STATE_SIZE, "state-%u", state);
	return to;
}

void other_sockets_title(struct buf *out, const struct netstat_options *options,
			 enum other_family family)
{
	buf_puts(out, titles[family]);
	if (family == OTHER_IPX && options->extend)
		buf_puts(out, " User");
	buf_putc(out, '\n');
}

bool netstat_shows_other(const struct netstat_options *options, enum other_family family,
			 const struct other_row *row)
{
	return family != OTHER_X25 || options->all || strcmp(row->channel, "0") != 0;
}

static const char *ipx_state(uint32_t state)
{
	return state == 1 ? "ESTAB" : state == 7 ? "" : "UNK.";
}

/* A network of zeros or ones stands for none. */
static void ipx_address(const char *address, uint16_t port, char *to, size_t size)
{
	bool none = !strncmp(address, "00000000", 8) || !strncasecmp(address, "ffffffff", 8);

	snprintf(to, size, "%s:%04X", none ? "" : address, port);
}

static void put_ipx(struct buf *out, const struct other_row *row, const char *user)
{
	char local[OTHER_ADDRESS_SIZE + 8], remote[OTHER_ADDRESS_SIZE + 8] = "-";

	ipx_address(row->local, row->local_port, local, sizeof(local));
	if (row->is_connected)
		ipx_address(row->remote, row->remote_port, remote, sizeof(remote));
	buf_printf(out, "IPX   %6llu %6llu %-26s %-26s %-5s", (unsigned long long)row->send_queue,
		   (unsigned long long)row->receive_queue, local, remote, ipx_state(row->state));
	if (user)
		buf_printf(out, " %-10s", user);
	buf_putc(out, '\n');
}

void other_sockets_row(struct buf *out, enum other_family family, const struct other_row *row,
		       const char *user)
{
	char number[STATE_SIZE];
	const char *state = state_text(family, row->state, number);
	unsigned long long send = row->send_queue, receive = row->receive_queue;

	switch (family) {
	case OTHER_AX25:
		buf_printf(out, "%-9s  %-9s  %-6s  %-11s  %03d/%03d  %-6llu  %-6llu\n", row->remote,
			   row->local, row->device, state, row->vr, row->vs, send, receive);
		break;
	case OTHER_NETROM:
		buf_printf(out, "%-9s  %-9s  %-9s  %-6s  %-11s  %03d/%03d  %-6llu  %-6llu\n",
			   row->user, row->remote, row->local, row->device, state, row->vr, row->vs,
			   send, receive);
		break;
	case OTHER_X25:
		buf_printf(out, "%-15s %-15s %-7s %-3s  %-11s  %02d/%02d  %-6llu  %-6llu\n",
			   row->remote, row->local, row->device, row->channel, state, row->vr,
			   row->vs, send, receive);
		break;
	case OTHER_ROSE:
		/* The reference loses the destination where the source has all its digits; scripts
		 * see it so. */
		buf_printf(out, "%-10s  %-9s  %-10s  %-9s %-5s %3d %5d   %s\n",
			   strlen(row->local) < ROSE_ADDRESS_DIGITS ? row->remote : "",
			   row->remote_call, row->local, row->local_call, row->device, row->lci,
			   row->neighbour, state);
		break;
	case OTHER_IPX:
		put_ipx(out, row, user);
		break;
	case OTHER_FAMILIES:
		break;
	}
}
