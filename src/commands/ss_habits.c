/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* ss's short options -> list's own. */
#include "commands/ss_habits.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/say.h"
#include "commands/commands.h"

#define LETTERS "tuwxlnpaHreimsoK46"

/* What list has for it. */
static const struct answer {
	char letter;
	const char *sentence;
} answers[] = {
	{'e',
	 "-e: ask for --fields state,local,remote,uid,inode,cookie,cgroup instead; --fields help explains all fields"},
	{'i',
	 "-i: ask for --fields state,local,remote,rtt_us,retransmits,bytes_sent,bytes_received instead; --fields help explains all fields"},
	{'m',
	 "-m: ask for --fields state,local,remote,recv_q,send_q instead; --fields help explains all fields"},
	{'o',
	 "-o among other letters is a timer for ss: ask for --fields state,local,remote,expires,retries instead"},
	{'s',
	 "-s: `netstate -s` prints the protocols' counters, `netstate explain` what is wrong with connections"},
	{'K', "-K: `netstate kill FILTER` ends connections; with --dry-run it shows them alone"},
};

/*
 * Words of ss's letters alone. What is list's own option with an argument stays that: -o FIELDS, and
 * a single -p, -4, -6.
 */
static bool is_habit(const char *word)
{
	size_t length = strlen(word);

	if (length < 2 || word[0] != '-' || strspn(word + 1, LETTERS) != length - 1)
		return false;
	return word[1] != 'o' && (length > 2 || !strchr("p46", word[1]));
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

/* The letters of all such words; the others are list's. */
static void sort_words(int argc, char **argv, char *letters, size_t size, struct ss_habits *ret)
{
	size_t used = strlen(letters);
	bool ended = false;

	for (int i = 0; i < argc; i++) {
		bool argument = i > 1 && takes_argument(argv[i - 1]);

		ended |= !strcmp(argv[i], "--");
		if (i > 0 && !ended && !argument && is_habit(argv[i]) &&
		    used + strlen(argv[i]) < size)
			used += (size_t)snprintf(letters + used, size - used, "%s", argv[i] + 1);
		else
			ret->argv[ret->argc++] = argv[i];
	}
}

/* Before the others, which may end in a filter. */
static void add_own(const char *letters, struct ss_habits *habits)
{
	static const struct {
		char letter;
		const char *word;
	} words[] = {
		{'H', "--no-header"}, {'4', "-4"},    {'6', "-6"},     {'t', "--tcp"},
		{'u', "--udp"},	      {'w', "--raw"}, {'x', "--unix"}, {'l', "--listening"},
	};
	char *more[ARRAY_SIZE(words)] = {};
	int count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strchr(letters, words[i].letter))
			more[count++] = (char *)words[i].word;
	}
	memmove(habits->argv + 1 + count, habits->argv + 1,
		(size_t)(habits->argc - 1) * sizeof(*habits->argv));
	memcpy(habits->argv + 1, more, (size_t)count * sizeof(*more));
	habits->argc += count;
	habits->argv[habits->argc] = NULL;
}

int ss_habits(int argc, char **argv, struct ss_habits *ret_habits)
{
	char letters[64] = "";

	*ret_habits = (struct ss_habits){};
	if (argc > SS_HABITS_MAX)
		return say_usage("list", "more than %d words", SS_HABITS_MAX);
	sort_words(argc, argv, letters, sizeof(letters), ret_habits);
	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		if (strchr(letters, answers[i].letter))
			return say_usage("list", "%s", answers[i].sentence);
	}
	add_own(letters, ret_habits);
	return SS_HABITS_GO_ON;
}
