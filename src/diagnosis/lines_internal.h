/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the files that write evidence lines share. */
#ifndef DIAGNOSIS_LINES_INTERNAL_H
#define DIAGNOSIS_LINES_INTERNAL_H

#include "base/format.h"
#include "netstate/stall.h"

#define NS_PER_MS UINT64_C(1000000)
#define ADDRESS_SIZE (FORMAT_IP6_MAX + 1)

struct writer {
	const struct stall *stall;
	const struct stall_senses *senses;
	uint64_t now_ns;
	struct verdict *verdict;
};

/* lines_put.c */
void line(struct writer *writer, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* `text` again. */
const char *line_address(const struct endpoint *end, char text[ADDRESS_SIZE]);

/* `what`: "its sender"; nothing where the place is not known. */
void line_place(struct writer *writer, const char *what, const struct endpoint *address,
		const struct stall_place *place);

const char *line_plural(uint32_t count);

/* lines_local.c: its own end */
void write_early(struct writer *writer);
void write_local(struct writer *writer);

/* lines_way.c: what became of it on this host */
void write_sent(struct writer *writer);
void write_queued(struct writer *writer);
void write_lost_reset(struct writer *writer);
void write_foreign_frame(struct writer *writer, const struct stall_drop *drop);
void write_ipsec_policy(struct writer *writer);
void write_reroute(struct writer *writer, const struct stall_drop *drop);

/* lines_fallback.c: what IPv6 costs the program */
void write_fallback(struct writer *writer);

/* lines_rule.c: which rule of nf_tables it was; nothing where that was not traced */
void write_rule(struct writer *writer);

/* lines_tracking.c: connection tracking and NAT on its way */
void write_trackings(struct writer *writer);

/* lines_back.c: what came back, and from whom */
void write_reset(struct writer *writer);
void write_icmp(struct writer *writer);
void write_peer(struct writer *writer);
void write_crossing(struct writer *writer);
void write_silence(struct writer *writer);

#endif
