/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which connections: the options and the FILTER that trace, live, list and stalls have in common.
 */
#ifndef COMMANDS_SELECTION_H
#define COMMANDS_SELECTION_H

#include <stdbool.h>

#include "base/options.h"
#include "filter/filter.h"
#include "netstate/kernel_filter.h"
#include "commands/lookups.h"
#include "view/view.h"

struct selection {
	/* as given */
	uint32_t pid;
	uint16_t port, lport, rport;
	bool only_inet, only_inet6;
	const char *netns_text, *cgroup_text;
	const char *no_age; /* of a command whose subjects have none: what is said of a FILTER that
			       asks */
	/* as understood */
	struct kernel_filter kernel; /* what the kernel can decide; 0 where nothing */
	bool impossible;	     /* no connection can match */
	bool foreign; /* the numbers are of another boot or machine: its cgroups have no names here
		       */
	bool has_filter;       /* there are words */
	char *filter_text;     /* these, joined; NULL: none */
	bool wants_details;    /* a filter asks for what only the kernel's details report */
	struct filter *filter; /* of the words; NULL: none */
	struct lookups *lookups;
	char *cgroup_path; /* of --cgroup, as cgroups_path() gives it */
};

/* Rows for a command's option table, whose settings hold a struct selection as member `member` of
 * struct `type`. */
#define SELECTION_OPTIONS(type, member)                                                            \
	{"pid",                                                                                    \
	 'p',                                                                                      \
	 "PID",                                                                                    \
	 "only connections of this process",                                                       \
	 option_store_u32,                                                                         \
	 offsetof(struct type, member.pid),                                                        \
	 "a process id"},                                                                          \
		{"port",                                                                           \
		 0,                                                                                \
		 "PORT",                                                                           \
		 "only with this local or remote port",                                            \
		 option_store_port,                                                                \
		 offsetof(struct type, member.port),                                               \
		 "a port from 1 to 65535"},                                                        \
		{"lport",                                                                          \
		 'L',                                                                              \
		 "PORT",                                                                           \
		 "only with this local port",                                                      \
		 option_store_port,                                                                \
		 offsetof(struct type, member.lport),                                              \
		 "a port from 1 to 65535"},                                                        \
		{"rport",                                                                          \
		 'D',                                                                              \
		 "PORT",                                                                           \
		 "only with this remote port",                                                     \
		 option_store_port,                                                                \
		 offsetof(struct type, member.rport),                                              \
		 "a port from 1 to 65535"},                                                        \
		{"ipv4",                                                                           \
		 '4',                                                                              \
		 NULL,                                                                             \
		 "only IPv4 sockets",                                                              \
		 option_store_true,                                                                \
		 offsetof(struct type, member.only_inet),                                          \
		 NULL},                                                                            \
		{"ipv6",                                                                           \
		 '6',                                                                              \
		 NULL,                                                                             \
		 "only IPv6 sockets (v4-mapped ones are)",                                         \
		 option_store_true,                                                                \
		 offsetof(struct type, member.only_inet6),                                         \
		 NULL},                                                                            \
		{"netns",                                                                          \
		 'N',                                                                              \
		 "NETNS",                                                                          \
		 "only in this network namespace: a name of ip-netns(8), a path or an inode",      \
		 option_store_text,                                                                \
		 offsetof(struct type, member.netns_text),                                         \
		 NULL},                                                                            \
	{                                                                                          \
		"cgroup", 0, "PATH", "only of this cgroup and those below it", option_store_text,  \
			offsetof(struct type, member.cgroup_text), NULL                            \
	}

/* Understands the options and the words argv[first..]. 0, or the exit status after an error was
 * said. */
int selection_init(struct selection *selection, const char *command, int argc, char **argv,
		   int first);
void selection_release(struct selection *selection);

/* False: every connection matches. */
bool selection_narrows(const struct selection *selection);
/* The whole selection, options included. */
bool selection_match(const struct selection *selection, const struct filter_subject *subject);
/* False: it is excluded, whatever becomes known of it later; see filter_may_match(). */
bool selection_may_match(const struct selection *selection, const struct filter_subject *subject);

/* As labels_device(). */
const char *selection_device(struct selection *selection, uint32_t netns, uint32_t index);

/* The view asks the selection for paths of cgroups and for names of containers and network
 * namespaces; all are NULL where a recording is of another boot or machine. */
void selection_name_for(struct selection *selection, struct view *view);

/* Says so where a condition on a cgroup asks for a name that is not known; `path`: the recording.
 */
void selection_warn_foreign(const struct selection *selection, const char *path);

/* Parses one more filter, as a live view's user types it. 0 or -EINVAL with *ret_error. */
int selection_parse_filter(struct selection *selection, const char *text,
			   struct filter **ret_filter, struct filter_error *ret_error);

#endif
