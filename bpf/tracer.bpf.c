/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Kernel hooks -> wire records: one object, so that all hooks share the maps; one header a family
 * of hooks. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>

#include "netstate/wire.h"

#include "calls.bpf.h"
#include "compat_calls.bpf.h"
#include "native_calls.bpf.h"
#include "scan.bpf.h"
#include "state.bpf.h"
#include "touch.bpf.h"
#include "uring.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
