/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Names of the running kernel's functions by an address within them, from /proc/kallsyms: for
 * kernels whose BPF programs cannot name them by themselves (bpf_snprintf's %ps, Linux 5.13).
 */
#ifndef KERNEL_SYMBOLS_H
#define KERNEL_SYMBOLS_H

#include <stdint.h>
#include <stdio.h>

#define SYMBOL_SIZE 48
#define SYMBOLS_KEPT 32 /* the text is gone through for each of the others: 20 ms */

/* Zero-initialise. */
struct symbols {
	FILE *text; /* /proc/kallsyms; whoever opens it decides whether it shows addresses */
	struct {
		uint64_t address;
		char name[SYMBOL_SIZE];
	} kept[SYMBOLS_KEPT];
	unsigned int count, next;
};

/*
 * Opens the text while the process may see addresses (CAP_SYSLOG, kernel/ksyms_common.c): names are
 * found later, without privileges. A failure leaves every name unknown.
 */
void symbols_open(struct symbols *symbols);
void symbols_close(struct symbols *symbols);

/* Good until the next call; "": not known, or addresses are hidden from this process. */
const char *symbols_name(struct symbols *symbols, uint64_t address);

/*
 * `text` as /proc/kallsyms has it, in any order. The function at or before the address, as %ps
 * prints it: "name", or "name [module]"; "" where there is none within a megabyte.
 */
void symbols_search(FILE *text, uint64_t address, char ret_name[static SYMBOL_SIZE]);

#endif
