/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What people call a container and a network namespace. A namespace is called by its name of
 * ip-netns(8), the machine's first one "host", else by the container, the systemd unit or the command of the process with the lowest
 * pid that lives in it. Texts come from outside.
 */
#ifndef NAMES_LABELS_H
#define NAMES_LABELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct labels; /* opaque; remembers what it read */

/* `root` is "", or a folder with proc/, run/, var/ of its own (tests); it must outlive the result. 0
 * or -ENOMEM. */
int labels_new(const char *root, struct labels **ret_labels);
void labels_free(struct labels *labels);

/* Who says how much of a cgroup's path root named, see cgroup_unit_of(). */
void labels_check_units(struct labels *labels, size_t (*by_root)(void *context, const char *path),
			void *context);

/* See containers_find(). */
const char *labels_container(struct labels *labels, const char *id, const char *pod_uid);

/* NULL: nothing is known of it. Valid until the next call. */
const char *labels_netns(struct labels *labels, uint32_t netns);

/*
 * What to put before a command so that it runs in that namespace: "ip netns exec NAME ", "nsenter -t
 * PID -n ", or "" for this process's own. NULL: no way to it is known. Valid until the next call.
 */
const char *labels_netns_enter(struct labels *labels, uint32_t netns);

/* Name of a device by its index in that namespace; the index as text where there is no such device
 * any more. NULL: it is not known. Valid until the next call. */
const char *labels_device(struct labels *labels, uint32_t netns, uint32_t index);

#endif
