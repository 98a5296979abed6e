/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Netlink answers: whole, damaged, and from others than the kernel. */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netlink/ask.h"
#include "unit/unit.h"

#define SEQ 7

struct bytes {
	size_t size;
	char data[512];
};

static struct nlmsghdr *put(struct bytes *bytes, uint16_t type, uint32_t seq, size_t payload)
{
	struct nlmsghdr *message = (void *)(bytes->data + bytes->size);

	memset(message, 0, NLMSG_SPACE(payload));
	message->nlmsg_len = (uint32_t)NLMSG_LENGTH(payload);
	message->nlmsg_type = type;
	message->nlmsg_seq = seq;
	bytes->size += NLMSG_SPACE(payload);
	return message;
}

static int count(void *context, const struct nlmsghdr *message)
{
	++*(int *)context;
	return message->nlmsg_type == RTM_DELROUTE ? -ECANCELED : 0;
}

/* On the heap at its very size, so that the sanitizer sees a step beyond it. */
static int stream_read(const struct bytes *bytes, struct netlink_stream *stream, int *ret_taken)
{
	char *copy = malloc(bytes->size ? bytes->size : 1);
	int more;

	assert_non_null(copy);
	memcpy(copy, bytes->data, bytes->size);
	*ret_taken = 0;
	more = netlink_stream_read(stream, copy, bytes->size, count, ret_taken);
	free(copy);
	return more;
}

static int dump_read(const struct bytes *bytes, int *ret_taken)
{
	struct netlink_stream stream = {.seq = SEQ, .dump = true};

	return stream_read(bytes, &stream, ret_taken);
}

static void a_dump_goes_on_to_its_end(void **state)
{
	struct bytes bytes = {};
	int taken;

	put(&bytes, RTM_NEWROUTE, SEQ, sizeof(struct rtmsg));
	put(&bytes, NLMSG_NOOP, SEQ, 0);
	put(&bytes, RTM_NEWROUTE, SEQ, sizeof(struct rtmsg));
	assert_int_equal(dump_read(&bytes, &taken), NETLINK_MORE);
	assert_int_equal(taken, 2);
	put(&bytes, NLMSG_DONE, SEQ, sizeof(int));
	put(&bytes, RTM_NEWROUTE, SEQ, sizeof(struct rtmsg));
	assert_int_equal(dump_read(&bytes, &taken), 0);
	assert_int_equal(taken, 2);
}

static void one_answer_is_enough_for_one_question(void **state)
{
	struct netlink_stream stream = {.seq = SEQ};
	struct bytes bytes = {};
	int taken;

	put(&bytes, RTM_NEWROUTE, SEQ, sizeof(struct rtmsg));
	put(&bytes, RTM_NEWROUTE, SEQ, sizeof(struct rtmsg));
	assert_int_equal(stream_read(&bytes, &stream, &taken), 0);
	assert_int_equal(taken, 1);
}

static void errors_are_the_kernels(void **state)
{
	static const int codes[][3] = {
		/* type, code, what is returned */
		{NLMSG_ERROR, -EPERM, -EPERM},	{NLMSG_ERROR, 0, 0}, {NLMSG_ERROR, 5, -EPROTO},
		{NLMSG_DONE, -ENOENT, -ENOENT}, {NLMSG_DONE, 0, 0},  {NLMSG_DONE, 5, -EPROTO},
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		struct bytes bytes = {};
		struct nlmsghdr *message =
			put(&bytes, (uint16_t)codes[i][0], SEQ, sizeof(struct nlmsgerr));
		int taken;

		*(int *)NLMSG_DATA(message) = codes[i][1];
		assert_int_equal(dump_read(&bytes, &taken), codes[i][2]);
	}
}

static void a_short_error_is_refused(void **state)
{
	struct bytes bytes = {};
	int taken;

	put(&bytes, NLMSG_ERROR, SEQ, sizeof(int));
	assert_int_equal(dump_read(&bytes, &taken), -EPROTO);
}

static void another_sequence_is_skipped(void **state)
{
	struct bytes bytes = {};
	int taken;

	put(&bytes, NLMSG_DONE, SEQ + 1, sizeof(int));
	put(&bytes, RTM_NEWROUTE, SEQ - 1, sizeof(struct rtmsg));
	put(&bytes, RTM_NEWROUTE, SEQ, sizeof(struct rtmsg));
	assert_int_equal(dump_read(&bytes, &taken), NETLINK_MORE);
	assert_int_equal(taken, 1);
}

