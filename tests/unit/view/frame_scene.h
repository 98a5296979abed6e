/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A table of forty connections and the picture of it, for the tests that read pictures. */
#ifndef UNIT_VIEW_FRAME_SCENE_H
#define UNIT_VIEW_FRAME_SCENE_H

#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/rune_width.h"
#include "unit/connections/lives.h"
#include "view/frame.h"

#define ROWS 40

struct scene {
	struct conn_table *table;
	struct frame frame;
	struct frame_choice choice;
	struct frame_row rows[ROWS];
	struct frame_data data;
	struct view view;
};

static inline int set_up(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	const struct connection *row;
	size_t position = 0;

	assert_int_equal(conn_table_new(0, &scene->table), 0);
	for (uint64_t n = 1; n <= ROWS; n++) {
		go(scene->table, flow_of(n), CLOSE, SYN_SENT, 10);
		go(scene->table, flow_of(n), SYN_SENT, ESTABLISHED, 20);
		if (n % 4)
			continue;
		go_waiting(scene->table, flow_of(n), FIN_WAIT2, TIME_WAIT, 30);
	}
	while ((row = conn_table_next(scene->table, &position)))
		scene->rows[scene->data.count++].row = row;
	scene->data.table = scene->table;
	scene->data.rows = scene->rows;
	scene->data.now_ns = 10000 * MS;
	scene->view.time = VIEW_TIME_UTC;
	scene->view.terminal_safe = true;
	scene->frame.width = 80;
	scene->frame.height = 24;
	scene->choice.filter = "";
	scene->choice.sort = ROW_STATE;
	assert_int_equal(
		row_columns_parse("state,local,remote,pid,age,comm", &scene->choice.columns), 0);
	*state = scene;
	return 0;
}

static inline int tear_down(void **state)
{
	struct scene *scene = *state;

	frame_release(&scene->frame);
	conn_table_free(scene->table);
	free(scene);
	return 0;
}

static inline void draw(struct scene *scene)
{
	frame_draw(&scene->frame, &scene->view, &scene->choice, &scene->data);
	assert_int_equal(scene->frame.count, scene->frame.height);
	for (unsigned int i = 0; i < scene->frame.count; i++) {
		const struct frame_line *line = &scene->frame.lines[i];
		size_t columns, size = text_fitting(scene->frame.text.data + line->at, line->size,
						    scene->frame.width, &columns);

		assert_int_equal(size, line->size);
	}
}

static inline const char *line(const struct scene *scene, unsigned int number)
{
	static char text[FRAME_WIDTH_MAX];
	const struct frame_line *found = &scene->frame.lines[number];

	snprintf(text, sizeof(text), "%.*s", (int)found->size, scene->frame.text.data + found->at);
	return text;
}

#endif
