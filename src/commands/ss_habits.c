/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* ss's options -> list's own. */
#include "commands/ss_habits.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/say.h"
#include "commands/commands.h"
#include "netstate/tcp_state.h"
#include "view/row_field.h"

#define OTHER_SOCKETS "`netstate list` has TCP, UDP, raw and UNIX sockets: -t -u -w -x"

enum habit_kind {
	HABIT_DEFAULT, /* list does so anyway */
	HABIT_OWN,     /* text: list's own option */
	HABIT_COLUMNS, /* text: fields beside the default ones */
	HABIT_ANSWER,  /* text: the sentence */
	HABIT_CHOICE,  /* takes an argument: -A, -f */
	HABIT_NETNS,   /* -N, at the end of a cluster */
};

static const struct habit {
	char letter;	  /* 0: none */
	const char *name; /* without dashes; NULL: list has this long option itself */
	uint8_t kind;	  /* enum habit_kind */
	const char *text;
} habits[] = {
	{'n', "numeric", HABIT_DEFAULT, NULL},
	{'a', "all", HABIT_DEFAULT, NULL},
	{'p', "processes", HABIT_DEFAULT, NULL},
	{'O', "oneline", HABIT_DEFAULT, NULL},
	{'H', NULL, HABIT_OWN, "--no-header"},
	{'4', NULL, HABIT_OWN, "-4"},
	{'6', NULL, HABIT_OWN, "-6"},
	{'t', NULL, HABIT_OWN, "--tcp"},
	{'u', NULL, HABIT_OWN, "--udp"},
	{'w', NULL, HABIT_OWN, "--raw"},
	{'x', NULL, HABIT_OWN, "--unix"},
	{'l', NULL, HABIT_OWN, "--listening"},
	{'j', NULL, HABIT_OWN, "--json"},
	{'e', "extended", HABIT_COLUMNS, "uid,inode,cookie,cgroup"},
	{'i', "info", HABIT_COLUMNS,
	 "rtt_us,retransmits,unacked,bytes_sent,bytes_received,snd_wnd,rcv_wnd,last_sent_us,last_received_us"},
	{'o', "options", HABIT_COLUMNS, "expires,retries,keepalive,keepalive_idle_us,gives_up_us"},
	{0, "cgroup", HABIT_COLUMNS, "cgroup"},
	{'N', NULL, HABIT_NETNS, NULL},
	{'A', "query", HABIT_CHOICE, NULL},
	{0, "socket", HABIT_CHOICE, NULL},
	{'f', "family", HABIT_CHOICE, NULL},
	{'m', "memory", HABIT_ANSWER,
	 "a socket's memory counters are not read; RECV-Q and SEND-Q are list's columns, `netstate explain` reports memory pressure"},
	{'s', "summary", HABIT_ANSWER,
	 "`netstate -s` prints the protocols' counters, `netstate live` counts connections by state"},
	{'K', "kill", HABIT_ANSWER,
	 "`netstate kill FILTER` ends connections; with --dry-run it shows them alone"},
	{'E', "events", HABIT_ANSWER, "`netstate trace` prints each connection as it ends"},
	{'r', "resolve", HABIT_ANSWER,
	 "list prints numbers; `netstate -tap` prints names of hosts and services"},
	{'V', "version", HABIT_ANSWER, "`netstate version` prints it"},
	{'T', "threads", HABIT_ANSWER,
	 "`netstate list` names processes, also where a thread has descriptors of its own"},
	{'B', "bound-inactive", HABIT_OWN, "--bound"},
	{'F', "filter", HABIT_ANSWER,
	 "no filter is read from a file; `netstate list FILTER` takes it as its last words"},
	{'D', "diag", HABIT_ANSWER, "`netstate list --json > FILE` keeps all that list reads"},
	{'Z', "context", HABIT_ANSWER,
	 "SELinux contexts are not read; `netstate list` names the process, `ps -Z -p PID` its context"},
	{'z', "contexts", HABIT_ANSWER,
	 "SELinux contexts are not read; `netstate list` names the process, `ps -Z -p PID` its context"},
	{'b', "bpf", HABIT_ANSWER, "socket filters are not read by any netstate command"},
	{0, "tos", HABIT_ANSWER, "TOS and priority are not read by any netstate command"},
	{0, "inet-sockopt", HABIT_ANSWER, "socket options are not read by any netstate command"},
	{0, "tipcinfo", HABIT_ANSWER, OTHER_SOCKETS},
	{'0', "packet", HABIT_ANSWER, OTHER_SOCKETS},
	{'d', "dccp", HABIT_ANSWER, OTHER_SOCKETS},
	{'S', "sctp", HABIT_ANSWER, "`netstate --sctp` lists SCTP sockets"},
	{'M', "mptcp", HABIT_ANSWER,
	 "MPTCP connections are listed by their TCP subflows: `netstate list -t`"},
	{0, "vsock", HABIT_ANSWER, OTHER_SOCKETS},
	{0, "tipc", HABIT_ANSWER, OTHER_SOCKETS},
	{0, "xdp", HABIT_ANSWER, OTHER_SOCKETS},
};

