/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Evidence <-> bytes. Pure. */
#include "evidence/recording.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "evidence/hide.h"
#include "netstate/tcp_state.h"

static const char magic[8] = "NSEVID1";

enum section { SOCKETS, HOLDERS, PROCESSES, SPACES, EVENTS, SECTIONS };

static const uint32_t sizes[] = {
	[SOCKETS] = sizeof(struct socket_detail),      [HOLDERS] = sizeof(struct evidence_holder),
	[PROCESSES] = sizeof(struct evidence_process), [SPACES] = sizeof(struct evidence_space),
	[EVENTS] = sizeof(struct evidence_event),
};

struct header {
	char magic[8];
	uint32_t sizes[SECTIONS];
	uint32_t own_netns;
	uint64_t counts[SECTIONS];
	uint64_t now_ns, watch_ns;
	int64_t wall_offset_ns;
	uint8_t holders_known;
	uint8_t pad[3];
	uint32_t untracked; /* 0 in recordings from before it was kept */
};

_Static_assert(sizeof(struct header) == EVIDENCE_RECORDING_HEADER, "what a reader asks for first");

/* ---------------------------------------------------------------- to bytes */

union any_row {
	struct socket_detail socket;
	struct evidence_holder holder;
	struct evidence_process process;
	struct evidence_space space;
	struct evidence_event event;
};

static void hide_row(const struct hide *hide, int section, union any_row *row)
{
	if (section == SOCKETS)
		evidence_hide_socket(hide, &row->socket);
	else if (section == HOLDERS)
		evidence_hide_holder(hide, &row->holder);
	else if (section == PROCESSES)
		evidence_hide_process(hide, &row->process);
	else if (section == SPACES)
		evidence_hide_space(hide, &row->space);
	else
		evidence_hide_event(hide, &row->event);
}

/* The rows of one kind, and which of them are written; NULL: all. */
struct section_rows {
	const char *rows;
	uint64_t count;
	const uint8_t *chosen;
};

static uint64_t count_chosen(const struct section_rows *rows)
{
	uint64_t count = 0;

	for (uint64_t i = 0; i < rows->count; i++)
		count += !rows->chosen || rows->chosen[i];
	return count;
}

static void encode_rows(const struct hide *hide, int section, const struct section_rows *rows,
			struct buf *out)
{
	union any_row row;

	for (uint64_t i = 0; i < rows->count; i++) {
		if (rows->chosen && !rows->chosen[i])
			continue;
		memcpy(&row, rows->rows + i * sizes[section], sizes[section]);
		hide_row(hide, section, &row);
		buf_put(out, &row, sizes[section]);
	}
}

void evidence_encode(const struct evidence *evidence, const struct evidence_rows *rows,
		     const struct hide *hide, struct buf *out)
{
	const struct evidence_rows all = {}, *chosen = rows ? rows : &all;
	const struct section_rows sections[SECTIONS] = {
		[SOCKETS] = {(const char *)evidence->sockets, evidence->socket_count,
			     chosen->sockets},
		[HOLDERS] = {(const char *)evidence->holders, evidence->holder_count,
			     chosen->holders},
		[PROCESSES] = {(const char *)evidence->processes, evidence->process_count,
			       chosen->processes},
		[SPACES] = {(const char *)evidence->spaces, evidence->space_count, chosen->spaces},
		[EVENTS] = {(const char *)evidence->events, evidence->event_count, chosen->events},
	};
	struct header header = {
		.own_netns = evidence->own_netns,
		.now_ns = evidence->now_ns,
		.watch_ns = evidence->watch_ns,
		.wall_offset_ns = evidence->wall_offset_ns,
		.holders_known = evidence->holders_known,
		.untracked = evidence->untracked,
	};

	memcpy(header.magic, magic, sizeof(header.magic));
	memcpy(header.sizes, sizes, sizeof(header.sizes));
	for (int i = 0; i < SECTIONS; i++)
		header.counts[i] = count_chosen(&sections[i]);
	buf_put(out, &header, sizeof(header));
	for (int i = 0; i < SECTIONS; i++)
		encode_rows(hide, i, &sections[i], out);
}

