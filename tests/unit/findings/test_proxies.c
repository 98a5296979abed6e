/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The two sides of a proxy: joined by time, by bytes, or guessed. */
#include "unit/findings/scene.h"

#define PROXY 44

/* A client that closed, the proxy in between, and the server that does not close. */
static void proxied(uint16_t port, uint32_t age_ms, bool client_gone)
{
	struct socket_detail *client = add_client(&scene, TCP_STATE_FIN_WAIT2, port, 0);
	struct socket_detail *front, *back, *server;

	client->form = client_gone ? SOCKET_TIME_WAIT : SOCKET_FULL;
	client->flags |= client_gone ? 0 : SOCKET_ACCEPTED;
	front = add_served(&scene, TCP_STATE_CLOSE_WAIT, port, PROXY);
	back = add_socket(&scene, QB, TCP_STATE_FIN_WAIT2, end_of(2, port), end_of(3, 81), PROXY);
	server = add_socket(&scene, QB, TCP_STATE_CLOSE_WAIT, end_of(3, 81), end_of(2, port),
			    SERVER);
	front->state_ms = back->state_ms = server->state_ms = age_ms;
	server->fin_unread = 1;
}

static void a_proxy_pair_names_the_process_behind_it(void **state)
{
	const struct finding *finding;

	add_process(&scene, PROXY, "px");
	proxied(40000, 1400, true);
	scene_judge(&scene);
	finding = must_find(&scene, FINDING_PROXY_PAIR, FINDING_WARN);
	assert_int_equal(finding->pid, PROXY);
	assert_int_equal(finding->count, 1);
	assert_true(says(finding, "server (pid 42) holds the other end (fd 0) in CLOSE_WAIT"));
	assert_null(found(&scene, FINDING_CLOSE_WAIT_LEAK));
	assert_null(found(&scene, FINDING_FIN_WAIT2_HELD));
}

/* Whoever asks for the proxy's connections is not told that the proxy leaks them. */
static void a_proxy_that_is_asked_for_is_not_at_fault(void **state)
{
	const struct finding *finding;

	add_process(&scene, PROXY, "px");
	for (uint16_t i = 0; i < 3; i++)
		proxied((uint16_t)(40000 + i), 5000, true);
	scene_explain(&scene);
	finding = must_find(&scene, FINDING_PROXY_PAIR, FINDING_WARN);
	assert_int_equal(finding->count, 3);
	assert_true(strstr(finding->advice, "server (pid 42) must close"));
	assert_null(found(&scene, FINDING_CLOSE_WAIT_LEAK));
}

static void a_process_that_has_the_far_end_too_is_no_proxy(void **state)
{
	struct socket_detail *server;

	add_process(&scene, PROXY, "px");
	proxied(40000, 5000, true);
	server = &scene.sockets[scene.sockets_count - 1];
	scene.holders[scene.holders_count - 1].pid = server->flow.pid = PROXY;
	scene_judge(&scene);
	assert_null(found(&scene, FINDING_PROXY_PAIR));
}

#define SECOND_PROXY 45

/* client - px - second - server: the middle proxy waits as the first one does. */
static void of_two_proxies_in_a_row_the_last_server_is_named(void **state)
{
	const struct finding *finding;
	struct socket_detail *back, *middle, *last;

	add_process(&scene, PROXY, "px");
	add_process(&scene, SECOND_PROXY, "second");
	proxied(40000, 5000, true);
	middle = &scene.sockets[scene.sockets_count - 1]; /* was the server's */
	scene.holders[scene.holders_count - 1].pid = middle->flow.pid = SECOND_PROXY;
	snprintf(middle->flow.comm, sizeof(middle->flow.comm), "second");
	back = add_socket(&scene, QB, TCP_STATE_FIN_WAIT2, end_of(3, 40001), end_of(4, 82),
			  SECOND_PROXY);
	last = add_socket(&scene, QB, TCP_STATE_CLOSE_WAIT, end_of(4, 82), end_of(3, 40001),
			  SERVER);
	back->state_ms = last->state_ms = 5000;
	scene_judge(&scene);
	finding = must_find(&scene, FINDING_PROXY_PAIR, FINDING_WARN);
	assert_int_equal(finding->pid, PROXY);
	assert_true(says(finding, "second (pid 45) is a proxy, too"));
	assert_true(strstr(finding->advice, "server (pid 42) must close"));
	for (size_t i = 0; i < scene.findings.count; i++)
		assert_true(&scene.findings.list[i] == finding ||
			    scene.findings.list[i].severity == FINDING_NOTE);
}

