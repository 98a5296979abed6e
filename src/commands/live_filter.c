/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The text behind `/` in live -> a filter. */
#include "commands/live_filter.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

#define WORD_MAX 64 /* longer than any address */

/* A word that is no filter is looked for: a state, an address, a port or pid, a service, a name. */
static int parse_word(struct live_screen *screen, struct filter **ret_filter)
{
	static const char *const forms[] = {
		"state %s", "src %s or dst %s",		"port %s or pid %s",
		"port %s",  "comm *%s* or cgroup *%s*", "comm *%s*"};
	const char *word = screen->filter_text;
	struct filter_error ignored;
	int err = -EINVAL;

	if (!*word || strpbrk(word, " \t()!=<>&|\"'{},") || strlen(word) > WORD_MAX)
		return -EINVAL;
	for (size_t i = 0; err && i < ARRAY_SIZE(forms); i++) {
		char text[2 * WORD_MAX + 64];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(text, sizeof(text), forms[i], word, word);
#pragma GCC diagnostic pop
		err = selection_parse_filter(screen->selection, text, ret_filter, &ignored);
	}
	return err;
}

void live_filter_apply(struct live_screen *screen)
{
	struct filter_error error = {};
	struct filter *filter = NULL;
	int err = selection_parse_filter(screen->selection, screen->filter_text, &filter, &error);

	if (err == -EINVAL && !parse_word(screen, &filter))
		err = 0;

	screen->choice.filter_error = NULL;
	if (err) { /* what was good before goes on */
		snprintf(screen->filter_error, sizeof(screen->filter_error), "%s",
			 err == -EINVAL ? error.text : strerror(-err));
		screen->choice.filter_error = screen->filter_error;
		return;
	}
	filter_free(screen->filter);
	screen->filter = filter;
}