struct reading {
	int argc;
	char **argv;
	int at; /* the word that is read */
	struct ss_habits *habits;
	/* options that stand before the others, which may end in a filter */
	char *own[ARRAY_SIZE(habits) + 2];
	size_t own_count;
	bool seen[ARRAY_SIZE(habits)];
	char *netns; /* of -N in a cluster */
};

static const struct habit *find_letter(char letter)
{
	for (size_t i = 0; i < ARRAY_SIZE(habits); i++) {
		if (habits[i].letter && habits[i].letter == letter)
			return &habits[i];
	}
	return NULL;
}

static const struct habit *find_name(const char *name, size_t size)
{
	for (size_t i = 0; i < ARRAY_SIZE(habits); i++) {
		if (habits[i].name && strlen(habits[i].name) == size &&
		    !memcmp(habits[i].name, name, size))
			return &habits[i];
	}
	return NULL;
}

static bool seen_before(struct reading *reading, const struct habit *habit)
{
	bool before = reading->seen[habit - habits];

	reading->seen[habit - habits] = true;
	return before;
}

static void add_own(struct reading *reading, const struct habit *habit)
{
	if (!seen_before(reading, habit))
		reading->own[reading->own_count++] = (char *)habit->text;
}

static void add_columns(struct reading *reading, const struct habit *habit)
{
	char *columns = reading->habits->columns;
	size_t used = strlen(columns);

	if (!seen_before(reading, habit))
		snprintf(columns + used, SS_HABITS_COLUMNS_MAX - used, "%s%s", used ? "," : "",
			 habit->text);
}

/* ---------------------------------------------------------------- list's own, in spite of the letter */

static bool is_number(const char *word)
{
	return *word && word[strspn(word, "0123456789")] == '\0';
}

static bool is_filter_word(const char *word)
{
	static const char *const words[] = {"state", "exclude", "src",	  "dst", "sport",
					    "dport", "dev",	"fwmark", "not", "autobound"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (!strcmp(word, words[i]))
			return true;
	}
	return word[0] && strchr("(!-", word[0]);
}

static bool is_state_word(const char *word)
{
	static const char *const groups[] = {"all", "connected", "synchronized", "bucket", "big"};

	for (size_t i = 0; i < ARRAY_SIZE(groups); i++) {
		if (!strcmp(word, groups[i]))
			return true;
	}
	return tcp_state_parse(word);
}

static bool is_field_list(const char *word)
{
	struct row_columns columns;

	return !row_columns_parse(word, &columns) || !strcmp(word, "help") || strchr(word, ',');
}

/* `-o state established` is ss's; a word that is neither field nor filter is a mistyped field. */
static bool is_own_fields(const char *argument, const char *next, bool attached)
{
	if (!strcmp(argument, "state") && next && is_state_word(next))
		return false;
	return is_field_list(argument) || (!attached && !is_filter_word(argument));
}

/* Whether this is list's option of the same name, which takes an argument. */
static bool is_own(const struct reading *reading, const char *word)
{
	bool attached = word[1] != '-' && word[2];
	int behind = reading->at + (attached ? 1 : 2);
	const char *argument = attached ? word + 2 : reading->argv[reading->at + 1];
	const char *next = argument && behind < reading->argc ? reading->argv[behind] : NULL;

	if (word[1] == 'N')
		return true;
	if (!argument)
		return false;
	if (!strcmp(word, "--cgroup"))
		return !is_filter_word(argument);
	if (word[1] == 'p' || word[1] == 'D')
		return is_number(argument);
	return word[1] == 'o' && is_own_fields(argument, next, attached);
}

/* ---------------------------------------------------------------- one option of ss */

