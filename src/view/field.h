/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The field table: everything that can be shown, one row a field. Text, JSON, `--fields` and the
 * documentation are all driven by it. A field has one getter, which gives a typed value; how a type
 * is written is said once for each format.
 */
#ifndef VIEW_FIELD_H
#define VIEW_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netstate/event.h"

enum field_id {
	/* the keys of a JSON event, in their order; append-only */
	FIELD_TIME,
	FIELD_KTIME_NS,
	FIELD_KIND,
	FIELD_NETNS,
	FIELD_PROTOCOL,
	FIELD_COOKIE,
	FIELD_FAMILY,
	FIELD_LADDR,
	FIELD_LPORT,
	FIELD_RADDR,
	FIELD_RPORT,
	FIELD_OLD,
	FIELD_NEW,
	FIELD_AFTER_US,
	FIELD_PID,
	FIELD_COMM,
	FIELD_UID,
	FIELD_OWNER,
	FIELD_CGROUP,
	FIELD_ERR,
	FIELD_FD,
	FIELD_RET,
	FIELD_LATENCY_US,
	FIELD_LOST,
	FIELD_NETNS_NAME,
	FIELD_CLOSED_BY,
	FIELD_ADDRESS_FROM,
	FIELD_BLOCKED_BY,
	FIELD_TIMEOUT,
	/* columns of text only */
	FIELD_LOCAL,
	FIELD_REMOTE,
	FIELD_FROM,
	FIELD_TO,
	FIELD_AFTER,
	FIELD_NOTE,
	FIELD_MAX,
};

#define FIELD_LAST_KEY FIELD_TIMEOUT

enum field_json {
	FIELD_JSON_NONE, /* a column of text only */
	FIELD_JSON_NUMBER,
	FIELD_JSON_STRING,
	FIELD_JSON_ARRAY,
	FIELD_JSON_OBJECT,
};

/* struct field.in: where it can be other than null; bit 1 << enum event_kind */
#define FIELD_IN_STATE (1u << EVENT_STATE)
#define FIELD_IN_CONNECT (1u << EVENT_CONNECT)
#define FIELD_IN_ACCEPT (1u << EVENT_ACCEPT)
#define FIELD_IN_GAP (1u << EVENT_GAP)
#define FIELD_IN_BIND (1u << EVENT_BIND)
#define FIELD_IN_LISTEN (1u << EVENT_LISTEN)
#define FIELD_IN_REFUSALS (FIELD_IN_BIND | FIELD_IN_LISTEN)
#define FIELD_IN_ASKED (FIELD_IN_CONNECT | FIELD_IN_BIND)
#define FIELD_IN_CALLS (FIELD_IN_CONNECT | FIELD_IN_ACCEPT | FIELD_IN_REFUSALS)
#define FIELD_IN_FLOWS (FIELD_IN_STATE | FIELD_IN_CALLS)
#define FIELD_IN_EVENTS (FIELD_IN_FLOWS | FIELD_IN_GAP)

enum value_type {
	VALUE_NULL,
	VALUE_EMPTY,	/* text: nothing at all */
	VALUE_UNSIGNED, /* number */
	VALUE_SIGNED,	/* number, as two's complement */
	VALUE_PID,	/* number; text marks how sure its owner is: see owner_mark() */
	VALUE_WORD,	/* word; where it is NULL, `unknown` and number, as in "state-17" */
	VALUE_BYTES,	/* bytes, size: from outside, anything */
	VALUE_CGROUP,	/* number: cgroup id */
	VALUE_NETNS,	/* number: inode of a network namespace; text without a name shows it */
	VALUE_ADDRESS,	/* end */
	VALUE_ENDPOINT, /* end; number: the device, 0: none; size: its namespace */
	VALUE_UNIX_END, /* bytes, size: a path; number: inode, 0: none. Text alone */
	VALUE_DEVICE,	/* number: index of a device; size: its namespace */
	VALUE_TIME,	/* number: CLOCK_MONOTONIC, ns */
	VALUE_SPAN,	/* number: ns; JSON has it in us */
	VALUE_FD,	/* number; text "fd 7" */
	VALUE_PROCESS,	/* actor; text "word 4711/sshd", the word where there is one */
	VALUE_BLOCKER,	/* event: of EVENT_BIND or EVENT_LISTEN */
	VALUE_TIMEOUT,	/* event; text has its error in front */
};

struct field_value {
	uint8_t type; /* enum value_type */
	uint8_t owner;
	uint32_t size;
	uint64_t number;
	union {
		const char *word;
		const char *bytes;
		const struct endpoint *end;
		const struct actor *actor;
		const struct event *event;
	};
	/* VALUE_WORD; VALUE_PROCESS: the word, VALUE_FD: what follows; or NULL */
	const char *unknown;
};

#define FIELD_KEY_SIZE 16

struct field {
	const char *name;   /* the JSON key, the word in --fields */
	const char *header; /* of its column of text */
	const char *help;
	char key[FIELD_KEY_SIZE]; /* `,"name":`, ready to be written */
	uint8_t key_size;
	uint8_t width; /* of its column */
	uint8_t json;  /* enum field_json */
	uint8_t in;    /* FIELD_IN_* */
	void (*get)(const struct event *event, struct field_value *ret_value);
};

extern const struct field fields[FIELD_MAX];

/* VALUE_NULL where the field is not one of this kind of event. */
void field_get(const struct field *field, const struct event *event, struct field_value *ret_value);

struct view;
struct buf;

/* A value as JSON; as text without padding: returns the columns that it takes. */
void view_json_value(struct view *view, const struct field_value *value, struct buf *out);
size_t view_text_value(struct view *view, const struct field_value *value, struct buf *out);

#endif
