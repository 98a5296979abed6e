/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The way into netstat: its command line -> its exit status. */
#ifndef NETSTAT_MODES_NETSTAT_H
#define NETSTAT_MODES_NETSTAT_H

/* argv[0] is the program's name as it was called. Statuses are netstat's: 0, 1, 3, 255. */
int netstat_main(int argc, char **argv);

#endif
