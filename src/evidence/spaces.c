/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Settings, counters and devices of network namespaces. */
#include "evidence/spaces.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "evidence/devices.h"
#include "evidence/untranslated.h"
#include "procfs/lines.h"
#include "procfs/scan.h"
#include "procfs/snmp.h"

#define NAMES_FOLDER "/run/netns"

/* ---------------------------------------------------------------- settings */

static const struct {
	const char *file;
	uint8_t setting; /* enum space_setting */
} settings[] = {
	{"sys/net/ipv4/tcp_fin_timeout", SPACE_FIN_TIMEOUT},
	{"sys/net/ipv4/tcp_retries2", SPACE_RETRIES2},
	{"sys/net/ipv4/tcp_orphan_retries", SPACE_ORPHAN_RETRIES},
	{"sys/net/ipv4/tcp_keepalive_time", SPACE_KEEP_TIME},
	{"sys/net/ipv4/tcp_keepalive_intvl", SPACE_KEEP_INTERVAL},
	{"sys/net/ipv4/tcp_keepalive_probes", SPACE_KEEP_PROBES},
	{"sys/net/ipv4/tcp_mtu_probing", SPACE_MTU_PROBING},
	{"sys/net/ipv4/tcp_syncookies", SPACE_SYNCOOKIES},
	{"sys/net/ipv4/tcp_max_syn_backlog", SPACE_SYN_BACKLOG},
	{"sys/net/core/somaxconn", SPACE_SOMAXCONN},
	{"sys/net/ipv4/tcp_abort_on_overflow", SPACE_ABORT_ON_OVERFLOW},
	{"sys/net/ipv4/tcp_max_tw_buckets", SPACE_TW_BUCKETS},
	{"sys/net/ipv4/tcp_max_orphans", SPACE_ORPHANS},
	{"sys/net/netfilter/nf_conntrack_count", SPACE_CT_COUNT},
	{"sys/net/netfilter/nf_conntrack_max", SPACE_CT_MAX},
	{"sys/net/ipv4/ip_forward", SPACE_FORWARDS},
	{"sys/net/ipv4/tcp_rto_max_ms", SPACE_RTO_MAX_MS},
};

static bool read_line(int proc, const char *name, char *text, size_t room)
{
	_cleanup_(cleanup_close) int fd = openat(proc, name, O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? -1 : read(fd, text, room - 1);

	text[size > 0 ? size : 0] = '\0';
	return size > 0;
}

/* Any number but 0 switches it on. */
static void read_forwarding(uint64_t *forwards, int proc)
{
	char text[16];

	if (*forwards == EVIDENCE_UNKNOWN64)
		return;
	*forwards = *forwards ? SPACE_FORWARDS_V4 : 0;
	/* there is no such file where IPv6 is not there */
	if (read_line(proc, "sys/net/ipv6/conf/all/forwarding", text, sizeof(text)) &&
	    text[0] != '0')
		*forwards |= SPACE_FORWARDS_V6;
}

static void read_settings(struct evidence_space *row, int proc)
{
	const char *at;
	char text[64];

	for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
		if (!read_line(proc, settings[i].file, text, sizeof(text)))
			continue;
		at = scan_blanks(text);
		scan_u64(&at, &row->settings[settings[i].setting]);
	}
	read_forwarding(&row->settings[SPACE_FORWARDS], proc);
	at = text;
	if (!read_line(proc, "sys/net/ipv4/ip_local_port_range", text, sizeof(text)))
		return;
	if (scan_u64(&at, &row->settings[SPACE_PORT_LOW])) {
		at = scan_blanks(at);
		scan_u64(&at, &row->settings[SPACE_PORT_HIGH]);
	}
}

/* ---------------------------------------------------------------- counters */

