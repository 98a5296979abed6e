/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Programs -> how often each was skipped. */
#include "kernel/skips.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

uint64_t skips_of_program(const struct bpf_program *program)
{
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);

	if (bpf_program__fd(program) < 0 ||
	    bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size))
		return 0;
	return info.recursion_misses;
}

uint64_t skips_of_object(const struct bpf_object *object)
{
	const struct bpf_program *program = NULL;
	uint64_t sum = 0;

	while ((program = bpf_object__next_program(object, (struct bpf_program *)program)))
		sum += skips_of_program(program);
	return sum;
}
