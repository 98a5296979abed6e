/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Gives privileges up for good: every capability, gaining any by execve(2) (no_new_privs), opening
 * files (Landlock, where the kernel has it), and every system call that reading descriptors, waiting
 * and writing do not need (seccomp). Open descriptors stay open.
 */
#ifndef PRIVILEGE_DROP_H
#define PRIVILEGE_DROP_H

#include <stdbool.h>

#define DROP_CAPABILITIES 1
#define DROP_NEW_PRIVILEGES 2
#define DROP_FILES 4
#define DROP_SYSTEM_CALLS 8

/*
 * Which of these were given up; the kernel or its build may lack the rest. `on_terminal`: ncurses, opened
 * before, goes on: it may set the terminal's modes and stop this process.
 */
unsigned int privilege_drop(bool on_terminal);

/* Keeps only what reading others' files and namespaces, BPF maps and links need; with `writes` also what
 * writing another user's file needs (--force), with `signals` what ending a process needs. True: done. */
bool privilege_reduce(bool writes, bool signals);

/* Keeps only what becoming another user needs. True: done. */
bool privilege_become(void);

/* The same, and nothing is gained by execve(2): for a process that goes on asking the kernel. */
bool privilege_keep(bool writes);

#endif
