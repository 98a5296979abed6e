/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a recording does not give away. Kernel addresses are replaced by a keyed hash, always: they
 * would show where the kernel is (KASLR), and only have to distinguish sockets. With `redact`
 * Internet addresses and names of processes are replaced too: the same by the same, one address by
 * one address, and what kind of address it is stays, so that a replay comes to the same. Pure.
 */
#ifndef EVENTS_HIDE_H
#define EVENTS_HIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hide {
	uint64_t key[2]; /* random, of one recording */
	bool redact;
};

/* Whole wire records, one behind the other; what is none of them ends it. */
void hide_records(const struct hide *hide, void *bytes, size_t size);

/* Addresses and names of a struct stall_kept. */
void hide_kept(const struct hide *hide, void *record);

/* 0 stays 0; another is never 0. */
void hide_kernel_address(const struct hide *hide, uint64_t *address);

/* What an earlier, longer text left behind the NUL. */
void hide_tail(char *text, size_t size);

/* A text with its NUL in `size` bytes, at least 16: "name-" and eight digits, or still empty. */
void hide_text(const struct hide *hide, char *text, size_t size);

/* 16 bytes, IPv4 as ::ffff:a.b.c.d. */
void hide_address(const struct hide *hide, uint8_t addr[16]);

#endif