static void listens(void)
{
	struct socket_detail *listener = add_listener(&scene, 0, 128);

	scene.holders[scene.holders_count - 1].pid = listener->flow.pid = PROXY;
	add_process(&scene, PROXY, "px");
}

/* The FIN was passed on so much later. */
static void passed_on_late(uint16_t port, uint32_t late_ms)
{
	proxied(port, 5000, true);
	scene.sockets[scene.sockets_count - 2].state_ms -= late_ms;
	scene.sockets[scene.sockets_count - 1].state_ms -= late_ms;
}

static void a_proxy_that_passes_ends_on_late_is_known_by_its_bytes(void **state)
{
	const struct finding *finding;

	listens();
	passed_on_late(40000, 3000);
	scene.sockets[2].bytes_received = 101; /* with the FIN */
	scene.sockets[3].bytes_sent = 100;
	passed_on_late(40001, 3000); /* its bytes differ */
	scene.sockets[6].bytes_received = 200;
	proxied(40002, 5000, false); /* and a client that waits for something else */
	scene.sockets[11].state = TCP_STATE_ESTABLISHED;
	scene.sockets_count -= 2;
	scene_judge(&scene);
	finding = must_find(&scene, FINDING_PROXY_PAIR, FINDING_WARN);
	assert_int_equal(finding->count, 1);
	assert_int_equal(finding->confidence, FINDING_HIGH);
}

static void a_proxy_whose_sides_cannot_be_joined_is_a_guess(void **state)
{
	const struct finding *finding;

	listens();
	for (uint16_t i = 0; i < 3; i++)
		passed_on_late((uint16_t)(40000 + i), 3000);
	scene_judge(&scene);
	finding = must_find(&scene, FINDING_PROXY_PAIR, FINDING_WARN);
	assert_int_equal(finding->count, 3);
	assert_int_equal(finding->confidence, FINDING_LOW);
	assert_true(says(finding, "which of them belong together is not known"));
	assert_null(strstr(finding->advice, "is not at fault"));
	assert_null(found(&scene, FINDING_CLOSE_WAIT_LEAK));
	passed_on_late(40009, 3000);
	scene.sockets[scene.sockets_count - 2].state = TCP_STATE_ESTABLISHED; /* three and four */
	scene_judge(&scene);
	assert_null(found(&scene, FINDING_PROXY_PAIR));
	must_find(&scene, FINDING_CLOSE_WAIT_LEAK, FINDING_WARN);
}

static void a_proxied_answer_under_way_is_a_note(void **state)
{
	add_process(&scene, PROXY, "px");
	proxied(40000, 1400, false);
	scene_judge(&scene);
	assert_int_equal(worst(&scene), FINDING_NOTE);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_proxy_pair_names_the_process_behind_it),
		CASE(a_proxy_that_is_asked_for_is_not_at_fault),
		CASE(a_process_that_has_the_far_end_too_is_no_proxy),
		CASE(of_two_proxies_in_a_row_the_last_server_is_named),
		CASE(a_proxy_that_passes_ends_on_late_is_known_by_its_bytes),
		CASE(a_proxy_whose_sides_cannot_be_joined_is_a_guess),
		CASE(a_proxied_answer_under_way_is_a_note),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
