/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Owners of sockets and names of their ends, as netstat's options want them. */
#include "commands/netstat_sockets.h"

#include <unistd.h>

#include "names/names.h"
#include "procfs/owners.h"

static void tell_denied(struct netstat_run *run)
{
	if (!owners_denied(run->owners))
		return;
	if (owners_found(run->owners))
		buf_puts(&run->err, "(Not all processes could be identified, non-owned process info\n"
				    " will not be shown, you would have to be root to see it all.)\n");
	else
		buf_printf(&run->err, "(No info could be read for \"-p\": geteuid()=%u but you should be root.)\n",
			   geteuid());
}

void netstat_load_owners(struct netstat_run *run)
{
	int err;

	if (!run->options->programs || run->owners)
		return;
	err = owners_new(run->proc, run->options->context, &run->owners);
	if (!err)
		err = owners_scan(run->owners, 0);
	if (err) {
		buf_printf(&run->err, "netstate: cannot read the processes in %s: %s\n", run->proc, strerror(-err));
		return;
	}
	if (run->to_terminal)
		owners_make_safe(run->owners);
	tell_denied(run);
}

const struct socket_owner *netstat_owner(const struct netstat_run *run, uint64_t inode)
{
	return run->owners ? owners_find(run->owners, inode) : NULL;
}

/* The unspecified addresses have no name. */
static bool has_name(const struct endpoint *end, bool as_v6)
{
	static const uint8_t unspecified[16] = { 0 };

	return as_v6 ? memcmp(end->addr, unspecified, 16) != 0 : memcmp(end->addr + 12, unspecified, 4) != 0;
}

void netstat_want_host(struct netstat_run *run, const struct endpoint *end, bool as_v6)
{
	if (!has_name(end, as_v6))
		return;
	if (as_v6)
		names_want_host6(run->names, end->addr);
	else
		names_want_host4(run->names, end->addr + 12);
}

const char *netstat_host(struct netstat_run *run, const struct endpoint *end, bool as_v6)
{
	if (!has_name(end, as_v6))
		return NULL;
	return as_v6 ? names_host6(run->names, end->addr) : names_host4(run->names, end->addr + 12);
}

const char *netstat_user(struct netstat_run *run, int32_t uid)
{
	const struct netstat_options *options = run->options;
	bool wanted = options->extend || options->json;

	return wanted && !options->numeric_users ? names_user(run->names, (uint32_t)uid) : NULL;
}
