/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The texts of findings. Names from outside are made safe where they are printed. Pure. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/address.h"
#include "base/cleanup.h"
#include "base/format.h"
#include "findings/judging.h"

void finding_title(struct finding *finding, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(finding->title, sizeof(finding->title), format, args);
	va_end(args);
}

void finding_line(struct finding *finding, const char *format, ...)
{
	va_list args;

	if (finding->evidence_count == FINDING_LINES_MAX)
		return;
	va_start(args, format);
	vsnprintf(finding->evidence[finding->evidence_count++], FINDING_TEXT_SIZE, format, args);
	va_end(args);
}

void finding_advice(struct finding *finding, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(finding->advice, sizeof(finding->advice), format, args);
	va_end(args);
}

/* A name that a shell takes as it is. */
static bool is_plain(const char *name)
{
	for (; *name; name++) {
		if (!((*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z') ||
		      (*name >= '0' && *name <= '9') || *name == '_' || *name == '.' ||
		      *name == '-'))
			return false;
	}
	return true;
}

/* A process that lives in the finding's namespace; 0: none is known. */
static uint32_t pid_in(const struct judging *judging, const struct finding *finding)
{
	const struct evidence *evidence = judging->evidence;
	const struct evidence_process *process = process_of(judging, finding->pid);

	if (process && (!process->netns || process->netns == finding->netns))
		return finding->pid;
	for (size_t i = 0; i < evidence->process_count; i++) {
		if (evidence->processes[i].netns == finding->netns)
			return evidence->processes[i].pid;
	}
	return process ? 0 : finding->pid;
}

static void no_way_in(const struct judging *judging, struct finding *finding)
{
	finding_line(
		finding,
		"no command runs in %s: it has no name that ip-netns(8) knows, and no process is seen there",
		space_text(judging, finding->netns).s);
}

void finding_command(const struct judging *judging, struct finding *finding, const char *format,
		     ...)
{
	const struct evidence_space *space = space_of(judging, finding->netns);
	uint32_t pid = pid_in(judging, finding);
	char *to = finding->command;
	int size = 0;
	va_list args;

	if (finding->netns && finding->netns != judging->evidence->own_netns) {
		if (space && space->is_netns_name && space->name[0] != '-' && is_plain(space->name))
			size = snprintf(to, FINDING_TEXT_SIZE, "ip netns exec %s ", space->name);
		else if (pid)
			size = snprintf(to, FINDING_TEXT_SIZE, "nsenter -t %u -n ", pid);
		else
			return no_way_in(judging, finding);
	}
	va_start(args, format);
	vsnprintf(to + size, FINDING_TEXT_SIZE - (size_t)size, format, args);
	va_end(args);
}

/* ---------------------------------------------------------------- parts */

struct text addr_text(const struct endpoint *end)
{
	struct text text = {};

	*address_format(text.s, end->addr) = '\0';
	return text;
}

struct text end_text(const struct endpoint *end)
{
	struct text text = {};

	*address_format_port(text.s, end->addr, end->port) = '\0';
	return text;
}

struct text span_text(uint64_t ms)
{
	struct text text;
	uint64_t s = ms / 1000;

	if (ms < 60 * SECOND)
		snprintf(text.s, sizeof(text.s), "%u.%u s", (unsigned int)s,
			 (unsigned int)(ms % 1000 / 100));
	else if (s < 3600)
		snprintf(text.s, sizeof(text.s), "%um%02us", (unsigned int)(s / 60),
			 (unsigned int)(s % 60));
	else if (s < 86400)
		snprintf(text.s, sizeof(text.s), "%uh%02um", (unsigned int)(s / 3600),
			 (unsigned int)(s % 3600 / 60));
	else
		snprintf(text.s, sizeof(text.s), "%ud%02uh", (unsigned int)(s / 86400),
			 (unsigned int)(s % 86400 / 3600));
	return text;
}

struct text bytes_text(uint64_t bytes)
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
	unsigned int unit = 0;
	struct text text;

	while (bytes >= 10000 && unit + 1 < ARRAY_SIZE(units)) {
		bytes = (bytes + 500) / 1000;
		unit++;
	}
	snprintf(text.s, sizeof(text.s), "%u %s", (unsigned int)bytes, units[unit]);
	return text;
}

struct text who_text(uint32_t pid, const char *comm)
{
	struct text text;

	if (!pid)
		snprintf(text.s, sizeof(text.s), "an unknown process");
	else
		snprintf(text.s, sizeof(text.s), "%.*s (pid %u)", FLOW_COMM_SIZE - 1,
			 comm[0] ? comm : "?", pid);
	return text;
}

struct text fd_text(const struct judging *judging, const struct socket_detail *socket)
{
	struct holders holders = holders_of(judging, socket);
	struct text text = {};

	if (holders.processes)
		snprintf(text.s, sizeof(text.s), " (fd %u)", holders.first->fd);
	return text;
}

