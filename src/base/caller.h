/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The rights of the caller, where the program's file lends more: capabilities of the file (setcap(8)),
 * set-user-ID. What the caller names is opened with the caller's own rights, or the file would read
 * and write for everybody what only it may.
 */
#ifndef BASE_CALLER_H
#define BASE_CALLER_H

#include <linux/capability.h>
#include <stdbool.h>
#include <sys/types.h>

/* The kernel says so (AT_SECURE): the program has rights that its caller has not. */
bool caller_is_weaker(void);

/* Whose files are the caller's own. */
uid_t caller_uid(void);

struct caller_rights {
	bool lent;
	uid_t uid;
	gid_t gid;
	struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3];
};

/*
 * From here to caller_rights_end() what this thread opens is opened by the caller's own rights; where
 * the file lends none nothing changes. 0, or -errno: then nothing must be opened.
 */
int caller_rights_begin(struct caller_rights *ret_rights);
/* errno stays. */
void caller_rights_end(const struct caller_rights *rights);

#endif
