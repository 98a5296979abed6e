/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a scan of the machine's network namespaces could not cover -> a sentence, a JSON object. */
#ifndef NAMESPACES_LEFT_OUT_H
#define NAMESPACES_LEFT_OUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct netns_left_out {
	size_t unread;	  /* could not be opened, entered or read */
	size_t beyond;	  /* more than the limit */
	size_t unreached; /* the kernel has sockets there, and nothing that is known leads there */
	size_t moving;	  /* chains of the kernel's tables that changed at every reading */
	size_t processes; /* with so many descriptors that not all were looked at */
	size_t limit;	  /* that `beyond` is counted from */
	bool own_only;	  /* the scan was not root's, who is shown one's own namespace */
};

bool netns_left_out_any(const struct netns_left_out *left);

/* "2 network namespaces could not be entered: ...", without a newline; empty where nothing is. */
void netns_left_out_text(const struct netns_left_out *left, struct buf *out);

/* One line: {KEY:"incomplete",...}, see docs/json.md. */
void netns_left_out_json(const struct netns_left_out *left, const char *key, struct buf *out);

#endif
