/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The getters of the field table: one a field, event in, typed value out. */
#ifndef VIEW_GET_H
#define VIEW_GET_H

#include "view/field.h"

typedef void field_getter(const struct event *event, struct field_value *ret_value);

field_getter get_time, get_ktime_ns, get_kind, get_netns, get_netns_name, get_protocol, get_cookie,
	get_family, get_laddr, get_lport, get_raddr, get_rport, get_old, get_new, get_after,
	get_pid, get_comm, get_uid, get_owner, get_cgroup, get_err, get_fd, get_ret, get_latency,
	get_lost, get_closed_by, get_address_from, get_blocked_by, get_timeout, get_local,
	get_remote, get_from, get_to, get_span, get_note;

#endif
