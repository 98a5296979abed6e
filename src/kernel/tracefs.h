/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Classic tracepoints by name, whether or not tracefs is mounted anywhere: a mount of our own that
 * nobody else sees. */
#ifndef KERNEL_TRACEFS_H
#define KERNEL_TRACEFS_H

struct bpf_program;
struct bpf_link;

/* Descriptor of tracefs' root directory, or -errno. */
int tracefs_open(void);

/* Attaches the program to "group/name" on all CPUs. 0 or -errno. */
int tracefs_attach(const struct bpf_program *program, int tracefs_fd, const char *event,
		   struct bpf_link **ret_link);

#endif
