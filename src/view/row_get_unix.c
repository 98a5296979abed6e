/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The getters of what only UNIX sockets have. Pure. */
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "view/row_get.h"

static void set_bytes(struct field_value *value, const char *bytes, size_t size)
{
	if (!bytes)
		return;
	value->type = VALUE_BYTES;
	value->bytes = bytes;
	value->size = (uint32_t)size;
}

static void set_inode(struct field_value *value, uint64_t inode)
{
	if (!inode)
		return;
	value->type = VALUE_UNSIGNED;
	value->number = inode;
}

void row_get_socket_type(const struct row_view *view, struct field_value *ret_value)
{
	static const char *const words[] = {
		[SOCK_STREAM] = "stream", [SOCK_DGRAM] = "dgram", [SOCK_SEQPACKET] = "seqpacket"};
	unsigned int type = view->unix_facts ? view->unix_facts->type : 0;

	if (!type)
		return;
	ret_value->type = VALUE_WORD;
	ret_value->word = type < ARRAY_SIZE(words) ? words[type] : NULL;
	ret_value->unknown = "type-";
	ret_value->number = type;
}

void row_get_path(const struct row_view *view, struct field_value *ret_value)
{
	if (view->unix_facts)
		set_bytes(ret_value, view->unix_facts->path, view->unix_facts->path_size);
}

void row_get_peer_path(const struct row_view *view, struct field_value *ret_value)
{
	if (view->unix_facts)
		set_bytes(ret_value, view->unix_facts->peer_path, view->unix_facts->peer_path_size);
}

void row_get_peer_inode(const struct row_view *view, struct field_value *ret_value)
{
	if (view->unix_facts)
		set_inode(ret_value, view->unix_facts->peer_inode);
}

/* The array is written by row_json() and row_text(); sorting takes the first one. */
void row_get_peer_owners(const struct row_view *view, struct field_value *ret_value)
{
	const struct unix_facts *facts = view->unix_facts;

	if (facts && facts->peer_owner_count)
		set_bytes(ret_value, facts->peer_owners[0].comm,
			  strnlen(facts->peer_owners[0].comm, FLOW_COMM_SIZE));
}

/* "PATH:INODE", as ss has it; '*' where there is no path. */
static void set_unix_end(struct field_value *value, const char *path, size_t size, uint64_t inode)
{
	value->type = VALUE_UNIX_END;
	value->bytes = path ? path : "*";
	value->size = path ? (uint32_t)size : 1;
	value->number = inode;
}

void row_get_unix_local(const struct row_view *view, struct field_value *ret_value)
{
	set_unix_end(ret_value, view->unix_facts->path, view->unix_facts->path_size,
		     view->detail ? view->detail->inode : 0);
}

void row_get_unix_remote(const struct row_view *view, struct field_value *ret_value)
{
	set_unix_end(ret_value, view->unix_facts->peer_path, view->unix_facts->peer_path_size,
		     view->unix_facts->peer_inode);
}
