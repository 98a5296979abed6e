/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstat's own layout of socket tables. */
#include "netstat/layout/text.h"

const struct socket_layout netstat_text_layout = {
	.inet_title = text_inet_title,
	.inet = text_inet,
	.sctp = text_sctp,
	.unix_title = text_unix_title,
	.unix_socket = text_unix,
};
