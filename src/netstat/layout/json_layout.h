/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Socket rows -> JSON lines: the layout that stands beside netstat_text_layout. */
#ifndef NETSTAT_LAYOUT_JSON_LAYOUT_H
#define NETSTAT_LAYOUT_JSON_LAYOUT_H

#include "netstat/layout/sockets.h"

extern const struct socket_layout netstat_json_layout;

#endif