static void an_interrupted_dump_is_marked(void **state)
{
	struct netlink_stream stream = {.seq = SEQ, .dump = true};
	struct bytes bytes = {};
	int taken;

	put(&bytes, RTM_NEWROUTE, SEQ, 0)->nlmsg_flags = NLM_F_DUMP_INTR;
	put(&bytes, NLMSG_DONE, SEQ, sizeof(int));
	assert_int_equal(stream_read(&bytes, &stream, &taken), 0);
	assert_true(stream.interrupted);
}

static void the_reader_may_end_it(void **state)
{
	struct bytes bytes = {};
	int taken;

	put(&bytes, RTM_DELROUTE, SEQ, 0);
	put(&bytes, RTM_NEWROUTE, SEQ, 0);
	assert_int_equal(dump_read(&bytes, &taken), -ECANCELED);
	assert_int_equal(taken, 1);
}

/* 17 bytes let NLMSG_NEXT take more than there is from an unsigned rest. */
static void lengths_that_lie_are_refused(void **state)
{
	static const uint32_t lengths[] = {0, 1, 15, 18, 20, 0x7fffffff, 0xfffffff0, 0xffffffff};
	struct bytes odd = {};
	int taken;

	put(&odd, RTM_NEWROUTE, SEQ, 1);
	odd.size = 17;
	assert_int_equal(dump_read(&odd, &taken), NETLINK_MORE);
	assert_int_equal(taken, 1);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		struct bytes bytes = odd;

		((struct nlmsghdr *)bytes.data)->nlmsg_len = lengths[i];
		assert_int_equal(dump_read(&bytes, &taken), -EPROTO);
		assert_int_equal(taken, 0);
	}
	odd.size = 15;
	assert_int_equal(dump_read(&odd, &taken), NETLINK_MORE);
	assert_int_equal(taken, 0);
}

static void attributes_stay_in_their_message(void **state)
{
	struct bytes bytes = {};
	struct nlmsghdr *message = put(&bytes, RTM_NEWROUTE, SEQ, sizeof(struct rtmsg) + 12);
	struct nlattr *first = (void *)((char *)message + NLMSG_SPACE(sizeof(struct rtmsg)));
	size_t size;

	*first = (struct nlattr){.nla_len = 8, .nla_type = RTA_OIF};
	first[2] = (struct nlattr){.nla_len = 4, .nla_type = RTA_DST | NLA_F_NESTED};
	assert_non_null(netlink_attribute(message, sizeof(struct rtmsg), RTA_OIF, 4));
	assert_null(netlink_attribute(message, sizeof(struct rtmsg), RTA_OIF, 5));
	assert_non_null(netlink_attribute_find(message, sizeof(struct rtmsg), RTA_DST, &size));
	assert_int_equal(size, 0);
	for (uint16_t length = 0; length < 4; length++) {
		first->nla_len = length;
		assert_null(netlink_attribute(message, sizeof(struct rtmsg), RTA_OIF, 0));
	}
	first->nla_len = 13;
	assert_null(netlink_attribute(message, sizeof(struct rtmsg), RTA_OIF, 0));
	message->nlmsg_len = NLMSG_LENGTH(sizeof(struct rtmsg)) - 1;
	assert_null(netlink_fixed(message, sizeof(struct rtmsg)));
	assert_null(netlink_attribute(message, sizeof(struct rtmsg), RTA_OIF, 0));
}

/* Whoever is root in the namespace can send to the port of a socket there. */
static void others_cannot_send_to_our_socket(void **state)
{
	int ours = netlink_open(NETLINK_ROUTE),
	    theirs = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	struct sockaddr_nl port = {};
	socklen_t size = sizeof(port);
	struct nlmsghdr forged = {.nlmsg_len = sizeof(forged), .nlmsg_type = NLMSG_DONE};

	assert_true(ours >= 0 && theirs >= 0);
	assert_int_equal(getsockname(ours, (struct sockaddr *)&port, &size), 0);
	assert_int_not_equal(port.nl_pid, 0);
	assert_int_equal(sendto(theirs, &forged, sizeof(forged), 0, (struct sockaddr *)&port, size),
			 -1);
	assert_true(errno == ECONNREFUSED || errno == EPERM);
	close(theirs);
	close(ours);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dump_goes_on_to_its_end),
		cmocka_unit_test(one_answer_is_enough_for_one_question),
		cmocka_unit_test(errors_are_the_kernels),
		cmocka_unit_test(a_short_error_is_refused),
		cmocka_unit_test(another_sequence_is_skipped),
		cmocka_unit_test(an_interrupted_dump_is_marked),
		cmocka_unit_test(the_reader_may_end_it),
		cmocka_unit_test(lengths_that_lie_are_refused),
		cmocka_unit_test(attributes_stay_in_their_message),
		cmocka_unit_test(others_cannot_send_to_our_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
