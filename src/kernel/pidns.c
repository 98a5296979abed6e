/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whose numbers processes have here: the pid namespace of this /proc. */
#include "kernel/pidns.h"

#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_PID_NAMESPACE 0xeffffffcu /* include/linux/proc_ns.h: PROC_PID_INIT_INO */

/* /proc may be of another namespace than ours: of the host's, in a container. Process 1 is of that
 * one; who may not look at it is mostly of the same. */
uint32_t pidns_inode(void)
{
	struct stat info;

	if (stat("/proc/1/ns/pid", &info) && stat("/proc/self/ns/pid", &info))
		return 0;
	return (uint32_t)info.st_ino == FIRST_PID_NAMESPACE ? 0 : (uint32_t)info.st_ino;
}

const char *pidns_note(void)
{
	if (access("/proc/self/stat", R_OK))
		return "there is no /proc: numbers of processes are those of the machine's first pid "
		       "namespace";
	if (pidns_inode())
		return "this is a pid namespace of its own: processes outside of it have no number "
		       "here and are shown without one";
	return NULL;
}
