/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstat's command line -> struct netstat_options. */
#include "netstat/cli/options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "netstat/cli/own_options.h"

#define LONG_ONLY 256 /* first value beyond the characters */

enum {
	OPTION_FAMILY = LONG_ONLY,
	OPTION_NUMERIC_HOSTS,
	OPTION_NUMERIC_PORTS,
	OPTION_NUMERIC_USERS,
};

static const char shorts[] = "A:CFMacdeghilnNoprstSuUvVWw2fx64?Z";

/* The order is that in which getopt lists what an abbreviation could mean. */
static const struct option longs[] = {
	{"ax25", no_argument, NULL, OPTION_FAMILY},
	{"tcpip", no_argument, NULL, OPTION_FAMILY},
	{"ip", no_argument, NULL, OPTION_FAMILY},
	{"inet", no_argument, NULL, OPTION_FAMILY},
	{"inet6", no_argument, NULL, OPTION_FAMILY},
	{"ipx", no_argument, NULL, OPTION_FAMILY},
	{"appletalk", no_argument, NULL, OPTION_FAMILY},
	{"ddp", no_argument, NULL, OPTION_FAMILY},
	{"netrom", no_argument, NULL, OPTION_FAMILY},
	{"rose", no_argument, NULL, OPTION_FAMILY},
	{"unix", no_argument, NULL, OPTION_FAMILY},
	{"x25", no_argument, NULL, OPTION_FAMILY},
	{"bluetooth", no_argument, NULL, OPTION_FAMILY},
	{"version", no_argument, NULL, 'V'},
	{"interfaces", no_argument, NULL, 'i'},
	{"help", no_argument, NULL, 'h'},
	{"route", no_argument, NULL, 'r'},
	{"masquerade", no_argument, NULL, 'M'},
	{"protocol", required_argument, NULL, 'A'},
	{"tcp", no_argument, NULL, 't'},
	{"sctp", no_argument, NULL, 'S'},
	{"udp", no_argument, NULL, 'u'},
	{"udplite", no_argument, NULL, 'U'},
	{"raw", no_argument, NULL, 'w'},
	{"unix", no_argument, NULL, 'x'},
	{"l2cap", no_argument, NULL, '2'},
	{"rfcomm", no_argument, NULL, 'f'},
	{"listening", no_argument, NULL, 'l'},
	{"all", no_argument, NULL, 'a'},
	{"timers", no_argument, NULL, 'o'},
	{"continuous", no_argument, NULL, 'c'},
	{"extend", no_argument, NULL, 'e'},
	{"programs", no_argument, NULL, 'p'},
	{"verbose", no_argument, NULL, 'v'},
	{"statistics", no_argument, NULL, 's'},
	{"wide", no_argument, NULL, 'W'},
	{"numeric", no_argument, NULL, 'n'},
	{"numeric-hosts", no_argument, NULL, OPTION_NUMERIC_HOSTS},
	{"numeric-ports", no_argument, NULL, OPTION_NUMERIC_PORTS},
	{"numeric-users", no_argument, NULL, OPTION_NUMERIC_USERS},
	{"symbolic", no_argument, NULL, 'N'},
	{"cache", no_argument, NULL, 'C'},
	{"fib", no_argument, NULL, 'F'},
	{"groups", no_argument, NULL, 'g'},
	{"context", no_argument, NULL, 'Z'},
	{0},
};

static const struct {
	const char *name;
	enum netstat_family family;
} families[] = {
	{"inet", NETSTAT_INET},	    {"ip", NETSTAT_INET},
	{"tcpip", NETSTAT_INET},    {"inet6", NETSTAT_INET6},
	{"ip6", NETSTAT_INET6},	    {"unix", NETSTAT_UNIX},
	{"ax25", NETSTAT_AX25},	    {"ipx", NETSTAT_IPX},
	{"netrom", NETSTAT_NETROM}, {"x25", NETSTAT_X25},
	{"rose", NETSTAT_ROSE},	    {"ddp", NETSTAT_DDP},
	{"appletalk", NETSTAT_DDP}, {"econet", NETSTAT_ECONET},
	{"ash", NETSTAT_ASH},	    {"bluetooth", NETSTAT_BLUETOOTH},
};

