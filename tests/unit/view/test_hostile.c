/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Events, rows, pictures, sockets of `who` with hostile names in each text: nothing gets through. */
#include "unit/hostile_assert.h"
#include "unit/view/frame_scene.h"
#include "unit/view/row_sample.h"
#include "view/who.h"

#define ROUNDS 200

static const char *text_of_netns(void *context, uint32_t netns)
{
	return hostile_names[netns % HOSTILE_NAMES];
}

static const char *text_of_cgroup(void *context, uint64_t cgroup)
{
	static char path[512];

	snprintf(path, sizeof(path), "/system.slice/%s.service",
		 hostile_names[cgroup % HOSTILE_NAMES]);
	return path;
}

static const char *text_of_container(void *context, const char *id, const char *pod)
{
	return hostile_names[2];
}

static const char *text_of_device(void *context, uint32_t netns, uint32_t index)
{
	return hostile_names[index % HOSTILE_NAMES];
}

static size_t by_root(void *context, uint64_t cgroup)
{
	return SIZE_MAX;
}

static struct view hostile_view(void)
{
	return (struct view){.terminal_safe = true,
			     .netns_column = true,
			     .netns_name = text_of_netns,
			     .cgroup_path = text_of_cgroup,
			     .cgroup_by_root = by_root,
			     .container_name = text_of_container,
			     .device_name = text_of_device};
}

#define PUT(field) hostile_put(field, sizeof(field), number++)

static void name_flow(struct flow *flow, unsigned int number)
{
	PUT(flow->comm);
	flow->pid = 12;
	flow->owner = FLOW_OWNER_ACCEPT;
	flow->netns = number;
	flow->cgroup_id = number + 1;
}

static void name_actor(struct actor *actor, unsigned int number)
{
	actor->pid = number + 1;
	PUT(actor->comm);
}

static void no_event_lets_a_name_steer_the_terminal(void **state)
{
	struct view view = hostile_view();
	struct buf out = {};

	for (unsigned int i = 0; i < ROUNDS; i++) {
		struct event event = sample_state();

		event.kind = (uint8_t)(i % 7);
		name_flow(&event.flow, i);
		name_actor(&event.closer, i);
		view.color = i % 2;
		view_text(&view, &event, &out);
		assert_clean_text("text", &out, view.color);
		view_json(&view, &event, &out);
		assert_clean_json("JSON", &out);
	}
	buf_release(&out);
}

static void no_row_lets_a_name_steer_the_terminal(void **state)
{
	struct row_columns all = {};
	struct view view = hostile_view();
	struct buf out = {};

	for (unsigned int id = 0; id < ROW_FIELD_MAX && all.count < ROW_COLUMNS_MAX; id++)
		all.ids[all.count++] = (uint8_t)id;
	for (unsigned int i = 0; i < ROUNDS; i++) {
		struct connection row = sample_row(), listener = sample_row();
		struct connection_detail detail = {.device = i + 1};
		struct row_view shown;

		name_flow(&row.flow, i);
		name_flow(&listener.flow, i + 5);
		name_actor(&row.opener, i);
		name_actor(&row.closer, i + 2);
		shown = sample_row_view(&row, &detail);
		shown.owner_count = 2;
		for (unsigned int j = 0; j < 2; j++) {
			shown.owners[j] = (struct connection_owner){.pid = j + 1};
			hostile_put(shown.owners[j].comm, sizeof(shown.owners[j].comm), i + j);
		}
		shown.listener = &listener;
		row_text(&view, &all, &shown, &out);
		assert_clean_text("text", &out, false);
		row_json(&view, NULL, &shown, &out);
		assert_clean_json("JSON", &out);
	}
	buf_release(&out);
}

static void check_picture(const struct frame *frame)
{
	for (unsigned int i = 0; i < frame->count; i++) {
		struct buf line = {.data = frame->text.data + frame->lines[i].at,
				   .len = frame->lines[i].size};

		assert_clean_text("picture", &line, false);
	}
}

/* Names of processes come in with the rows, all others by the view. */
static void no_picture_lets_a_name_steer_the_terminal(void **state)
{
	struct scene *scene = *state;
	struct connection rows[ROWS];

	scene->view = hostile_view();
	for (unsigned int i = 0; i < scene->data.count; i++) {
		rows[i] = *scene->rows[i].row;
		rows[i].owners = 0;
		name_flow(&rows[i].flow, i);
		name_actor(&rows[i].opener, i);
		name_actor(&rows[i].closer, i + 1);
		scene->rows[i].row = &rows[i];
	}
	for (unsigned int group = 0; group < FRAME_GROUP_MAX; group++) {
		scene->choice.group = (uint8_t)group;
		for (unsigned int i = 0; i < scene->data.count; i++) {
			scene->choice.selected = i;
			scene->choice.pane = i % 2;
			frame_draw(&scene->frame, &scene->view, &scene->choice, &scene->data);
			check_picture(&scene->frame);
		}
	}
}

static void no_socket_of_who_lets_a_name_steer_the_terminal(void **state)
{
	const struct who_view view = {.now_ns = 1, .boot_now_ns = 5, .netns_name = text_of_netns};
	struct buf out = {};

	for (unsigned int i = 0; i < ROUNDS; i++) {
		struct who_process processes[2] = {};
		struct who_socket socket = {.role = (uint8_t)(i % WHO_ROLE_MAX),
					    .process_count = (uint8_t)(i % 3),
					    .listener = i % 2,
					    .state = (uint8_t)(i % 13)};

		name_flow(&socket.flow, i);
		name_actor(&socket.opener, i);
		name_actor(&socket.closer, i % 4 ? i + 1 : UINT32_MAX);
		for (unsigned int j = 0; j < socket.process_count; j++) {
			struct who_process *process = &processes[j];

			socket.processes[j] = process;
			process->pid = j + 1;
			hostile_put(process->comm, sizeof(process->comm), i + j);
			hostile_put(process->command, sizeof(process->command), i + j + 1);
			hostile_put(process->unit, sizeof(process->unit), i + j + 2);
		}
		who_socket_text(&view, &socket, &out);
		assert_clean_text("text", &out, false);
		who_socket_json(&view, &socket, &out);
		assert_clean_json("JSON", &out);
	}
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_event_lets_a_name_steer_the_terminal),
		cmocka_unit_test(no_row_lets_a_name_steer_the_terminal),
		cmocka_unit_test_setup_teardown(no_picture_lets_a_name_steer_the_terminal, set_up,
						tear_down),
		cmocka_unit_test(no_socket_of_who_lets_a_name_steer_the_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
