/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How wide the terminal behind a descriptor is, for text that is wrapped and not drawn. */
#ifndef SINK_TERMINAL_WIDTH_H
#define SINK_TERMINAL_WIDTH_H

/* Columns; 0 where it is no terminal, or one of unknown size. */
unsigned int terminal_width(int fd);

#endif