/* As the reference's list of all names has them: econet is "ec" there. */
static const char *const family_names[NETSTAT_FAMILY_MAX] = {
	[NETSTAT_INET] = "inet", [NETSTAT_INET6] = "inet6", [NETSTAT_UNIX] = "unix",
	[NETSTAT_AX25] = "ax25", [NETSTAT_IPX] = "ipx",	    [NETSTAT_NETROM] = "netrom",
	[NETSTAT_X25] = "x25",	 [NETSTAT_ROSE] = "rose",   [NETSTAT_DDP] = "ddp",
	[NETSTAT_ECONET] = "ec", [NETSTAT_ASH] = "ash",	    [NETSTAT_BLUETOOTH] = "bluetooth",
};

/* Options that set one bool each. */
static const struct {
	int option;
	size_t offset;
} flags[] = {
#define FLAG(option, field)                                                                        \
	{                                                                                          \
		option, offsetof(struct netstat_options, field)                                    \
	}
	FLAG('C', cache),
	FLAG('F', fib),
	FLAG('N', symbolic),
	FLAG('W', wide),
	FLAG('Z', context),
	FLAG('a', all),
	FLAG('c', continuous),
	FLAG('g', groups),
	FLAG('l', listening),
	FLAG('n', numeric_hosts),
	FLAG('n', numeric_ports),
	FLAG('n', numeric_users),
	FLAG('o', timers),
	FLAG('p', programs),
	FLAG('Z', programs),
	FLAG('v', verbose),
	FLAG(OPTION_NUMERIC_HOSTS, numeric_hosts),
	FLAG(OPTION_NUMERIC_PORTS, numeric_ports),
	FLAG(OPTION_NUMERIC_USERS, numeric_users),
#undef FLAG
};

static const struct {
	int option;
	unsigned int bit;
} protocols[] = {
	{'t', NETSTAT_TCP}, {'u', NETSTAT_UDP},	  {'U', NETSTAT_UDPLITE}, {'S', NETSTAT_SCTP},
	{'w', NETSTAT_RAW}, {'2', NETSTAT_L2CAP}, {'f', NETSTAT_RFCOMM},
};

static const struct {
	int option;
	enum netstat_mode mode;
} modes[] = {
	{'r', NETSTAT_ROUTES},
	{'i', NETSTAT_INTERFACES},
	{'s', NETSTAT_STATISTICS},
	{'M', NETSTAT_MASQUERADE},
};

/* The reference keeps all names in a text of 256 bytes, and what does not fit is left out of the
 * routes' list. */
static bool family_fits(const struct netstat_options *options, enum netstat_family family)
{
	size_t length = 0;

	for (size_t i = 0; i < options->family_count; i++)
		length += strlen(family_names[options->families[i]]) + (i > 0);
	return length + strlen(family_names[family]) + 1 < 256 &&
	       options->family_count < NETSTAT_FAMILIES_MAX;
}

enum add { ADD_DONE, ADD_FULL, ADD_UNKNOWN };

static enum add add_family(struct netstat_options *options, const char *name, size_t length)
{
	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		if (strlen(families[i].name) != length ||
		    memcmp(families[i].name, name, length) != 0)
			continue;
		options->family_bits |= 1u << families[i].family;
		if (!family_fits(options, families[i].family)) {
			fprintf(stderr, "Too much address family arguments.\n");
			return ADD_FULL;
		}
		options->families[options->family_count++] = (uint8_t)families[i].family;
		return ADD_DONE;
	}
	fprintf(stderr, "Unknown address family `%.*s'.\n", (int)length, name);
	return ADD_UNKNOWN;
}

/* A list: an empty name is one too, and unknown; the reference looks at the first 255 bytes. */
static enum netstat_request add_families(struct netstat_options *options, const char *list)
{
	const char *end = list + strnlen(list, 255);