/* The values of -A and -f: list's options for them. */
static const char *letters_of(const char *word, size_t size, bool family)
{
	static const struct {
		const char *word, *query, *family; /* letters; NULL: list has none */
	} choices[] = {
		{"all", "tuwx", NULL}, {"inet", "tuw", "4"}, {"inet6", NULL, "6"},
		{"tcp", "t", NULL},    {"udp", "u", NULL},   {"raw", "w", NULL},
		{"unix", "x", "x"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(choices); i++) {
		if (strlen(choices[i].word) == size && !memcmp(choices[i].word, word, size))
			return family ? choices[i].family : choices[i].query;
	}
	return NULL;
}

static int choose(struct reading *reading, const struct habit *habit, const char *value)
{
	bool family = habit->letter == 'f';

	while (*value) {
		size_t size = strcspn(value, ",");
		const char *letters = letters_of(value, size, family);

		if (!letters)
			return say_usage("list",
					 "%s %.*s: " OTHER_SOCKETS "; -4 -6 choose the family",
					 family ? "-f" : "-A", (int)size, value);
		for (; *letters; letters++)
			add_own(reading, find_letter(*letters));
		value += size + (value[size] == ',');
	}
	return SS_HABITS_GO_ON;
}

static bool needs_argument(const struct habit *habit)
{
	return habit->kind == HABIT_CHOICE || habit->kind == HABIT_NETNS;
}

/* `rest`: the argument where it stands in the same word; "": the next word is it. */
static int apply_argument(struct reading *reading, const struct habit *habit, const char *rest)
{
	if (!*rest && reading->at + 1 >= reading->argc)
		return say_usage("list", "option %s needs an argument", reading->argv[reading->at]);
	if (!*rest)
		rest = reading->argv[++reading->at];
	if (habit->kind == HABIT_CHOICE)
		return choose(reading, habit, rest);
	reading->netns = (char *)rest;
	return SS_HABITS_GO_ON;
}

static int apply(struct reading *reading, const struct habit *habit, const char *rest)
{
	if (needs_argument(habit))
		return apply_argument(reading, habit, rest);
	if (habit->kind == HABIT_OWN)
		add_own(reading, habit);
	if (habit->kind == HABIT_COLUMNS)
		add_columns(reading, habit);
	if (habit->kind != HABIT_ANSWER)
		return SS_HABITS_GO_ON;
	if (habit->letter)
		return say_usage("list", "-%c: %s", habit->letter, habit->text);
	return say_usage("list", "--%s: %s", habit->name, habit->text);
}

/* A word of ss's letters alone, or up to one that takes an argument. */
static bool is_cluster(const char *word)
{
	if (word[0] != '-' || !word[1] || word[1] == '-')
		return false;
	for (word++; *word; word++) {
		const struct habit *habit = find_letter(*word);

		if (!habit || needs_argument(habit))
			return habit;
	}
	return true;
}

static int apply_cluster(struct reading *reading, const char *word)
{
	int status = SS_HABITS_GO_ON;

	for (word++; *word && status == SS_HABITS_GO_ON; word++) {
		const struct habit *habit = find_letter(*word);

		status = apply(reading, habit, word + 1);
		if (needs_argument(habit))
			break;
	}
	return status;
}

static const struct habit *find_long(const char *word, const char **ret_rest)
{
	size_t size;

	if (word[0] != '-' || word[1] != '-' || !word[2])
		return NULL;
	size = strcspn(word + 2, "=");
	*ret_rest = word[2 + size] ? word + 2 + size + 1 : "";
	return find_name(word + 2, size);
}

static bool takes_argument(const char *word)
{
	static const char *const words[] = {"-o",	"--fields", "--sort",	  "-p",
					    "--pid",	"--port",   "-L",	  "--lport",
					    "-D",	"--rport",  "-N",	  "--netns",
					    "--cgroup", "--source", "--max-rows", "--btf"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (!strcmp(word, words[i]))
			return true;
	}
	return false;
}

static void keep(struct reading *reading)
{
	struct ss_habits *ret = reading->habits;

	ret->argv[ret->argc++] = reading->argv[reading->at];
}

/* Keeps what is list's, with its argument. */
static int read_word(struct reading *reading)
{
	const char *word = reading->argv[reading->at], *rest = "";
	const struct habit *habit = find_long(word, &rest);

	if (habit && !is_own(reading, word))
		return apply(reading, habit, rest);
	if (is_cluster(word) && !is_own(reading, word))
		return apply_cluster(reading, word);
	keep(reading);
	if (takes_argument(word) && reading->at + 1 < reading->argc) {
		reading->at++;
		keep(reading);
	}
	return SS_HABITS_GO_ON;
}

/* Before the others, which may end in a filter. */
static void insert_own(struct reading *reading)
{
	struct ss_habits *ret = reading->habits;

	if (reading->netns) {
		reading->own[reading->own_count++] = "-N";
		reading->own[reading->own_count++] = reading->netns;
	}
	memmove(ret->argv + 1 + reading->own_count, ret->argv + 1,
		(size_t)(ret->argc - 1) * sizeof(*ret->argv));
	memcpy(ret->argv + 1, reading->own, reading->own_count * sizeof(*reading->own));
	ret->argc += (int)reading->own_count;
	ret->argv[ret->argc] = NULL;
}

int ss_habits(int argc, char **argv, struct ss_habits *ret_habits)
{
	struct reading reading = {.argc = argc, .argv = argv, .at = 1, .habits = ret_habits};
	int status = SS_HABITS_GO_ON;

	if (argc > SS_HABITS_MAX)
		return say_usage("list", "more than %d words", SS_HABITS_MAX);
	ret_habits->argc = 1;
	ret_habits->argv[0] = argv[0];
	ret_habits->columns[0] = '\0';
	for (; reading.at < argc && status == SS_HABITS_GO_ON; reading.at++) {
		if (!strcmp(argv[reading.at], "--"))
			break;
		status = read_word(&reading);
	}
	for (; reading.at < argc; reading.at++)
		keep(&reading);
	insert_own(&reading);
	return status;
}
