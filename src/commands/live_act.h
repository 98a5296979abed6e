/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * live's `k`: ends a connection, or asks the process that holds it to end. What will be done is shown
 * first, and done by a child process that keeps the privileges for it.
 */
#ifndef COMMANDS_LIVE_ACT_H
#define COMMANDS_LIVE_ACT_H

#include "netlink/destroy.h"
#include "privilege/helper.h"
#include "view/frame.h"

#define LIVE_ACT_TEXT 768
#define LIVE_SETTINGS_FILE "live"

enum live_act_stage {
	LIVE_ACT_NONE,
	LIVE_ACT_ASKS,	/* the next key decides */
	LIVE_ACT_WAITS, /* the child does it */
	LIVE_ACT_SAYS,	/* what came of it, until the next key */
};

struct live_act {
	struct helper *helper; /* of live_child.h; NULL: there is none */
	bool root;
	enum live_act_stage stage;
	/* what was asked about: exactly this socket, whatever is selected by now */
	struct destroy_target target;
	uint64_t inode;		  /* of its file; 0: not known, and nobody is sent a signal */
	uint8_t state;		  /* enum tcp_state */
	char text[LIVE_ACT_TEXT]; /* the dialog, lines */
};

/* Before privileges are dropped. */
void live_act_start(struct live_act *act);

/* Shows what can be done to this row, or why nothing can. */
void live_act_ask(struct live_act *act, const struct frame_row *row, struct view *view);
/* Decides by this key; false: it was no decision, and is to be taken as always. */
bool live_act_key(struct live_act *act, int key);
/* The child's answer came. */
void live_act_receive(struct live_act *act);
/* Settings, to the user's own file. */
void live_act_save(struct live_act *act, const struct buf *settings);
/* Something to say until the next key. */
void live_act_say(struct live_act *act, const char *text);

/* The lines to show; NULL: none. */
const char *live_act_text(const struct live_act *act);

#endif
