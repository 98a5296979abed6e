/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lines of the routing tables of AX.25, NET/ROM, ROSE, X.25, IPX and DDP -> rows. */
#include "procfs/other_routes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/list_grow.h"
#include "procfs/fields.h"
#include "procfs/lines.h"

/* Columns `from` up to `from` + room for the text; what the line does not have stays empty. */
static void cut(char *to, size_t to_size, const char *line, size_t size, size_t from)
{
	size_t length = from < size ? size - from : 0;

	if (length > to_size - 1)
		length = to_size - 1;
	memcpy(to, line + (length ? from : 0), length);
	to[length] = '\0';
}

/* The same without blanks around it. */
static void cut_word(char *to, size_t to_size, const char *line, size_t size, size_t from)
{
	size_t length, blanks;

	cut(to, to_size, line, size, from);
	blanks = strspn(to, " ");
	length = strlen(to) - blanks;
	while (length && to[blanks + length - 1] == ' ')
		length--;
	memmove(to, to + blanks, length);
	to[length] = '\0';
}

static int32_t cut_number(const char *line, size_t size, size_t from)
{
	struct fields fields =
		fields_of(line + (from < size ? from : size), from < size ? size - from : 0);
	int32_t value = 0;

	field_i32(&fields, &value);
	return value;
}

/* "%-9s %-4s" call and device, and on old kernels a use count. */
int ax25_route_parse(const char *line, size_t size, struct ax25_route *ret_row)
{
	if (size < 11)
		return -EINVAL;
	cut(ret_row->call, sizeof(ret_row->call), line, size, 0);
	cut(ret_row->device, sizeof(ret_row->device), line, size, 10);
	ret_row->use = cut_number(line, size, 15);
	return 0;
}

/* "%-9s %-7s  %d %d": which neighbour is in use, of how many; for each of them "  %3d   %d %05d":
 * quality, count, number. */
int netrom_route_parse(const char *line, size_t size, struct netrom_route *ret_row)
{
	int32_t which = cut_number(line, size, 19);
	size_t from;

	if (which < 1 || which > 9)
		return -EINVAL;
	from = 24 + 15 * ((size_t)which - 1);
	if (size < from + 13)
		return -EINVAL;
	cut(ret_row->call, sizeof(ret_row->call), line, size, 0);
	cut(ret_row->mnemonic, sizeof(ret_row->mnemonic), line, size, 10);
	cut(ret_row->quality, sizeof(ret_row->quality), line, size, from);
	cut(ret_row->neighbour, sizeof(ret_row->neighbour), line, size, from + 8);
	return 0;
}

/* "%-10s %04d %d" address, mask and count, then " %05d" for each neighbour. */
int rose_route_parse(const char *line, size_t size, struct rose_route *ret_row)
{
	int32_t count = cut_number(line, size, 16);

	if (size < 17 || count < 0 || count > ROSE_NEIGHBOURS)
		return -EINVAL;
	cut(ret_row->address, sizeof(ret_row->address), line, size, 0);
	ret_row->count = (unsigned int)count;
	for (unsigned int i = 0; i < ret_row->count; i++)
		cut(ret_row->neighbours[i], sizeof(ret_row->neighbours[i]), line, size, 18 + 6 * i);
	return 0;
}

/* "%-15s  %-6d  %-5s" address, its significant digits, device */
int x25_route_parse(const char *line, size_t size, struct x25_route *ret_row)
{
	if (size < 26)
		return -EINVAL;
	cut_word(ret_row->address, sizeof(ret_row->address), line, size, 0);
	ret_row->digits = cut_number(line, size, 17);
	cut_word(ret_row->device, sizeof(ret_row->device), line, size, 25);
	return 0;
}

/* The reference takes what hexadecimal digits it finds: "Directly" is D. */
int ipx_route_parse(const char *line, size_t size, struct ipx_route *ret_row)
{
	struct fields fields = fields_of(line, size);
	struct ipx_route row = {0};
	const char *words[3];
	size_t sizes[3];
	uint64_t value;

	for (int i = 0; i < 3; i++) {
		sizes[i] = field_word(&fields, &words[i]);
		if (!sizes[i])
			return -EINVAL;
	}
	fields = fields_of(words[0], sizes[0]);
	if (field_hex(&fields, 0, &value))
		row.network = (uint32_t)value;
	fields = fields_of(words[1], sizes[1]);
	if (field_hex(&fields, 0, &value))
		row.router_network = (uint32_t)value;
	for (size_t i = 0; i < 12 && i < sizes[2]; i++) {
		fields = fields_of(words[2] + i, 1);
		if (!field_hex(&fields, 1, &value))
			break;
		row.router_node[i / 2] |= (uint8_t)(i % 2 ? value : value << 4);
	}
	*ret_row = row;
	return 0;
}

int ddp_route_parse(const char *line, size_t size, struct ddp_route *ret_row)
{
	struct fields fields = fields_of(line, size);
	struct ddp_route row = {0};
	const char *flags_word;
	size_t flags_size;
	int32_t flags = 0;

	if (!field_copy(&fields, row.destination, sizeof(row.destination)) ||
	    !field_copy(&fields, row.gateway, sizeof(row.gateway)))
		return -EINVAL;
	flags_size = field_word(&fields, &flags_word);
	if (!flags_size || !field_copy(&fields, row.device, sizeof(row.device)))
		return -EINVAL;
	fields = fields_of(flags_word, flags_size);
	field_i32(&fields, &flags);
	row.flags = (uint32_t)flags;
	*ret_row = row;
	return 0;
}

/* "%05d %-9s %-4s" number, call, device */
int neighbour_parse(const char *line, size_t size, struct neighbour *ret_row)
{
	if (size < 17)
		return -EINVAL;
	cut(ret_row->number, sizeof(ret_row->number), line, size, 0);
	cut(ret_row->call, sizeof(ret_row->call), line, size, 6);
	cut(ret_row->device, sizeof(ret_row->device), line, size, 16);
	return 0;
}

int neighbours_read(struct neighbours *neighbours, const char *folder, const char *name)
{
	_cleanup_(lines_close) struct lines lines = {.fd = -1};
	struct neighbour row;
	size_t size, cap = 0;
	char *line;
	int err;

	err = lines_open(&lines, folder, name);
	if (err)
		return err;
	lines_next(&lines, &line, &size);
	while (lines_next(&lines, &line, &size) > 0) {
		if (neighbour_parse(line, size, &row))
			continue;
		if (LIST_GROW(neighbours->rows, neighbours->count, cap))
			return -ENOMEM;
		neighbours->rows[neighbours->count++] = row;
	}
	return 0;
}

void neighbours_release(struct neighbours *neighbours)
{
	free(neighbours->rows);
	*neighbours = (struct neighbours){0};
}

const struct neighbour *neighbours_find(const struct neighbours *neighbours, const char *number)
{
	for (size_t i = 0; i < neighbours->count; i++) {
		if (!strcmp(neighbours->rows[i].number, number))
			return &neighbours->rows[i];
	}
	return NULL;
}
