/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What libbpf has to say is told by whoever called it, in the user's terms. */
#ifndef TRACER_QUIET_H
#define TRACER_QUIET_H

/* From now on libbpf prints nothing. */
void quiet_libbpf(void);

#endif
