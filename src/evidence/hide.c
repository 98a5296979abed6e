/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rows of evidence without what identifies the kernel's memory or the machine. */
#include "evidence/hide.h"

static void hide_flow(const struct hide *hide, struct flow *flow)
{
	hide_kernel_address(hide, &flow->sock);
	if (!hide->redact)
		return;
	hide_address(hide, flow->local.addr);
	hide_address(hide, flow->remote.addr);
	hide_text(hide, flow->comm, sizeof(flow->comm));
}

void evidence_hide_socket(const struct hide *hide, struct socket_detail *socket)
{
	hide_flow(hide, &socket->flow);
}

void evidence_hide_holder(const struct hide *hide, struct evidence_holder *holder)
{
	hide_kernel_address(hide, &holder->sock);
	if (hide->redact)
		hide_text(hide, holder->comm, sizeof(holder->comm));
}

void evidence_hide_process(const struct hide *hide, struct evidence_process *process)
{
	if (!hide->redact)
		return;
	hide_text(hide, process->comm, sizeof(process->comm));
	hide_text(hide, process->unit, sizeof(process->unit));
}

void evidence_hide_space(const struct hide *hide, struct evidence_space *space)
{
	if (!hide->redact)
		return;
	hide_text(hide, space->name, sizeof(space->name));
	for (uint32_t i = 0; i < space->device_count && i < EVIDENCE_DEVICES_MAX; i++) {
		hide_text(hide, space->devices[i].name, sizeof(space->devices[i].name));
		hide_address(hide, space->devices[i].addr);
	}
}

void evidence_hide_event(const struct hide *hide, struct evidence_event *event)
{
	hide_flow(hide, &event->flow);
}
