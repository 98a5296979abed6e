/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Event -> bytes: one aligned line of text, or one JSON object a line. Pure: what would be I/O
 * (cgroup paths, the clock's offset, the time zone) comes in with struct view. The formats are in
 * docs/json.md and netstate(8).
 */
#ifndef VIEW_VIEW_H
#define VIEW_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "netstate/event.h"
#include "netstate/cgroup_unit.h"

struct event_columns;

enum view_time {
	VIEW_TIME_LOCAL, /* 10:15:02.120451 */
	VIEW_TIME_UTC,
	VIEW_TIME_REL, /* seconds since the first event, 0.000000 */
	VIEW_TIME_NS,  /* ktime_ns */
};

/* The columns of a line of events as they fit; of the view. */
struct view_columns {
	uint8_t ids[64], widths[64]; /* enum field_id; a width of 0: what is left of the line */
	bool leads[64];		     /* an arrow stands in front */
	unsigned int count, line_width;
	bool netns, date;
};

struct view {
	/* settings, by the caller */
	enum view_time time;
	bool color;	    /* by state; only for terminals */
	bool netns_column;  /* text: the network namespace behind the time */
	bool terminal_safe; /* text: replace what could steer a terminal; JSON always is */
	unsigned int width; /* text in blocks: lines are broken to it; 0: they are not */
	unsigned int
		line_width; /* text of events: lines fit into it; 0: they are as long as they are */
	const struct event_columns *columns; /* of events; NULL: the usual columns, every key */
	int64_t today; /* Unix seconds of a moment of today: other days show their date; 0: no day does */
	/* Events that come now: a moment of the day that they began on, see view_adds_date(); 0: none */
	int64_t begun;
	int64_t wall_offset_ns; /* CLOCK_REALTIME minus CLOCK_MONOTONIC; the caller may refresh it
				   at any time */
	/* Seconds east of UTC at this moment (time zone rules); called about once a second at most.
	 */
	int32_t (*utc_offset)(int64_t unix_seconds);
	/* Path in cgroup v2 ("/user.slice/x"), or NULL; owned by the callee, good until the next
	 * call. */
	const char *(*cgroup_path)(void *context, uint64_t cgroup_id);
	/* How much of that path root named, see cgroup_unit_of(). NULL: nobody can say. */
	size_t (*cgroup_by_root)(void *context, uint64_t cgroup_id);
	/* Name of a container by its id and its pod's ("" where it has none), and of a network
	 * namespace by its inode; NULL: there is none. Owned by the callee, good until the next
	 * call. Both may be NULL: ids and inodes are shown. */
	const char *(*container_name)(void *context, const char *id, const char *pod_uid);
	const char *(*netns_name)(void *context, uint32_t netns);
	/* What a command that is to run in that namespace begins with ("ip netns exec NAME ", ""); NULL:
	 * no way to it is known. */
	const char *(*netns_enter)(void *context, uint32_t netns);
	/* Name of a device by its index in that namespace. */
	const char *(*device_name)(void *context, uint32_t netns, uint32_t index);
	/* Text: the name of the host that has this address, or NULL. NULL: addresses are shown. */
	const char *(*host_name)(void *host_context, const struct endpoint *end);
	void *host_context;
	void *context;
	struct cgroup_unit unit; /* the last one that a field had */
	/* the view's own memory from one event to the next; zero at first */
	struct view_cache {
		int64_t second; /* whose date and clock the texts below are */
		char clock[24]; /* "10:15:02", "2025-11-20 10:15:02" where that is not today */
		uint8_t clock_size;
		char date_clock[24];  /* "2026-11-20T10:15:02", UTC */
		int64_t dated_second; /* whose day was compared last */
		uint64_t first_ktime_ns;
		uint64_t cgroup_id; /* last one written, as a JSON string */
		char cgroup_json[600];
		uint16_t cgroup_json_size;
		uint32_t netns; /* of the first event; 0: none yet */
		bool has_second, has_first, has_cgroup;
		struct view_columns columns;
	} cache;
};

/* The header line of the text form. */
void view_header(struct view *view, struct buf *out);
/* Sets today to the day that the events began on, at the first event of another day; whether it did so
 * now: the header is due. */
bool view_adds_date(struct view *view, uint64_t ktime_ns);
/* Both: namespaces and dates get their place once there are events of two. */
bool view_adds_columns(struct view *view, const struct event *event);
void view_text(struct view *view, const struct event *event, struct buf *out);
void view_json(struct view *view, const struct event *event, struct buf *out);

#endif
