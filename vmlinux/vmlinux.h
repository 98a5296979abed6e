/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel's types and fields that netstate's BPF programs read, and no others. Offsets do not
 * matter: libbpf relocates each access to the running kernel's BTF (CO-RE). A name with ___suffix is
 * a flavour: the type as some kernels have it, never a type as some program needs it.
 *
 * `vmlinux/check` looks every field up in a BTF. A field that not every kernel has says so behind
 * it: from 6.5, until 6.12, CONFIG_IPV6; programs ask bpf_core_field_exists() before they read it.
 */
#ifndef VMLINUX_H
#define VMLINUX_H
#define __VMLINUX_H__ /* tells bpf_tracing.h that pt_regs is the kernel's */

#include <linux/types.h>
#include <linux/bpf.h>

#if __STDC_VERSION__ < 202311L /* later C has them as keywords */
typedef _Bool bool;
enum { false = 0, true = 1 };
#endif

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

#include "lists.h"
#include "sockets.h"
#include "tasks.h"
#include "packets.h"
#include "io_uring.h"
#include "iterators.h"

#pragma clang attribute pop

#endif
