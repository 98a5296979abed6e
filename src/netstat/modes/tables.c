/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the table modes of netstat's command line share. */
#include "netstat/modes/tables.h"

#include <string.h>

#include "base/address.h"
#include "base/format.h"
#include "base/safe.h"
#include "netstat/modes/sockets.h"

void netstat_perror(struct netstat_run *run, const char *name, int error)
{
	buf_printf(netstat_errors(run), "%s/%s: %s\n", run->net, name, strerror(-error));
}

void netstat_end_row(struct netstat_run *run, size_t start)
{
	if (run->to_terminal && !run->out.failed)
		safe_bytes(run->out.data + start, run->out.len - start);
	netstat_flush_large(run);
}

const char *netstat_address4(char *to, const uint8_t addr[4])
{
	*format_ip4(to, addr) = '\0';
	return to;
}

const char *netstat_address6(char *to, const uint8_t addr[16])
{
	*address_format(to, addr) = '\0';
	return to;
}
