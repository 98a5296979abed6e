/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names of programs and maps: the kernel and bpftool(8) show them with the prefix, netstate's texts and tables have none. */
#ifndef KERNEL_BPF_NAMES_H
#define KERNEL_BPF_NAMES_H

#include <bpf/libbpf.h>
#include <stdio.h>
#include <string.h>

#define BPF_NAME_PREFIX "netstate_"

/* "netstate_scan" -> "scan" */
static inline const char *bpf_plain_name(const char *name)
{
	size_t size = sizeof(BPF_NAME_PREFIX) - 1;

	return strncmp(name, BPF_NAME_PREFIX, size) ? name : name + size;
}

/* NULL: the object has no program of this plain name. */
static inline struct bpf_program *bpf_program_find(const struct bpf_object *object,
						   const char *plain)
{
	char name[64];

	snprintf(name, sizeof(name), BPF_NAME_PREFIX "%s", plain);
	return bpf_object__find_program_by_name(object, name);
}

#endif
