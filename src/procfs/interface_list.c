/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The interfaces of /proc/net/dev and the labels of the kernel's addresses, in netstat's order. */
#include "procfs/interface_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/list_grow.h"
#include "procfs/interface_name.h"
#include "procfs/lines.h"
#include "procfs/net_device.h"

void interface_list_release(struct interface_list *list)
{
	free(list->rows);
	*list = (struct interface_list){0};
}

static int add_row(struct interface_list *list, const struct interface_row *row)
{
	if (LIST_GROW(list->rows, list->count, list->cap))
		return -ENOMEM;
	list->rows[list->count++] = *row;
	return 0;
}

static int add_label(void *context, const char *name)
{
	struct interface_row row = {0};

	memcpy(row.name, name, strnlen(name, sizeof(row.name) - 1));
	return add_row(context, &row);
}

/* *ret_error: 0 or -errno of the file; returns 0 or -ENOMEM. */
static int add_devices(struct interface_list *list, const char *net, int *ret_error)
{
	_cleanup_(lines_close) struct lines lines;
	struct interface_row row;
	char *line;
	size_t size;
	int err;

	*ret_error = lines_open(&lines, net, "dev");
	if (*ret_error)
		return 0;
	for (size_t number = 0; lines_next(&lines, &line, &size) > 0; number++) {
		if (number < NET_DEVICE_TITLES || net_device_parse(line, size, &row))
			continue;
		err = add_row(list, &row);
		if (err)
			return err;
	}
	return 0;
}

/* Of equal names the one with counters comes first. */
static int compare_rows(const void *a, const void *b)
{
	const struct interface_row *left = a, *right = b;
	int order = interface_name_compare(left->name, right->name);

	return order ? order : right->has_counters - left->has_counters;
}

static void drop_repeated(struct interface_list *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		if (kept > 0 && !strcmp(list->rows[i].name, list->rows[kept - 1].name))
			continue;
		list->rows[kept++] = list->rows[i];
	}
	list->count = kept;
}

int interface_list_read(struct interface_list *list, const char *net, struct links *links,
			int *ret_file_error, int *ret_labels_error)
{
	int err;

	err = add_devices(list, net, ret_file_error);
	if (err)
		return err;
	*ret_labels_error = links->each_label(links, add_label, list);
	if (*ret_labels_error == -ENOMEM)
		return -ENOMEM;
	if (list->count)
		qsort(list->rows, list->count, sizeof(*list->rows), compare_rows);
	drop_repeated(list);
	return 0;
}
