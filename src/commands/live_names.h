/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * live's `n`: host names in place of addresses. A child process without privileges looks them up, one
 * after the other; until an answer comes, however long that takes, the address is shown.
 */
#ifndef COMMANDS_LIVE_NAMES_H
#define COMMANDS_LIVE_NAMES_H

#include "netstate/endpoint.h"
#include "privilege/helper.h"

#define LIVE_NAMES 1024 /* addresses; more than a screen has, others take their places */
#define LIVE_NAME_SIZE 64

struct live_names {
	struct helper *helper; /* of live_child.h; NULL: there is none */
	bool asked;
	size_t asked_slot, next;
	struct name_slot {
		uint8_t addr[16];
		uint8_t stage; /* enum name_stage in live_names.c */
		char name[LIVE_NAME_SIZE];
	} slots[LIVE_NAMES];
};

/* Before privileges are dropped. */
void live_names_start(struct live_names *names);

/* struct view.host_name, whose context is the struct live_names: NULL where it is not known, or not yet. */
const char *live_names_get(void *context, const struct endpoint *end);
/* Asks for the next one that was wanted. */
void live_names_turn(struct live_names *names);
/* The child's answer came. True: there is a new name. */
bool live_names_receive(struct live_names *names);

#endif
