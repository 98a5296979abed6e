/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Groups of the live table: their order, the selected one; the keys at the bottom; ages that are not known whole. */
#include "unit/view/frame_scene.h"

static void groups_are_sorted_by_any_column(void **state)
{
	struct scene *scene = *state;

	scene->choice.group = FRAME_GROUP_STATE;
	draw(scene);
	assert_string_equal(line(scene, 2), "filter none  sort count  group state  shown 40");
	assert_string_equal(line(scene, 3), " COUNTv  LISTEN    OPEN  T_WAIT   OTHER state ");
	assert_non_null(strstr(line(scene, 4), "ESTABLISHED"));
	scene->choice.group_sort = FRAME_GROUP_WAITING;
	draw(scene);
	assert_string_equal(line(scene, 3), "  COUNT  LISTEN    OPEN T_WAITv   OTHER state ");
	assert_non_null(strstr(line(scene, 4), "TIME_WAIT"));
	scene->choice.group_sort = FRAME_GROUP_KEY_ITSELF;
	draw(scene);
	assert_string_equal(line(scene, 3), "  COUNT  LISTEN    OPEN  T_WAIT   OTHER state^ ");
	assert_non_null(strstr(line(scene, 4), "ESTABLISHED"));
	scene->choice.group_reversed = true;
	draw(scene);
	assert_string_equal(line(scene, 2), "filter none  sort -state  group state  shown 40");
	assert_non_null(strstr(line(scene, 4), "TIME_WAIT"));
}

static void the_selected_group_stays_selected(void **state)
{
	struct scene *scene = *state;

	scene->choice.group = FRAME_GROUP_STATE;
	draw(scene);
	scene->choice.selected = 1;
	draw(scene);
	assert_string_equal(scene->choice.group_filter, "state TIME_WAIT");
	scene->choice.group_reversed = true;
	draw(scene);
	assert_int_equal(scene->choice.selected, 0);
	assert_string_equal(scene->choice.group_filter, "state TIME_WAIT");
	scene->choice.group_reversed = false; /* at the top nothing is held fast */
	draw(scene);
	assert_string_equal(scene->choice.group_filter, "state ESTABLISHED");
}

static void no_group_says_why(void **state)
{
	struct scene *scene = *state;

	scene->choice.group = FRAME_GROUP_STATE;
	scene->data.count = 0;
	draw(scene);
	assert_string_equal(line(scene, 4), "  no connection passes the filter");
}

/* Each width has whole hints, and none that would have had room is left out before another. */
static void hints_are_whole_at_every_width(void **state)
{
	struct scene *scene = *state;
	char all[FRAME_WIDTH_MAX], text[FRAME_WIDTH_MAX];

	scene->frame.width = 250;
	draw(scene);
	snprintf(all, sizeof(all), "%s", line(scene, 23));
	assert_non_null(strstr(all, "F10 quit"));
	for (unsigned int width = 10; width < 250; width++) {
		size_t size;

		scene->frame.width = width;
		draw(scene);
		snprintf(text, sizeof(text), "%s", line(scene, 23));
		size = strlen(text);
		assert_memory_equal(text, all, size);
		assert_true(!all[size] || (all[size] == ' ' && all[size + 1] == ' '));
	}
}

static void an_age_that_began_before_is_a_lower_bound(void **state)
{
	struct scene *scene = *state;
	struct connection *row = (struct connection *)scene->rows[2].row;

	row->flags |= CONNECTION_SINCE_UNKNOWN;
	row->first_ns = 4000 * MS;
	draw(scene);
	assert_non_null(strstr(line(scene, 6), " >6.0s "));
	assert_null(strstr(line(scene, 5), ">"));
}

static void what_has_ended_expires_no_more(void **state)
{
	struct scene *scene = *state;
	struct connection row = *scene->rows[1].row;

	row.expires_ns = 1;
	row.state = CLOSE;
	scene->rows[1].row = &row;
	scene->rows[1].dying = true;
	assert_int_equal(row_columns_parse("state,expires,pid", &scene->choice.columns), 0);
	draw(scene);
	assert_non_null(strstr(line(scene, 5), "-CLOSE"));
	assert_null(strstr(line(scene, 5), "0ns"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(groups_are_sorted_by_any_column, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_selected_group_stays_selected, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(no_group_says_why, set_up, tear_down),
		cmocka_unit_test_setup_teardown(hints_are_whole_at_every_width, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_age_that_began_before_is_a_lower_bound, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(what_has_ended_expires_no_more, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
