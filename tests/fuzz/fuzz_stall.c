/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Any bytes as stall records about one connect: evidence, verdict and both forms of the report stay
 * in their bounds. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "diagnosis/collect.h"
#include "diagnosis/diagnose.h"
#include "view/stall.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition)
{
	if (!condition)
		abort();
}

static const char *name(const void *context, uint32_t number)
{
	return number % 3 ? "NETFILTER_DROP" : NULL;
}

static void check_report(const struct stall *stall, uint64_t now)
{
	const struct stall_senses senses = {
		.retransmit = now & 1, .drops = now & 2, .drop_reason = now & 4};
	struct view view = {.time = VIEW_TIME_UTC};
	struct verdict verdict;
	struct stall_report report = {.stall = stall, .verdict = &verdict, .ktime_ns = now};
	struct buf out = {0};

	stall_diagnose(stall, &senses, now, &verdict);
	require(verdict.word && verdict.meaning && verdict.advice);
	require(verdict.line_count <= STALL_LINES_MAX && verdict.drop < STALL_DROPS_MAX);
	for (unsigned int i = 0; i < verdict.line_count; i++)
		require(memchr(verdict.lines[i], '\0', STALL_LINE_SIZE) != NULL);
	view_stall_json(&view, &report, &out);
	require(!memchr(out.data, '\033', out.len));
	view_stall_text(&view, &report, &out);
	require(!memchr(out.data, '\033', out.len));
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct stall_kernel kernel = {.hz = 250, .drop_reason = name, .reset_reason = name};
	struct stall stall = {.start_ns = 1, .connect_ret = STALL_RET_UNKNOWN};
	uint64_t now = size;

	if (size < 4)
		return 0;
	stall.end = data[0] % (STALL_REFUSED_EARLY + 1);
	stall.sk_err = data[1];
	stall.connect_ret = -data[2];
	for (data += 4, size -= 4; size >= sizeof(struct wire_head);) {
		uint8_t bytes[256] = {0};
		struct wire_head *head = (struct wire_head *)bytes;
		size_t take = size < sizeof(bytes) ? size : sizeof(bytes);
		struct stall_record record;

		memcpy(bytes, data, take);
		head->version =
			WIRE_VERSION; /* with a head that says the truth more of them are taken */
		head->kind = WIRE_KIND_STALL_SOCK + head->kind % 6;
		head->size = head->kind >= WIRE_KIND_STALL_DROP ? sizeof(struct wire_stall_packet)
								: sizeof(struct wire_stall_sock);
		if (!stall_record_decode(bytes, sizeof(bytes), &record))
			stall_collect(&stall, &record, &kernel);
		now += head->ktime_ns;
		data += take;
		size -= take;
	}
	check_report(&stall, now);
	return 0;
}