struct text space_text(const struct judging *judging, uint32_t netns)
{
	const struct evidence_space *space = space_of(judging, netns);
	struct text text;

	if (space && space->name[0])
		snprintf(text.s, sizeof(text.s), "namespace %.*s", EVIDENCE_NAME_SIZE - 1,
			 space->name);
	else if (netns == judging->evidence->own_netns)
		snprintf(text.s, sizeof(text.s), "this namespace");
	else
		snprintf(text.s, sizeof(text.s), "namespace %u", netns);
	return text;
}

const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

/* ---------------------------------------------------------------- who and where */

void finding_subject_of(const struct judging *judging, struct finding *finding,
			const struct socket_detail *socket)
{
	const struct evidence_space *space = space_of(judging, socket->flow.netns);
	const struct evidence_process *process;

	finding->netns = socket->flow.netns;
	if (space)
		memcpy(finding->netns_name, space->name, sizeof(finding->netns_name));
	if (!socket->flow.pid)
		return;
	finding->pid = socket->flow.pid;
	memcpy(finding->comm, socket->flow.comm, sizeof(finding->comm));
	process = process_of(judging, finding->pid);
	if (process)
		memcpy(finding->unit, process->unit, sizeof(finding->unit));
}

static const char *holder_text(const struct socket_detail *socket)
{
	if (socket->form == SOCKET_TIME_WAIT || socket->flags & SOCKET_ORPHAN)
		return "no process holds it";
	return socket->flags & SOCKET_ACCEPTED ? "its process is unknown" : "not accepted yet";
}

void describe_peer(const struct judging *judging, struct finding *finding,
		   const struct socket_detail *socket)
{
	const struct socket_detail *peer = peer_of(judging, socket);
	const char *state;

	if (!peer)
		return;
	state = tcp_state_name(peer->state);
	if (peer->flow.pid)
		finding_line(finding, "the other end is on this host: %s in %s, %s",
			     who_text(peer->flow.pid, peer->flow.comm).s,
			     space_text(judging, peer->flow.netns).s, state ? state : "?");
	else
		finding_line(finding, "the other end is on this host: %s in %s, %s",
			     state ? state : "?", space_text(judging, peer->flow.netns).s,
			     holder_text(peer));
}

bool is_stopped(const struct evidence_process *process)
{
	return process && (process->state == 'T' || process->state == 't');
}

static const struct {
	char state;
	const char *text;
} states[] = {
	{'T', "is stopped (SIGSTOP or job control)"},
	{'t', "is stopped by a debugger"},
	{'D', "is in uninterruptible sleep"},
	{'Z', "is a zombie"},
};

void describe_stopped(const struct judging *judging, struct finding *finding, uint32_t pid)
{
	if (is_stopped(process_of(judging, pid)))
		describe_process(judging, finding, pid);
}

void describe_process(const struct judging *judging, struct finding *finding, uint32_t pid)
{
	const struct evidence_process *process = process_of(judging, pid);

	if (!process)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		if (process->state == states[i].state) {
			finding_line(finding, "%s %s%s%s", who_text(pid, process->comm).s,
				     states[i].text, process->wchan[0] ? " in " : "",
				     process->wchan);
			return;
		}
	}
	if (process->state == 'S' && process->wchan[0] && process->threads == 1)
		finding_line(finding, "%s sleeps in %s", who_text(pid, process->comm).s,
			     process->wchan);
}

void describe_holder(const struct judging *judging, struct finding *finding,
		     const struct socket_detail *socket)
{
	if (socket->flow.pid)
		describe_process(judging, finding, socket->flow.pid);
	else if (judging->evidence->holders_known &&
		 (socket->flags & SOCKET_ACCEPTED || socket->state == TCP_STATE_LISTEN) &&
		 !(socket->flags & SOCKET_ORPHAN))
		finding_line(finding,
			     "no process has a descriptor: an io_uring or a UNIX message may "
			     "hold the socket");
}

void command_to_continue(struct finding *finding, uint32_t pid)
{
	snprintf(finding->command, sizeof(finding->command), "kill -CONT %u", pid);
}

void advise_to_continue(struct finding *finding, uint32_t pid)
{
	finding_advice(finding, "continue the process");
	command_to_continue(finding, pid);
}

void advise_acceptor(const struct judging *judging, struct finding *finding,
		     const struct socket_detail *listener)
{
	uint32_t pid = listener->flow.pid;

	if (is_stopped(process_of(judging, pid))) {
		advise_to_continue(finding, pid);
		return;
	}
	finding_advice(finding, "the process must call accept()");
	if (pid)
		snprintf(finding->command, sizeof(finding->command),
			 "cat /proc/%u/stack /proc/%u/limits", pid, pid);
	else
		finding_command(judging, finding, "netstate who :%u", listener->flow.local.port);
}
