/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which client side of a proxy (CLOSE_WAIT) belongs to which server side (FIN_WAIT2). */
#ifndef FINDINGS_PROXY_SIDES_H
#define FINDINGS_PROXY_SIDES_H

#include "findings/judging.h"

/* What shows that two sides belong together; the last is a guess. */
enum pairing {
	NOT_PAIRED,
	PAIRED_BY_TIME,	  /* the FIN was passed on at once */
	PAIRED_BY_BYTES,  /* the same bytes went through both */
	PAIRED_BY_NUMBER, /* as many of each, in the order of time */
};

struct sides {
	uint32_t *clients, *servers;
	size_t client_count, server_count;
	uint32_t *pairs;    /* of each server side: its client side, or NO_SOCKET */
	uint8_t *pairings;  /* of each server side: enum pairing */
	uint32_t *partners; /* of each socket that is in a pair: the other side */
};

/* 0 or -ENOMEM; to be released in any case. */
int sides_find(const struct judging *judging, struct sides *ret_sides);
void sides_release(struct sides *sides);

#endif
