/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A machine in plain values: two namespaces, sockets, processes; and what is found there. */
#ifndef TESTS_FINDINGS_SCENE_H
#define TESTS_FINDINGS_SCENE_H

#include <stdio.h>
#include <string.h>

#include "findings/findings.h"
#include "netstate/tcp_state.h"
#include "unit/unit.h"

#define QA 100
#define QB 200
#define SERVER 42
#define CLIENT 43
#define ROOM 6000
#define NOW_NS 1000000000000ULL

struct scene {
	struct socket_detail sockets[ROOM];
	size_t sockets_count;
	struct evidence_holder holders[ROOM];
	size_t holders_count;
	struct evidence_process processes[8];
	size_t processes_count;
	struct evidence_space spaces[3];
	size_t spaces_count;
	struct evidence_event events[32];
	size_t events_count;
	uint64_t watch_ns;
	struct findings_choice choice;
	struct findings findings;
};

static inline void space_init(struct evidence_space *space, uint32_t netns, const char *name)
{
	*space = (struct evidence_space){.netns = netns, .is_netns_name = 1};
	snprintf(space->name, sizeof(space->name), "%s", name);
	for (int i = 0; i < SPACE_COUNTERS; i++)
		space->counters[i] = space->before[i] = EVIDENCE_UNKNOWN64;
	for (int i = 0; i < SPACE_SETTINGS; i++)
		space->settings[i] = EVIDENCE_UNKNOWN64;
	space->settings[SPACE_FIN_TIMEOUT] = 60;
	space->settings[SPACE_RETRIES2] = 15;
	space->settings[SPACE_ORPHAN_RETRIES] = 0;
	space->settings[SPACE_KEEP_PROBES] = 9;
	space->settings[SPACE_KEEP_INTERVAL] = 75;
	space->settings[SPACE_MTU_PROBING] = 0;
	space->settings[SPACE_SOMAXCONN] = 4096;
	space->settings[SPACE_PORT_LOW] = 32768;
	space->settings[SPACE_PORT_HIGH] = 60999;
	space->settings[SPACE_RTO_MAX_MS] = 120000;
}

static inline struct evidence_process *add_process(struct scene *scene, uint32_t pid,
						   const char *comm)
{
	struct evidence_process *process = &scene->processes[scene->processes_count++];

	*process = (struct evidence_process){.pid = pid,
					     .state = 'S',
					     .threads = 1,
					     .nofile = 1024,
					     .descriptors = 12,
					     .age_ms = 3600000};
	snprintf(process->comm, sizeof(process->comm), "%s", comm);
	snprintf(process->wchan, sizeof(process->wchan), "do_epoll_wait");
	return process;
}

static inline void scene_init(struct scene *scene)
{
	memset(scene, 0, sizeof(*scene));
	space_init(&scene->spaces[0], QA, "qa");
	space_init(&scene->spaces[1], QB, "qb");
	scene->spaces_count = 2;
	add_process(scene, SERVER, "server");
	add_process(scene, CLIENT, "client");
}

static inline struct endpoint end_of(unsigned int last, uint16_t port)
{
	return (struct endpoint){.addr = {[10] = 0xff, 0xff, 10, 9, 0, (uint8_t)last},
				 .port = port};
}

/* A healthy, idle socket in this state between 10.9.0.`local` and 10.9.0.`remote`. */
static inline struct socket_detail *add_socket(struct scene *scene, uint32_t netns,
					       unsigned int state, struct endpoint local,
					       struct endpoint remote, uint32_t pid)
{
	struct socket_detail *socket = &scene->sockets[scene->sockets_count++];
	struct evidence_holder *holder;

	*socket = (struct socket_detail){
		.flow = {.cookie = scene->sockets_count + 1000,
			 .sock = scene->sockets_count + 1000,
			 .netns = netns,
			 .local = local,
			 .remote = remote,
			 .family = 2,
			 .pid = pid,
			 .owner = pid ? FLOW_OWNER_SCAN : FLOW_OWNER_NONE},
		.flags = SOCKET_DETAILS | (pid ? SOCKET_ACCEPTED | SOCKET_HAS_FILE : 0),
		.state = (uint8_t)state,
		.snd_wnd = 64000,
		.rcv_wnd = 64000,
		.mss = 1448,
		.cwnd = 10,
		.pmtu = 1500,
		.sent_ms = 10,
		.received_ms = 10,
		.heard_ms = 10,
		.state_ms = 10,
		.read_ms = 10,
		.limited_ms = EVIDENCE_UNKNOWN32,
		.hang_ms = EVIDENCE_UNKNOWN32,
		.rcvbuf = 131072,
		.rto_ms = 200,
	};
	if (!pid)
		return socket;
	snprintf(socket->flow.comm, sizeof(socket->flow.comm), "%s",
		 pid == SERVER ? "server" : "client");
	holder = &scene->holders[scene->holders_count++];
	*holder = (struct evidence_holder){
		.cookie = socket->flow.cookie, .sock = socket->flow.sock, .pid = pid};
	memcpy(holder->comm, socket->flow.comm, sizeof(holder->comm));
	return socket;
}

