/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A small file of settings below $XDG_CONFIG_HOME/netstate, else $HOME/.config/netstate. Only the
 * caller's own regular file, in the caller's own folder, that nobody else may write, is read; no
 * symbolic link of these two is followed. $HOME may be another user's, as under sudo.
 */
#ifndef BASE_CONFIG_FILE_H
#define BASE_CONFIG_FILE_H

#include <stddef.h>

/*
 * With a NUL behind it. 0; -ENOENT where there is none, -EPERM where it is not the caller's alone,
 * -ELOOP, -E2BIG ...
 */
int config_file_read(const char *name, char *text, size_t room);

/* Of mode 0600, in folders of mode 0700, which are made; a file that is there is replaced as a whole. 0
 * or -errno. */
int config_file_write(const char *name, const char *text, size_t size);

#endif
