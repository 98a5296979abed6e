/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Effective capabilities and the ids that files are checked against, given back for a while. */
#include "base/caller.h"

#include <errno.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <unistd.h>

bool caller_is_weaker(void)
{
	return getauxval(AT_SECURE);
}

uid_t caller_uid(void)
{
	return caller_is_weaker() ? getuid() : geteuid();
}

static struct __user_cap_header_struct head(void)
{
	return (struct __user_cap_header_struct){.version = _LINUX_CAPABILITY_VERSION_3};
}

int caller_rights_begin(struct caller_rights *ret_rights)
{
	struct caller_rights rights = {.lent = caller_is_weaker()};
	struct __user_cap_data_struct own[_LINUX_CAPABILITY_U32S_3];
	struct __user_cap_header_struct to = head();

	if (rights.lent) {
		if (syscall(SYS_capget, &to, rights.caps))
			return -errno;
		memcpy(own, rights.caps, sizeof(own));
		for (unsigned int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
			own[i].effective = 0;
		rights.uid = (uid_t)setfsuid(getuid());
		rights.gid = (gid_t)setfsgid(getgid());
		if (syscall(SYS_capset, &to, own)) {
			int err = -errno;

			caller_rights_end(&rights);
			return err;
		}
	}
	*ret_rights = rights;
	return 0;
}

void caller_rights_end(const struct caller_rights *rights)
{
	struct __user_cap_header_struct to = head();
	int err = errno;

	if (!rights->lent)
		return;
	setfsuid(rights->uid);
	setfsgid(rights->gid);
	syscall(SYS_capset, &to, rights->caps);
	errno = err;
}
