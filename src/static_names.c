/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Only in the static program: names come from files and DNS alone, whatever nsswitch.conf(5) says. */
#include <nss.h>

#include "base/cleanup.h"

/*
 * A static program would load the other services' modules, which must be of the very C library that
 * it was linked with: on another system they crash it. files and dns are part of it.
 */
__attribute__((constructor)) static void names_from_files(void)
{
	static const char *const databases[] = {"passwd", "services", "protocols", "networks"};

	for (size_t i = 0; i < ARRAY_SIZE(databases); i++)
		__nss_configure_lookup(databases[i], "files");
	__nss_configure_lookup("hosts", "files dns");
}