/* 10.9.0.2:80 in qb; queue `queue` of `limit`. */
static inline struct socket_detail *add_listener(struct scene *scene, uint32_t queue,
						 uint32_t limit)
{
	struct socket_detail *socket =
		add_socket(scene, QB, TCP_STATE_LISTEN, end_of(2, 80),
			   (struct endpoint){.addr = {[10] = 0xff, 0xff}}, SERVER);

	socket->unread = queue;
	socket->unacked = limit;
	return socket;
}

/* The server's side of a connection from 10.9.0.1:`port`. */
static inline struct socket_detail *add_served(struct scene *scene, unsigned int state,
					       uint16_t port, uint32_t pid)
{
	return add_socket(scene, QB, state, end_of(2, 80), end_of(1, port), pid);
}

/* The client's side of the same. */
static inline struct socket_detail *add_client(struct scene *scene, unsigned int state,
					       uint16_t port, uint32_t pid)
{
	return add_socket(scene, QA, state, end_of(1, port), end_of(2, 80), pid);
}

/* Of those that it left in CLOSE_WAIT nothing but the kernel's socket is left at the client. */
static inline void clients_are_gone(struct scene *scene)
{
	for (size_t i = 0, count = scene->sockets_count; i < count; i++) {
		const struct flow *flow = &scene->sockets[i].flow;

		if (scene->sockets[i].state == TCP_STATE_CLOSE_WAIT)
			add_socket(scene, QA, TCP_STATE_FIN_WAIT2, flow->remote, flow->local, 0)
				->form = SOCKET_TIME_WAIT;
	}
}

static inline struct evidence scene_evidence(const struct scene *scene)
{
	return (struct evidence){
		.now_ns = NOW_NS,
		.watch_ns = scene->watch_ns,
		.sockets = scene->sockets,
		.socket_count = scene->sockets_count,
		.holders = scene->holders,
		.holder_count = scene->holders_count,
		.processes = scene->processes,
		.process_count = scene->processes_count,
		.spaces = scene->spaces,
		.space_count = scene->spaces_count,
		.events = scene->events,
		.event_count = scene->events_count,
		.holders_known = true,
		.own_netns = 1,
	};
}

static inline void scene_judge(struct scene *scene)
{
	struct evidence evidence = scene_evidence(scene);

	findings_release(&scene->findings);
	assert_int_equal(findings_judge(&evidence, &scene->choice, &scene->findings), 0);
}

static inline void scene_explain(struct scene *scene)
{
	struct evidence evidence = scene_evidence(scene);

	findings_release(&scene->findings);
	assert_int_equal(findings_explain(&evidence, &scene->choice, &scene->findings), 0);
}

/* NULL: it was not found. */
static inline const struct finding *found(const struct scene *scene, unsigned int kind)
{
	for (size_t i = 0; i < scene->findings.count; i++) {
		if (scene->findings.list[i].kind == kind)
			return &scene->findings.list[i];
	}
	return NULL;
}

static inline const struct finding *must_find(const struct scene *scene, unsigned int kind,
					      unsigned int severity)
{
	const struct finding *finding = found(scene, kind);

	if (!finding) {
		for (size_t i = 0; i < scene->findings.count; i++)
			print_message("# found: %s: %s\n",
				      finding_word(scene->findings.list[i].kind),
				      scene->findings.list[i].title);
		fail_msg("%s was not found", finding_word(kind));
	}
	print_message("# %s\n", finding->title);
	assert_int_equal(finding->severity, severity);
	return finding;
}

static inline bool says(const struct finding *finding, const char *text)
{
	if (strstr(finding->title, text))
		return true;
	for (uint32_t i = 0; i < finding->evidence_count; i++) {
		if (strstr(finding->evidence[i], text))
			return true;
	}
	return false;
}

static inline unsigned int worst(const struct scene *scene)
{
	unsigned int severity = FINDING_NOTE;

	for (size_t i = 0; i < scene->findings.count; i++) {
		if (scene->findings.list[i].severity > severity)
			severity = scene->findings.list[i].severity;
		if (scene->findings.list[i].severity > FINDING_NOTE)
			print_message("# worse than a note: %s\n", scene->findings.list[i].title);
	}
	return severity;
}

/* Of the connection that `socket` is or was an end of, so long ago. */
static inline struct evidence_event *scene_event(struct scene *scene, unsigned int kind,
						 const struct socket_detail *socket,
						 uint32_t ago_ms)
{
	struct evidence_event *event = &scene->events[scene->events_count++];

	*event = (struct evidence_event){
		.kind = (uint8_t)kind,
		.ktime_ns = NOW_NS - ago_ms * 1000000ULL,
		.cookie = socket->flow.cookie,
		.flow = socket->flow,
		.netns = socket->flow.netns,
	};
	return event;
}

/* The scene of a test program, made before each test and released behind it. */
static struct scene scene;

static inline int scene_setup(void **state)
{
	scene_init(&scene);
	return 0;
}

static inline int scene_teardown(void **state)
{
	findings_release(&scene.findings);
	return 0;
}

#endif