/* ---------------------------------------------------------------- from bytes */

static void end_text(char *text, size_t size)
{
	text[size - 1] = '\0';
}

static int load_socket(struct evidence_store *store, const void *bytes)
{
	struct socket_detail row;

	memcpy(&row, bytes, sizeof(row));
	end_text(row.flow.comm, sizeof(row.flow.comm));
	if (row.form >= SOCKET_FORMS || row.state >= TCP_STATE_MAX)
		return -EIO;
	return evidence_store_socket(store, &row);
}

static int load_holder(struct evidence_store *store, const void *bytes)
{
	struct evidence_holder row;

	memcpy(&row, bytes, sizeof(row));
	end_text(row.comm, sizeof(row.comm));
	return evidence_store_holder(store, &row);
}

static int load_process(struct evidence_store *store, const void *bytes)
{
	struct evidence_process row;

	memcpy(&row, bytes, sizeof(row));
	end_text(row.comm, sizeof(row.comm));
	end_text(row.wchan, sizeof(row.wchan));
	end_text(row.unit, sizeof(row.unit));
	return evidence_store_process(store, &row);
}

static int load_space(struct evidence_store *store, const void *bytes)
{
	struct evidence_space row;

	memcpy(&row, bytes, sizeof(row));
	end_text(row.name, sizeof(row.name));
	if (row.device_count > EVIDENCE_DEVICES_MAX)
		return -EIO;
	for (uint32_t i = 0; i < row.device_count; i++)
		end_text(row.devices[i].name, sizeof(row.devices[i].name));
	return evidence_store_space(store, &row);
}

static int load_event(struct evidence_store *store, const void *bytes)
{
	struct evidence_event row;

	memcpy(&row, bytes, sizeof(row));
	end_text(row.flow.comm, sizeof(row.flow.comm));
	end_text(row.reason, sizeof(row.reason));
	end_text(row.place, sizeof(row.place));
	if (row.kind >= EVIDENCE_EVENT_KINDS)
		return -EIO;
	return evidence_store_event(store, &row);
}

static int (*const takers[])(struct evidence_store *store, const void *bytes) = {
	[SOCKETS] = load_socket, [HOLDERS] = load_holder, [PROCESSES] = load_process,
	[SPACES] = load_space,	 [EVENTS] = load_event,
};

int evidence_recording_size(const void *bytes, size_t size, uint64_t *ret_size)
{
	uint64_t whole = sizeof(struct header);
	struct header header;

	if (size < sizeof(header))
		return -EINVAL;
	memcpy(&header, bytes, sizeof(header));
	if (memcmp(header.magic, magic, sizeof(magic)) != 0)
		return -EINVAL;
	if (memcmp(header.sizes, sizes, sizeof(sizes)) != 0)
		return -EPROTO;
	for (int i = 0; i < SECTIONS; i++) {
		if (header.counts[i] > (EVIDENCE_RECORDING_MAX - whole) / sizes[i])
			return -EIO;
		whole += header.counts[i] * sizes[i];
	}
	*ret_size = whole;
	return 0;
}

int evidence_decode(const void *bytes, size_t size, struct evidence_store *store)
{
	const char *at = bytes;
	struct header header;
	uint64_t whole;
	int err = evidence_recording_size(bytes, size, &whole);

	if (err)
		return err;
	if (whole > size)
		return -EIO;
	memcpy(&header, at, sizeof(header));
	at += sizeof(header);
	store->now_ns = header.now_ns;
	store->watch_ns = header.watch_ns;
	store->wall_offset_ns = header.wall_offset_ns;
	store->own_netns = header.own_netns;
	store->holders_known = header.holders_known;
	store->untracked = header.untracked;
	for (int i = 0; i < SECTIONS; i++) {
		for (uint64_t row = 0; !err && row < header.counts[i]; row++, at += sizes[i])
			err = takers[i](store, at);
	}
	return err;
}
