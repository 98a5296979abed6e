/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Descriptors of network namespaces, by paths and descriptors that other users shape. What a path
 * leads to is judged by the kernel's own name of it ("net:[4026531840]") before it is opened.
 */
#ifndef NAMESPACES_NETNS_FILE_H
#define NAMESPACES_NETNS_FILE_H

#include <stdint.h>

/* 0 and the inode, or -errno: -EINVAL where it is no network namespace. Opens nothing. */
int netns_file_inode(int dir, const char *path, uint32_t *ret_inode);

/* A descriptor to enter it by; -ESTALE where it is another one than `inode`. */
int netns_file_open(const char *path, uint32_t inode);

/* The same of a place where it is mounted: the folders above may be of a user's own file system,
 * whose daemon is not asked (5.12). */
int netns_file_open_mount(const char *path, uint32_t inode);

/*
 * That of the socket that is descriptor `number` of a process. Taking and closing a foreign
 * descriptor may wait for its owner (FUSE's flush, SO_LINGER): a child does both, which has a
 * fifth of a second, and gives the namespace back.
 */
int netns_file_of_socket(uint32_t pid, uint32_t number, uint32_t inode);

#endif
