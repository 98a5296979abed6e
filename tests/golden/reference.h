/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A folder of tests/golden/netstat: its /proc, its command lines (`cases`), and what the reference
 * printed for each (`expected/WORDS.out`, `.err`, `.status`), written by tests/golden/netstat/record.
 */
#ifndef TESTS_GOLDEN_REFERENCE_H
#define TESTS_GOLDEN_REFERENCE_H

#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "names/names.h"
#include "netstat/layout/sockets.h"
#include "netstat/modes/run.h"
#include "unit/unit.h"

#define REFERENCE_WORDS_MAX 8
#define REFERENCE_TEXT_MAX (1 << 16)

/* NUL-terminated; empty where there is no such file. False then. */
static inline bool reference_read(const char *folder, const char *words, const char *suffix,
				  struct buf *out)
{
	_cleanup_(cleanup_fclose) FILE *file = NULL;
	char path[256];

	snprintf(path, sizeof(path), "%sexpected/%s.%s", folder, words, suffix);
	file = fopen(path, "rb");
	if (file)
		out->len = fread(buf_room(out, REFERENCE_TEXT_MAX), 1, REFERENCE_TEXT_MAX, file);
	buf_putc(out, '\0');
	return file;
}

static inline bool reference_has_selinux(void)
{
	return false;
}

static inline struct netstat_options reference_options(const char *words)
{
	char *argv[REFERENCE_WORDS_MAX] = {"netstat"}, text[128];
	struct netstat_options options;
	int argc = 1;

	snprintf(text, sizeof(text), "%s", words);
	for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	assert_int_equal(netstat_options_parse(argc, argv, reference_has_selinux, &options),
			 NETSTAT_RUN);
	return options;
}

/* One command line: both outputs and the exit status (0 where no file names another). */
static inline void reference_compare(const char *folder, const char *words,
				     int (*print)(struct netstat_run *run))
{
	_cleanup_(buf_release) struct buf out = {0}, err = {0}, status = {0};
	struct netstat_options options = reference_options(words);
	char proc[128], net[128];
	struct netstat_run run = {
		.options = &options,
		.program = "netstat",
		.proc = proc,
		.net = net,
		.layout = &netstat_text_layout,
	};
	int got;

	snprintf(proc, sizeof(proc), "%sproc", folder);
	snprintf(net, sizeof(net), "%sproc/net", folder);
	assert_int_equal(names_new(&run.names), 0);
	got = print(&run);
	names_free(run.names);
	if (!reference_read(folder, words, "out", &out) ||
	    !reference_read(folder, words, "err", &err))
		fail_msg("%sexpected has nothing for %s", folder, words);
	buf_putc(&run.out, '\0');
	buf_putc(&run.err, '\0');
	assert_string_equal(run.out.data, out.data);
	assert_string_equal(run.err.data, err.data);
	assert_int_equal(got,
			 reference_read(folder, words, "status", &status) ? atoi(status.data) : 0);
	buf_release(&run.out);
	buf_release(&run.err);
}

/* Every line of `cases`. Returns how many there were. */
static inline int reference_compare_all(const char *folder, int (*print)(struct netstat_run *run))
{
	_cleanup_(cleanup_fclose) FILE *cases = NULL;
	char words[128];
	int count = 0;

	snprintf(words, sizeof(words), "%scases", folder);
	cases = fopen(words, "r");
	assert_non_null(cases);
	while (fgets(words, sizeof(words), cases)) {
		words[strcspn(words, "\n")] = '\0';
		reference_compare(folder, words, print);
		count++;
	}
	return count;
}

#endif
