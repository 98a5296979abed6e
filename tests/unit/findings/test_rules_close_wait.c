/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* CLOSE_WAIT by who holds it: workers, duplicates, heirs. */
#include "unit/findings/scene.h"

#define WORKER 44

static int setup(void **state)
{
	scene_init(&scene);
	add_process(&scene, WORKER, "worker");
	return 0;
}

/* In the order that holders are kept in: by socket, then process, then descriptor. */
static void hold(const struct socket_detail *socket, uint32_t pid, uint32_t fd)
{
	scene.holders[scene.holders_count++] = (struct evidence_holder){
		.cookie = socket->flow.cookie,
		.sock = socket->flow.sock,
		.pid = pid,
		.fd = fd,
		.comm = "worker",
	};
}

/* Three connections that the worker holds, since 2 s without their client. */
static void leak_of_worker(void)
{
	for (uint16_t i = 0; i < 3; i++) {
		struct socket_detail *socket =
			add_served(&scene, TCP_STATE_CLOSE_WAIT, (uint16_t)(40000 + i), WORKER);

		socket->state_ms = socket->heard_ms = 2000;
		scene.holders[scene.holders_count - 1].fd = 9u - i;
	}
	clients_are_gone(&scene);
}

static void a_worker_that_holds_the_listener_too_leaks_by_itself(void **state)
{
	const struct finding *finding;

	hold(add_listener(&scene, 0, 128), WORKER, 3);
	leak_of_worker();
	scene_judge(&scene);
	finding = must_find(&scene, FINDING_CLOSE_WAIT_LEAK, FINDING_WARN);
	assert_int_equal(finding->pid, WORKER);
	assert_null(found(&scene, FINDING_CLOSE_WAIT_INHERITED));
	assert_true(says(finding, "descriptors 7, 8, 9 of"));
}

static void a_process_that_does_not_listen_was_given_them(void **state)
{
	add_listener(&scene, 0, 128);
	leak_of_worker();
	scene_judge(&scene);
	assert_true(says(must_find(&scene, FINDING_CLOSE_WAIT_INHERITED, FINDING_WARN),
			 "listens there and does not hold it"));
}

static void a_process_younger_than_its_connections_inherited_them(void **state)
{
	hold(add_listener(&scene, 0, 128), WORKER, 3);
	leak_of_worker();
	scene.processes[2].age_ms = 1000;
	scene_judge(&scene);
	assert_true(says(must_find(&scene, FINDING_CLOSE_WAIT_INHERITED, FINDING_WARN),
			 "was started after the connection was made"));
}

static void two_descriptors_of_one_process_are_one_holder(void **state)
{
	struct socket_detail *socket;

	add_listener(&scene, 0, 128);
	for (uint16_t i = 0; i < 3; i++) {
		socket = add_served(&scene, TCP_STATE_CLOSE_WAIT, (uint16_t)(40000 + i), SERVER);
		socket->state_ms = 2000;
		hold(socket, SERVER, 20u + i);
	}
	clients_are_gone(&scene);
	scene_judge(&scene);
	must_find(&scene, FINDING_CLOSE_WAIT_LEAK, FINDING_WARN);
	assert_null(found(&scene, FINDING_CLOSE_WAIT_INHERITED));
}

static void another_member_of_the_group_accepted_its_own(void **state)
{
	struct socket_detail *other;

	add_listener(&scene, 1, 128)->flags |= SOCKET_REUSEPORT;
	other = add_socket(&scene, QB, TCP_STATE_LISTEN, end_of(2, 80),
			   (struct endpoint){.addr = {[10] = 0xff, 0xff}}, WORKER);
	other->flags |= SOCKET_REUSEPORT;
	leak_of_worker();
	scene_judge(&scene);
	assert_int_equal(must_find(&scene, FINDING_CLOSE_WAIT_LEAK, FINDING_WARN)->pid, WORKER);
	assert_null(found(&scene, FINDING_CLOSE_WAIT_INHERITED));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_worker_that_holds_the_listener_too_leaks_by_itself),
		CASE(a_process_that_does_not_listen_was_given_them),
		CASE(a_process_younger_than_its_connections_inherited_them),
		CASE(two_descriptors_of_one_process_are_one_holder),
		CASE(another_member_of_the_group_accepted_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
