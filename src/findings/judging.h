/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The inside of the rules, for the files of this folder: evidence with its indexes, groups of
 * sockets, and texts. */
#ifndef FINDINGS_JUDGING_H
#define FINDINGS_JUDGING_H

#include <string.h>

#include "findings/findings.h"
#include "netstate/tcp_state.h"

#define NO_SOCKET UINT32_MAX
#define SECOND 1000u
#define MINUTE (60 * SECOND)

static inline bool same_end(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && !memcmp(a->addr, b->addr, sizeof(a->addr));
}

/* By both ends; by snd_una and by rcv_nxt. */
enum judging_chain { BY_ENDS, BY_SENT, BY_RECEIVED, JUDGING_CHAINS };

struct reason_row; /* diagnosis/reasons.h */

struct judging {
	const struct evidence *evidence;
	uint32_t *heads[JUDGING_CHAINS], *nexts[JUDGING_CHAINS];
	uint32_t buckets;    /* a power of two */
	uint32_t *peers;     /* of each socket: the other end on this host, or NO_SOCKET */
	uint32_t *listeners; /* indexes of listeners, by port */
	uint32_t listener_count;
	uint32_t *waiting; /* indexes of connections in an accept queue */
	uint32_t waiting_count;
	uint32_t *event_heads, *event_nexts; /* by socket, each chain in the order of time */
	uint32_t event_buckets;		     /* a power of two */
	uint8_t *kinds;			     /* of each socket, enum finding_kind */
	struct shares *shares;		     /* for machine_ports() */
	const struct findings_choice *choice;
};

/* 0 or -ENOMEM. */
int judging_init(struct judging *judging, const struct evidence *evidence,
		 const struct findings_choice *choice);
void judging_join_ends(struct judging *judging);       /* for judging_init() */
void judging_index_listeners(struct judging *judging); /* for judging_init() */
void judging_index_waiting(struct judging *judging);   /* after the listeners */
/* For judging_init(). 0 or -ENOMEM. */
int judging_index_events(struct judging *judging);
void judging_release(struct judging *judging);

bool is_chosen(const struct judging *judging, uint32_t index);
bool is_event_chosen(const struct judging *judging, const struct evidence_event *event);
/* A socket of it is chosen, or the namespace itself. */
bool is_space_chosen(const struct judging *judging, const struct evidence_space *space);

/* NULL: not on this host, or not known. */
const struct socket_detail *peer_of(const struct judging *judging,
				    const struct socket_detail *socket);
/* The listener that this connection came through: its address and port; NULL where nobody listens
 * there. Of a SO_REUSEPORT group one in whose queue something waits. */
const struct socket_detail *listener_of(const struct judging *judging,
					const struct socket_detail *socket);
/* A burst that the process has not come round to yet is no older. */
#define QUEUE_OLD_MS SECOND

/* Connections in the accept queues of a listener's address. */
struct waiting {
	uint32_t count, old; /* `old`: for QUEUE_OLD_MS at least */
	uint32_t oldest_ms;
};

/* Of a SO_REUSEPORT group these are the connections of all members: no connection shows its queue. */
struct waiting waiting_at(const struct judging *judging, const struct socket_detail *listener);
/* All of these came just now, so the process may be about to accept them. */
bool queue_is_young(const struct socket_detail *listener, const struct waiting *waiting);
const struct evidence_process *process_of(const struct judging *judging, uint32_t pid);
const struct evidence_space *space_of(const struct judging *judging, uint32_t netns);
/* It has no name, and no process lives there: only its sockets keep it, until the kernel drops them. */
bool is_abandoned(const struct judging *judging, uint32_t netns);
/* UINT64_MAX: not known. */
uint64_t setting_of(const struct judging *judging, uint32_t netns, enum space_setting setting);
/* A namespace of this host that has this address; NULL. */
const struct evidence_space *space_with_address(const struct judging *judging,
						const uint8_t addr[16]);
/* This process holds a listener of the connection's port. */
bool listens_there(const struct judging *judging, const struct socket_detail *socket, uint32_t pid);

struct holders {
	size_t processes;
	const struct evidence_holder *first, *second; /* NULL: there is none */
};

struct holders holders_of(const struct judging *judging, const struct socket_detail *socket);
/* Connections of the same process; of an unknown one those at the same port that no process holds. */
uint32_t connections_like(const struct judging *judging, uint32_t index);
bool is_held_by(const struct judging *judging, const struct socket_detail *socket, uint32_t pid);

/* Sockets of one kind that are reported together. */
struct group {
	uint16_t kind;
	uint64_t key;
	uint32_t count;
	uint32_t oldest, newest; /* indexes */
	uint32_t fins_unread, never_read, peers_closed, orphans;
	uint64_t unread, unacked;
	uint32_t most_retries;
	uint32_t timer_low_ms, timer_high_ms;
	uint32_t sockets[FINDING_CONNECTIONS_MAX];
	uint32_t socket_count;
	bool several_addresses; /* of the other ends */
	bool single;		/* one connection that was asked for */
	struct group *next;
};