static const struct {
	const char *name;
	uint8_t counter; /* enum space_counter */
} counters[] = {
	{"ListenOverflows", SPACE_LISTEN_OVERFLOWS},
	{"ListenDrops", SPACE_LISTEN_DROPS},
	{"SyncookiesSent", SPACE_COOKIES_SENT},
	{"SyncookiesFailed", SPACE_COOKIES_FAILED},
	{"TCPReqQFullDrop", SPACE_REQUEST_DROPS},
	{"TCPTimeWaitOverflow", SPACE_TW_OVERFLOW},
	{"RetransSegs", SPACE_RETRANS},
	{"OutRsts", SPACE_OUT_RSTS},
	{"OutSegs", SPACE_OUT_SEGS},
	{"TCPMemoryPressures", SPACE_MEMORY_PRESSURES},
	{"TCPAbortOnData", SPACE_ABORT_ON_DATA},
	{"TCPAbortOnClose", SPACE_ABORT_ON_CLOSE},
	{"TCPAbortOnTimeout", SPACE_ABORT_ON_TIMEOUT},
	{"TCPAbortOnMemory", SPACE_ABORT_ON_MEMORY},
	{"PassiveOpens", SPACE_ACCEPTED},
};

static void keep_counter(struct evidence_space *row, const struct snmp_counter *counter)
{
	for (size_t i = 0; i < ARRAY_SIZE(counters); i++) {
		if (strlen(counters[i].name) == counter->name_size &&
		    !memcmp(counters[i].name, counter->name, counter->name_size))
			row->counters[counters[i].counter] = counter->value;
	}
}

static bool wants(const struct snmp_section *section)
{
	return (section->name_size == 3 && !memcmp(section->name, "Tcp", 3)) ||
	       (section->name_size == 6 && !memcmp(section->name, "TcpExt", 6));
}

static void read_sections(struct evidence_space *row, const char *net, const char *file)
{
	_cleanup_(cleanup_free) char *names = NULL;
	struct snmp_section section;
	struct snmp_counter counter;
	struct lines lines;
	size_t names_size = 0, size;
	char *line;

	if (lines_open(&lines, net, file))
		return;
	while (lines_next(&lines, &line, &size) > 0) {
		if (!names) {
			names = strndup(line, size);
			names_size = size;
			continue;
		}
		if (!snmp_section_parse(names, names_size, line, size, &section) &&
		    wants(&section)) {
			while (snmp_section_next(&section, &counter))
				keep_counter(row, &counter);
		}
		free(names);
		names = NULL;
	}
	lines_close(&lines);
}

static const struct {
	const char *name;
	uint8_t counter;
} conntrack_columns[] = {
	{"insert_failed", SPACE_CT_INSERT_FAILED},
	{"drop", SPACE_CT_DROP},
	{"early_drop", SPACE_CT_EARLY_DROP},
	{"invalid", SPACE_CT_INVALID},
};

#define CONNTRACK_COLUMNS 32

/* The counter of each column of the first line; SPACE_COUNTERS: none. */
static unsigned int conntrack_head(const char *line, size_t size,
				   uint8_t columns[CONNTRACK_COLUMNS])
{
	struct fields fields = fields_of(line, size);
	unsigned int count = 0;
	const char *word;
	size_t length;

	while (count < CONNTRACK_COLUMNS && (length = field_word(&fields, &word))) {
		columns[count] = SPACE_COUNTERS;
		for (size_t i = 0; i < ARRAY_SIZE(conntrack_columns); i++) {
			if (strlen(conntrack_columns[i].name) == length &&
			    !memcmp(conntrack_columns[i].name, word, length))
				columns[count] = conntrack_columns[i].counter;
		}
		count++;
	}
	return count;
}

/* One line a processor, in hexadecimal. */
static void read_conntrack(struct evidence_space *row, const char *net)
{
	uint8_t columns[CONNTRACK_COLUMNS];
	unsigned int count = 0;
	struct lines lines;
	uint64_t value;
	size_t size;
	char *line;

	if (lines_open(&lines, net, "stat/nf_conntrack"))
		return;
	if (lines_next(&lines, &line, &size) > 0)
		count = conntrack_head(line, size, columns);
	for (size_t i = 0; count && i < ARRAY_SIZE(conntrack_columns); i++)
		row->counters[conntrack_columns[i].counter] = 0;
	while (lines_next(&lines, &line, &size) > 0) {
		struct fields fields = fields_of(line, size);

		for (unsigned int i = 0; i < count && field_hex(&fields, 0, &value); i++) {
			if (columns[i] < SPACE_COUNTERS)
				row->counters[columns[i]] += value;
		}
	}
	lines_close(&lines);
}

