/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Why the kernel gave a connection up: what its peer left unanswered. */
#ifndef NETSTATE_TIMEOUT_H
#define NETSTATE_TIMEOUT_H

#include <stddef.h>
#include <stdint.h>

enum timeout_cause {
	TIMEOUT_NONE, /* it was not given up, or that is not known */
	TIMEOUT_KEEPALIVE,
	TIMEOUT_USER,		/* TCP_USER_TIMEOUT, whatever it was that went unanswered */
	TIMEOUT_RETRANSMISSION, /* tcp_retries2 or tcp_orphan_retries */
	TIMEOUT_WINDOW_PROBE,
	TIMEOUT_CAUSES,
};

struct timeout {
	uint32_t user_timeout_ms;      /* 0: not set */
	uint32_t idle_ms, interval_ms; /* keepalive; 0: off */
	uint8_t cause;		       /* enum timeout_cause */
	uint8_t retransmits;
	uint8_t probes;
	uint8_t probes_max;
};

#define TIMEOUT_TEXT_SIZE 112

/* "keepalive", ...; NULL for TIMEOUT_NONE and for numbers that are none. */
const char *timeout_cause_name(unsigned int cause);

/* "3 keepalive probes unanswered (idle 1 s, interval 1 s)"; "" without a cause. Its size. */
size_t timeout_format(const struct timeout *timeout, char text[TIMEOUT_TEXT_SIZE]);

#endif