/* How long a socket has been as its rule says; EVIDENCE_UNKNOWN32: not known. */
uint32_t group_age(const struct judging *judging, uint32_t index);

/* Until the kernel drops a socket in FIN_WAIT2 or TIME_WAIT that nobody holds. */
uint32_t time_left(const struct judging *judging, const struct socket_detail *socket);

struct rule {
	uint16_t kind;
	uint16_t states; /* 1 << enum tcp_state */
	uint8_t forms;	 /* 1 << enum socket_form */
	bool (*holds)(const struct judging *judging, const struct socket_detail *socket);
	uint64_t (*key)(const struct judging *judging, const struct socket_detail *socket);
	void (*describe)(const struct judging *judging, const struct group *group,
			 struct finding *finding);
	bool only_asked; /* never a finding of the machine: explained where it is asked for */
};

extern const struct rule finding_rules[];
extern const size_t finding_rule_count;
/* NULL: no rule holds. */
const struct rule *rule_of(const struct judging *judging, const struct socket_detail *socket);

/* ---------------------------------------------------------------- events */

#define NO_EVENT UINT32_MAX

/* Indexes of a socket's events in the order of time: by cookie, or by address where it has none. */
uint32_t event_first(const struct judging *judging, const struct socket_detail *socket);
uint32_t event_next(const struct judging *judging, const struct socket_detail *socket, uint32_t at);

/* The latest drop of a packet of this socket, or for it, that explains its hang; NULL. `reason`
 * NULL: any. */
const struct evidence_event *drop_of(const struct judging *judging,
				     const struct socket_detail *socket, const char *reason);
/* What its reason means and what to do; NULL: not in the table. */
const struct reason_row *reason_of_drop(const struct evidence_event *drop);
void describe_drop(const struct judging *judging, struct finding *finding,
		   const struct evidence_event *drop);

/* Who closed this orphan or minisocket, where that was watched; NULL. */
const struct evidence_event *closer_of(const struct judging *judging,
				       const struct socket_detail *socket);
void describe_closer(const struct judging *judging, struct finding *finding,
		     const struct socket_detail *socket);

/* Segments that were retransmitted while it was watched, and their bytes. */
struct retransmissions {
	uint32_t count, least, most;
};

struct retransmissions retransmissions_of(const struct judging *judging,
					  const struct socket_detail *socket);

/* ---------------------------------------------------------------- texts */

void finding_title(struct finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void finding_line(struct finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void finding_advice(struct finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* To be run in the finding's namespace: what that takes is put in front. */
void finding_command(const struct judging *judging, struct finding *finding, const char *format,
		     ...) __attribute__((format(printf, 3, 4)));

#define END_TEXT 64
#define SPAN_TEXT 24
#define WHO_TEXT 96

struct text {
	char s[WHO_TEXT];
};

struct text end_text(const struct endpoint *end);     /* 10.0.0.1:80, [::1]:80 */
struct text addr_text(const struct endpoint *end);    /* without the port */
struct text span_text(uint64_t ms);		      /* 0.3 s, 12 s, 3m12s, 2h05m, 4d03h */
struct text bytes_text(uint64_t bytes);		      /* 512 B, 16 kB */
struct text who_text(uint32_t pid, const char *comm); /* python3 (pid 12), no process */
struct text fd_text(const struct judging *judging,
		    const struct socket_detail *socket);	       /* " (fd 4)" or "" */
struct text space_text(const struct judging *judging, uint32_t netns); /* namespace qb */
const char *plural(uint64_t count);				       /* "" or "s" */

/* Fills who and where from this socket. */
void finding_subject_of(const struct judging *judging, struct finding *finding,
			const struct socket_detail *socket);
/* Both ends by name, where the other one is on this host. */
void describe_peer(const struct judging *judging, struct finding *finding,
		   const struct socket_detail *socket);
/* What the process is doing, where that explains it. */
void describe_process(const struct judging *judging, struct finding *finding, uint32_t pid);
/* The same of who holds it, or that no descriptor leads to it. */
void describe_holder(const struct judging *judging, struct finding *finding,
		     const struct socket_detail *socket);
/* The same, where that is to be stopped. */
void describe_stopped(const struct judging *judging, struct finding *finding, uint32_t pid);
bool is_stopped(const struct evidence_process *process);
void advise_to_continue(struct finding *finding, uint32_t pid);
/* Its command alone. */
void command_to_continue(struct finding *finding, uint32_t pid);
/* What makes it accept; where its process is not known, what finds it. */
void advise_acceptor(const struct judging *judging, struct finding *finding,
		     const struct socket_detail *listener);

#endif