/* Settings and counters of the namespace that this thread is in, through `proc` ("/proc"). */
static void read_settings_and_counters(struct evidence_space *row, const char *proc)
{
	_cleanup_(cleanup_close) int folder = open(proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char net[64];

	for (int i = 0; i < SPACE_COUNTERS; i++)
		row->counters[i] = row->before[i] = EVIDENCE_UNKNOWN64;
	for (int i = 0; i < SPACE_SETTINGS; i++)
		row->settings[i] = EVIDENCE_UNKNOWN64;
	if (folder < 0)
		return;
	read_settings(row, folder);
	snprintf(net, sizeof(net), "%s/thread-self/net", proc);
	read_sections(row, net, "snmp");
	read_sections(row, net, "netstat");
	if (row->settings[SPACE_CT_MAX] != EVIDENCE_UNKNOWN64)
		read_conntrack(row, net);
	row->counters[SPACE_CT_ENTRIES] = row->settings[SPACE_CT_COUNT];
}

/* ---------------------------------------------------------------- namespaces */

struct reading {
	struct evidence_store *store;
	struct tracked *tracked; /* NULL: nothing is asked */
	bool only_used;
	size_t unread; /* could not be entered */
};

static bool has_sockets(const struct evidence_store *store, uint32_t netns)
{
	for (size_t i = 0; i < store->socket_count; i++) {
		if (store->sockets[i].flow.netns == netns)
			return true;
	}
	return false;
}

static int read_one(void *context, const struct namespace *space)
{
	_cleanup_(cleanup_close) int fd = -1;
	struct reading *reading = context;
	struct evidence_space row = {.netns = space->inode};

	if (reading->only_used && !has_sockets(reading->store, space->inode))
		return 0;
	fd = namespace_open_any(space);
	if (fd < 0)
		return fd;
	if (setns(fd, CLONE_NEWNET))
		return -errno;
	read_settings_and_counters(&row, "/proc");
	evidence_read_devices(&row);
	tracked_read(reading->tracked, &row, reading->store);
	untranslated_read(&row, reading->store);
	return evidence_store_space(reading->store, &row);
}

static void on_unread(void *context, uint32_t netns, int err)
{
	struct reading *reading = context;

	reading->unread += !namespace_is_gone(err);
}

/* Names of ip-netns(8). */
static void read_names(struct evidence_store *store)
{
	DIR *folder = opendir(NAMES_FOLDER);
	const struct dirent *entry;
	struct stat info;

	while (folder && (entry = readdir(folder))) {
		if (entry->d_name[0] == '.' || fstatat(dirfd(folder), entry->d_name, &info, 0))
			continue;
		for (size_t i = 0; i < store->space_count; i++) {
			struct evidence_space *space = &store->spaces[i];

			if (space->netns != info.st_ino)
				continue;
			snprintf(space->name, sizeof(space->name), "%.*s",
				 (int)sizeof(space->name) - 1, entry->d_name);
			space->is_netns_name = strlen(entry->d_name) < sizeof(space->name);
		}
	}
	if (folder)
		closedir(folder);
}

/* Where no namespace may be entered. */
static int read_own(struct evidence_store *store)
{
	struct evidence_space row = {.netns = store->own_netns};

	read_settings_and_counters(&row, "/proc");
	evidence_read_devices(&row);
	return evidence_store_space(store, &row);
}

int evidence_read_spaces(struct evidence_store *store, const struct namespaces *spaces,
			 const struct tracked_choice *choice)
{
	struct tracked *tracked = tracked_new(store, choice);
	struct reading reading = {
		store, tracked, spaces->count > (tracked ? SPACES_TRACKED_MAX : SPACES_ALL_MAX), 0};
	struct stat own;
	int err = namespaces_read_each(spaces, read_one, &reading, on_unread, &reading);

	/* the sockets of the same ones were not read, where that needs entering, too */
	if (reading.unread > store->spaces_left_out.unread)
		store->spaces_left_out.unread = reading.unread;
	store->untracked = tracked && tracked->asked ? tracked->left_out : 0;
	tracked_free(tracked);
	if (!stat("/proc/thread-self/ns/net", &own))
		store->own_netns = (uint32_t)own.st_ino;
	if (!store->space_count)
		err = read_own(store);
	read_names(store);
	return err;
}
