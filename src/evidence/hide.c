/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rows of evidence without what identifies the kernel's memory or the machine. */
#include "evidence/hide.h"

#include <string.h>

static void hide_name(const struct hide *hide, char *text, size_t size)
{
	if (hide->redact)
		hide_text(hide, text, size);
	else
		hide_tail(text, size);
}

static void hide_flow(const struct hide *hide, struct flow *flow)
{
	hide_kernel_address(hide, &flow->sock);
	hide_name(hide, flow->comm, sizeof(flow->comm));
	if (!hide->redact)
		return;
	hide_address(hide, flow->local.addr);
	hide_address(hide, flow->remote.addr);
}

void evidence_hide_socket(const struct hide *hide, struct socket_detail *socket)
{
	hide_flow(hide, &socket->flow);
}

void evidence_hide_holder(const struct hide *hide, struct evidence_holder *holder)
{
	hide_kernel_address(hide, &holder->sock);
	hide_name(hide, holder->comm, sizeof(holder->comm));
}

void evidence_hide_process(const struct hide *hide, struct evidence_process *process)
{
	hide_name(hide, process->comm, sizeof(process->comm));
	hide_name(hide, process->unit, sizeof(process->unit));
	hide_tail(process->wchan, sizeof(process->wchan)); /* a name of the kernel's */
}

void evidence_hide_space(const struct hide *hide, struct evidence_space *space)
{
	hide_name(hide, space->name, sizeof(space->name));
	for (uint32_t i = 0; i < EVIDENCE_DEVICES_MAX; i++) {
		if (i >= space->device_count) {
			memset(&space->devices[i], 0, sizeof(space->devices[i]));
			continue;
		}
		hide_name(hide, space->devices[i].name, sizeof(space->devices[i].name));
		if (hide->redact)
			hide_address(hide, space->devices[i].addr);
	}
}

void evidence_hide_event(const struct hide *hide, struct evidence_event *event)
{
	hide_flow(hide, &event->flow);
	hide_tail(event->reason, sizeof(event->reason)); /* names of the kernel's */
	hide_tail(event->place, sizeof(event->place));
}
