/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* bpf/sock_read.bpf.h comes with the tracer's maps, which most objects do not use. */
#ifndef KERNEL_LEAVE_MAPS_OUT_H
#define KERNEL_LEAVE_MAPS_OUT_H

struct bpf_object;

/* Creates no map but the named ones (NULL ends them) and those of global variables. Before load. */
void leave_maps_out(struct bpf_object *object, const char *const *kept);

#endif
