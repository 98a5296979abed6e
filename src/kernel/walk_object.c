/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Loads the programs of a walk: bpf/walk.bpf.c or bpf/walk_details.bpf.c. */
#include "kernel/walk_object.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <sys/mman.h>

#include "kernel/features.h"
#include "kernel/leave_maps_out.h"
#include "kernel/pidns.h"
#include "walk.skel.h"
#include "walk_details.skel.h"

#define ROWS_SIZE(object) (WIRE_WALK_ROWS * (object)->row_size)
#define NETS_SIZE (WIRE_WALK_NETS * sizeof(struct wire_walk_net))

static const char *const maps_kept[] = {"rows", "nets", "wanted", NULL};

static int map_array(const struct bpf_map *map, size_t size, void **ret_memory)
{
	void *memory = mmap(NULL, size, PROT_READ, MAP_SHARED, bpf_map__fd(map), 0);

	if (memory == MAP_FAILED)
		return -errno;
	*ret_memory = memory;
	return 0;
}

/* Both skeletons have members of the same names. */
#define SHARE(object, bpf)                                                                         \
	do {                                                                                       \
		(object)->find_tables = (bpf)->progs.find_tables;                                  \
		(object)->walk = (bpf)->progs.walk;                                                \
		(object)->request = &(bpf)->bss->request;                                          \
		(object)->answer = &(bpf)->bss->answer;                                            \
		(object)->tables = &(bpf)->bss->tables;                                            \
		(object)->holders.scan_number = &(bpf)->bss->scan_number;                          \
		(object)->holders.only_wanted = &(bpf)->bss->only_wanted;                          \
		(object)->holders.at = &(bpf)->bss->holders_at;                                    \
	} while (0)

static int map_memory(struct walk_object *object, const struct bpf_map *rows,
		      const struct bpf_map *nets)
{
	int err = map_array(rows, ROWS_SIZE(object), &object->rows);

	return err ? err : map_array(nets, NETS_SIZE, (void **)&object->nets);
}

static int load_lists(struct walk_object *object, const struct features *features)
{
	object->lists = walk_bpf__open();
	if (!object->lists)
		return -errno;
	object->lists->rodata->has_rdonly_cast = features->rdonly_cast;
	object->lists->rodata->has_socket_cookie = features->socket_cookie;
	object->lists->rodata->has_sock_storage = features->sock_storage;
	object->lists->rodata->pidns_inode = pidns_inode();
	leave_maps_out(object->lists->obj, maps_kept);
	return walk_bpf__load(object->lists);
}

int walk_object_open(struct walk_object *object)
{
	struct features features;
	int err = features_of_kernel(&features);

	object->row_size = sizeof(struct wire_listed);
	if (!err)
		err = load_lists(object, &features);
	if (!err)
		err = map_memory(object, object->lists->maps.rows, object->lists->maps.nets);
	if (!err)
		err = holders_attach(&object->holders, object->lists->progs.list_holders,
				     object->lists->maps.wanted);
	if (err)
		return err;
	SHARE(object, object->lists);
	object->walk_bound = object->lists->progs.walk_bound;
	return 0;
}

static int load_details(struct walk_object *object, const struct features *features)
{
	object->details = walk_details_bpf__open();
	if (!object->details)
		return -errno;
	object->details->rodata->has_rdonly_cast = features->rdonly_cast;
	object->details->rodata->has_socket_cookie = features->socket_cookie;
	object->details->rodata->has_sock_storage = features->sock_storage;
	object->details->rodata->pidns_inode = pidns_inode();
	leave_maps_out(object->details->obj, maps_kept);
	return walk_details_bpf__load(object->details);
}

static int attach_details(struct walk_object *object)
{
	int err = holders_attach(&object->holders, object->details->progs.list_holders,
				 object->details->maps.wanted);

	if (err)
		return err;
	object->tasks = bpf_program__attach_iter(object->details->progs.list_tasks, NULL);
	return object->tasks ? 0 : -errno;
}

int walk_object_open_details(struct walk_object *object)
{
	struct features features;
	int err = features_of_kernel(&features);

	object->row_size = sizeof(struct wire_detail);
	if (!err && !features.rdonly_cast)
		err = -ENOTSUP;
	if (!err)
		err = load_details(object, &features);
	if (!err)
		err = map_memory(object, object->details->maps.rows, object->details->maps.nets);
	if (!err)
		err = attach_details(object);
	if (err)
		return err;
	SHARE(object, object->details);
	return 0;
}

void walk_object_close(struct walk_object *object)
{
	if (object->rows)
		munmap(object->rows, ROWS_SIZE(object));
	if (object->nets)
		munmap(object->nets, NETS_SIZE);
	bpf_link__destroy(object->tasks);
	holders_release(&object->holders);
	walk_bpf__destroy(object->lists);
	walk_details_bpf__destroy(object->details);
	*object = (struct walk_object){};
}
