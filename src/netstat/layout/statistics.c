/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Counters, in the order of the files -> the lines of netstat -s. Pure. */
#include "netstat/layout/statistics.h"

#include <string.h>

#include "netstat/layout/json_tables.h"

#define INDENT 4
#define INDENT_HISTOGRAM 8

static bool same(const char *text, const char *name, size_t size)
{
	return strlen(text) == size && !memcmp(text, name, size);
}

static const struct sentence_section *section_find(const struct sentence_section *sections,
						   const char *name, size_t size)
{
	for (; sections->name; sections++) {
		if (same(sections->name, name, size))
			return sections;
	}
	return NULL;
}

static const struct sentence *sentence_find(const struct sentence_section *section,
					    const char *name, size_t size)
{
	for (size_t i = 0; section && section->sentences[i].counter; i++) {
		if (same(section->sentences[i].counter, name, size))
			return &section->sentences[i];
	}
	return NULL;
}

static void put_indent(const struct statistics *stats, struct buf *out)
{
	buf_fill(out, ' ', stats->kind == STATISTICS_NORMAL ? INDENT : INDENT_HISTOGRAM);
}

void statistics_section(struct statistics *stats, struct buf *out, const char *name, size_t size)
{
	size_t kept = size < sizeof(stats->name) ? size : sizeof(stats->name) - 1;

	memcpy(stats->name, name, kept);
	stats->name[kept] = '\0';
	stats->section = section_find(stats->sections, name, size);
	stats->left_out = stats->section && !(stats->section->protocols & stats->protocols);
	if (stats->section)
		stats->kind = STATISTICS_NORMAL;
	if (stats->left_out || stats->json)
		return;
	buf_put(out, name, size);
	buf_puts(out, ":\n");
}

/* "Icmp6InMsgs" is of the section "Icmp6"; a name without a 6 is one of its own. */
void statistics_section_of(struct statistics *stats, struct buf *out, const char *counter,
			   size_t size)
{
	const char *six = memchr(counter, '6', size);

	if (stats->name[0] && memmem(counter, size, stats->name, strlen(stats->name)))
		return;
	statistics_section(stats, out, counter, six ? (size_t)(six - counter) + 1 : size);
}

static void put_sentence(struct buf *out, const char *text, uint64_t value)
{
	const char *mark = strchrnul(text, '#');

	buf_put(out, text, (size_t)(mark - text));
	if (*mark) {
		buf_u64(out, value);
		buf_puts(out, mark + 1);
	}
	buf_putc(out, '\n');
}

/* The histograms have titles, which come before their first counter even where that one is 0. */
static void turn_to(struct statistics *stats, struct buf *out, enum sentence_kind kind)
{
	if (kind == SENTENCE_IN && stats->kind != STATISTICS_IN) {
		put_indent(stats, out);
		buf_puts(out, "ICMP input histogram:\n");
		stats->kind = STATISTICS_IN;
	} else if (kind == SENTENCE_OUT && stats->kind != STATISTICS_OUT) {
		put_indent(stats, out);
		buf_puts(out, "ICMP output histogram:\n");
		stats->kind = STATISTICS_OUT;
	} else if (kind != SENTENCE_IN && kind != SENTENCE_OUT) {
		stats->kind = STATISTICS_NORMAL;
	}
}

void statistics_counter(struct statistics *stats, struct buf *out, const char *name, size_t size,
			uint64_t value)
{
	const struct sentence *sentence;

	if (stats->left_out)
		return;
	if (stats->json) {
		json_statistic(out, stats->name, name, size, value);
		return;
	}
	sentence = sentence_find(stats->section, name, size);
	if (!sentence) {
		if (!value)
			return;
		put_indent(stats, out);
		buf_put(out, name, size);
		buf_puts(out, ": ");
		buf_u64(out, value);
		buf_putc(out, '\n');
		return;
	}
	if (sentence->kind == SENTENCE_NEVER)
		return;
	turn_to(stats, out, sentence->kind);
	if (!value && sentence->kind != SENTENCE_ALWAYS)
		return;
	put_indent(stats, out);
	put_sentence(out, sentence->text, value);
}