	for (;;) {
		const char *comma = memchr(list, ',', (size_t)(end - list));
		enum add added = add_family(options, list, (size_t)((comma ? comma : end) - list));

		if (added == ADD_UNKNOWN)
			return NETSTAT_FAILED;
		if (added == ADD_FULL || !comma)
			return NETSTAT_RUN;
		list = comma + 1;
	}
}

/* --tcpip is in the reference's table by an oversight: it has no effect there. */
static enum netstat_request apply_family(struct netstat_options *options, const char *name)
{
	return strcmp(name, "tcpip") ? add_families(options, name) : NETSTAT_RUN;
}

static void apply_flag(struct netstat_options *options, int option)
{
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		if (flags[i].option == option)
			*(bool *)((char *)options + flags[i].offset) = true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(protocols); i++) {
		if (protocols[i].option == option)
			options->protocols |= protocols[i].bit;
	}
	if (option == 'e')
		options->extend++;
}

static enum netstat_request apply_option(struct netstat_options *options, int option,
					 const char *name, bool (*has_selinux)(void))
{
	switch (option) {
	case 'A':
		return add_families(options, optarg);
	case '4':
		return add_families(options, "inet");
	case '6':
		return add_families(options, "inet6");
	case 'x':
		return add_families(options, "unix");
	case OPTION_FAMILY:
		return apply_family(options, name);
	case 'h':
		return NETSTAT_HELP;
	case 'V':
		return NETSTAT_VERSION;
	case '?':
		return NETSTAT_USAGE;
	case 'Z':
		if (!has_selinux())
			return NETSTAT_NO_SELINUX;
		break;
	}
	apply_flag(options, option);
	return NETSTAT_RUN;
}

/* The count of mode options, of which one is allowed; -M before -s before -r before -i cannot
 * matter then. */
static unsigned int apply_mode(struct netstat_options *options, int option)
{
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		if (modes[i].option == option) {
			options->mode = modes[i].mode;
			return 1;
		}
	}
	return 0;
}

static void select_tables(struct netstat_options *options)
{
	const unsigned int inet = 1u << NETSTAT_INET | 1u << NETSTAT_INET6;
	const unsigned int with_sockets = 1u << NETSTAT_UNIX | 1u << NETSTAT_AX25 |
					  1u << NETSTAT_IPX | 1u << NETSTAT_NETROM |
					  1u << NETSTAT_X25 | 1u << NETSTAT_ROSE;

	if ((options->family_bits & inet || options->mode == NETSTAT_STATISTICS) &&
	    !(options->protocols & NETSTAT_INET_ALL)) {
		options->protocols |= NETSTAT_INET_ALL;
		options->implied = true;
	}
	if ((options->protocols & NETSTAT_INET_ALL || options->groups) &&
	    !(options->family_bits & inet))
		options->family_bits |= inet;
	options->everything = !options->protocols && !options->groups &&
			      !(options->family_bits & (with_sockets | 1u << NETSTAT_BLUETOOTH));
}

enum netstat_request netstat_options_parse(int argc, char **argv, bool (*has_selinux)(void),
					   struct netstat_options *ret_options)
{
	struct netstat_options options = {.mode = NETSTAT_SOCKETS, .interval_ns = 1000000000};
	unsigned int mode_count = 0;
	int option, row = 0;

	if (netstat_own_options(&argc, argv, &options))
		return NETSTAT_USAGE;
	optind = 0; /* glibc: start anew */
	while ((option = getopt_long(argc, argv, shorts, longs, &row)) != -1) {
		enum netstat_request request =
			apply_option(&options, option, longs[row].name, has_selinux);

		if (request != NETSTAT_RUN)
			return request;
		mode_count += apply_mode(&options, option);
	}
	if (mode_count > 1)
		return NETSTAT_USAGE;
	select_tables(&options);
	*ret_options = options;
	return NETSTAT_RUN;
}
