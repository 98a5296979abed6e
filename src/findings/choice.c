/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which sockets, events and namespaces are asked for. Pure. */
#include "findings/judging.h"

static bool is_flow_chosen(const struct judging *judging, const struct flow *flow,
			   const struct socket_detail *socket)
{
	const struct findings_choice *choice = judging->choice;

	return !choice || !choice->wanted || choice->wanted(choice->context, flow, socket);
}

bool is_chosen(const struct judging *judging, uint32_t index)
{
	const struct socket_detail *socket = &judging->evidence->sockets[index];

	return is_flow_chosen(judging, &socket->flow, socket);
}

bool is_event_chosen(const struct judging *judging, const struct evidence_event *event)
{
	return is_flow_chosen(judging, &event->flow, NULL);
}

/* A choice of the namespace alone takes one without sockets, too: a router has counters. */
bool is_space_chosen(const struct judging *judging, const struct evidence_space *space)
{
	const struct flow anything = {.netns = space->netns};
	const struct evidence *evidence = judging->evidence;

	if (is_flow_chosen(judging, &anything, NULL))
		return true;
	for (uint32_t i = 0; i < evidence->socket_count; i++) {
		if (evidence->sockets[i].flow.netns == space->netns && is_chosen(judging, i))
			return true;
	}
	return false;
}
