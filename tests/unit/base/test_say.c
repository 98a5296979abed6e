/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is said while the live screen is open waits for its end; what finds no room is counted. */
#include <stdio.h>
#include <unistd.h>

#include "base/say.h"
#include "unit/unit.h"

#define SENTENCE "message %04u ................................................ end"
#define WRITTEN_MAX 65536

static char written[WRITTEN_MAX];

/* What `what` writes to stderr. */
static const char *stderr_of(void (*what)(void))
{
	FILE *file = tmpfile();
	int before = dup(STDERR_FILENO);
	size_t size;

	assert_non_null(file);
	assert_true(before >= 0 && dup2(fileno(file), STDERR_FILENO) >= 0);
	what();
	assert_true(dup2(before, STDERR_FILENO) >= 0);
	close(before);
	rewind(file);
	size = fread(written, 1, sizeof(written) - 1, file);
	written[size] = '\0';
	fclose(file);
	return written;
}

static unsigned int count(const char *text, const char *word)
{
	unsigned int found = 0;

	for (; (text = strstr(text, word)); text += strlen(word))
		found++;
	return found;
}

static void say_three(void)
{
	for (unsigned int i = 0; i < 3; i++)
		say(SENTENCE, i);
}

static void say_thousand(void)
{
	for (unsigned int i = 0; i < 1000; i++)
		say(SENTENCE, i);
}

static void hold(void)
{
	say_hold(true);
}

static void let_go(void)
{
	say_hold(false);
}

static void what_is_held_is_said_at_the_end_and_nothing_of_a_count(void **state)
{
	hold();
	assert_string_equal(stderr_of(say_three), "");
	assert_int_equal(count(stderr_of(let_go), "\n"), 3);
	assert_int_equal(count(written, " end\n"), 3);
	assert_string_equal(stderr_of(let_go), "");
}

/* Each message is either there, whole, or counted; none is there twice. */
static void what_found_no_room_is_counted(void **state)
{
	unsigned int kept, missing = 0;
	const char *last;

	hold();
	assert_string_equal(stderr_of(say_thousand), "");
	kept = count(stderr_of(let_go), " end\n");
	assert_true(kept > 20 && kept < 1000);
	last = strstr(written, "more messages");
	assert_non_null(last);
	assert_int_equal(count(written, "\n"), kept + 1);
	while (last > written && last[-1] != '\n')
		last--;
	assert_int_equal(
		sscanf(last, "netstate: %u more messages were not kept while the screen was open\n",
		       &missing),
		1);
	assert_int_equal(kept + missing, 1000);
}

static void the_next_screen_begins_with_room_and_without_a_count(void **state)
{
	hold();
	stderr_of(say_thousand);
	stderr_of(let_go);
	hold();
	assert_string_equal(stderr_of(say_three), "");
	assert_int_equal(count(stderr_of(let_go), "\n"), 3);
	assert_null(strstr(written, "more messages"));
	assert_int_equal(count(stderr_of(say_three), " end\n"), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_held_is_said_at_the_end_and_nothing_of_a_count),
		cmocka_unit_test(what_found_no_room_is_counted),
		cmocka_unit_test(the_next_screen_begins_with_room_and_without_a_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
