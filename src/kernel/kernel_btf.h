/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel's type information (BTF): of the file that --btf names, else the kernel's own. libbpf
 * asks for it by btf__load_vmlinux_btf(); the linker (--wrap) leads that call here, so that CO-RE,
 * attach points and features come from one place.
 */
#ifndef KERNEL_KERNEL_BTF_H
#define KERNEL_KERNEL_BTF_H

struct btf;

/* option_row's store function of --btf; checks that FILE can be read and is BTF. */
int option_store_btf(const char *path, void *ignored);

/* 0 or -errno; kernel_btf_why() then says why. */
int kernel_btf_load(struct btf **ret_btf);

/* Why BTF could not be read the last time, one sentence; NULL: it was read. */
const char *kernel_btf_why(void);

#endif
