/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstat's command line -> struct netstat_options. */
#ifndef NETSTAT_CLI_OPTIONS_H
#define NETSTAT_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Address families that netstat knows. DDP, ECONET and ASH select no socket table. */
enum netstat_family {
	NETSTAT_INET,
	NETSTAT_INET6,
	NETSTAT_UNIX,
	NETSTAT_AX25,
	NETSTAT_IPX,
	NETSTAT_NETROM,
	NETSTAT_X25,
	NETSTAT_ROSE,
	NETSTAT_DDP,
	NETSTAT_ECONET,
	NETSTAT_ASH,
	NETSTAT_BLUETOOTH,
	NETSTAT_FAMILY_MAX,
};

/* Bits of netstat_options.protocols. */
enum netstat_protocol {
	NETSTAT_TCP = 1 << 0,
	NETSTAT_UDP = 1 << 1,
	NETSTAT_UDPLITE = 1 << 2,
	NETSTAT_SCTP = 1 << 3,
	NETSTAT_RAW = 1 << 4,
	NETSTAT_INET_ALL = (1 << 5) - 1,
	NETSTAT_L2CAP = 1 << 5,
	NETSTAT_RFCOMM = 1 << 6,
};

enum netstat_mode {
	NETSTAT_SOCKETS, /* and groups: see netstat_options.groups */
	NETSTAT_ROUTES,
	NETSTAT_INTERFACES,
	NETSTAT_STATISTICS,
	NETSTAT_MASQUERADE,
};

enum netstat_source {
	NETSTAT_SOURCE_AUTO,
	NETSTAT_SOURCE_PROC,
	NETSTAT_SOURCE_KERNEL,
};

/* -A may repeat; the reference's limit is the length of all names, 255 */
#define NETSTAT_FAMILIES_MAX 64

struct netstat_options {
	enum netstat_mode mode;

	/* Families in the order given, repetitions kept (routes print each); and as bits 1 << enum
	 * netstat_family. */
	uint8_t families[NETSTAT_FAMILIES_MAX];
	size_t family_count;
	unsigned int family_bits; /* rule 2 of the selection applied: both inet ones where a
				     protocol is given alone */

	/* Socket protocols, rule 1 applied; `implied`: a family or -s chose them, so a missing file
	 * is no error. */
	unsigned int protocols;
	bool implied;
	bool groups;	 /* -g */
	bool everything; /* nothing was selected */

	bool listening; /* -l */
	bool all;	/* -a */

	bool numeric_hosts; /* -n sets all three */
	bool numeric_ports;
	bool numeric_users;
	bool symbolic;	     /* -N: in routes the same as numeric_hosts */
	unsigned int extend; /* how often -e */
	bool timers;	     /* -o */
	bool programs;	     /* -p, or by -Z */
	bool context;	     /* -Z */
	bool wide;	     /* -W */
	bool verbose;	     /* -v */
	bool fib;	     /* -F */
	bool cache;	     /* -C */
	bool continuous;     /* -c */

	/* Not netstat's: */
	bool json;
	bool all_netns;
	uint64_t interval_ns; /* pause of -c, one second where not given; --interval implies -c */
	enum netstat_source source;
};

/* What the command line asks for; beyond RUN each ends the program at once. */
enum netstat_request {
	NETSTAT_RUN,
	NETSTAT_HELP,	    /* -h: usage on stdout, status 0 */
	NETSTAT_VERSION,    /* -V */
	NETSTAT_USAGE,	    /* what was wrong is on stderr already; usage on stderr, status 3 */
	NETSTAT_FAILED,	    /* what was wrong is on stderr already; status 1 */
	NETSTAT_NO_SELINUX, /* -Z without SELinux: status 1 */
};

/* `has_selinux` is asked only when -Z is met. Errors are written to stderr with argv[0] in front,
 * as getopt does. */
enum netstat_request netstat_options_parse(int argc, char **argv, bool (*has_selinux)(void),
					   struct netstat_options *ret_options);

static inline bool netstat_has_family(const struct netstat_options *options,
				      enum netstat_family family)
{
	return options->family_bits & 1u << family;
}

#endif
