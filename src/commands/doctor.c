/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netstate doctor: what works on this machine, what does not, and what that costs. */
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <version.h>

#include "base/cleanup.h"
#include "base/json_string.h"
#include "base/options.h"
#include "base/say.h"
#include "commands/btf_option.h"
#include "commands/commands.h"
#include "commands/output_end.h"
#include "sink/output.h"
#include "kernel/support.h"
#include "table/support.h"

#define NAME_WIDTH 28
#define PART_WIDTH 11

struct doctor {
	bool json;
	struct output output;
};

static const struct option_row rows[] = {
	{"json", 'j', NULL, "one JSON object a line: part, name, ok, gives, without",
	 option_store_true, offsetof(struct doctor, json), NULL},
	BTF_OPTION,
};

static const struct option_table table = {
	.command = "doctor",
	.usage = "netstate doctor [OPTIONS]",
	.about =
		"Checks kernel support and lists unavailable features: loads each BPF program as the commands\n"
		"would, and unloads it. Exit status 0 if trace can start, else 1.",
	.rows = rows,
	.count = ARRAY_SIZE(rows),
};

static void put_padded(struct buf *out, const char *text, size_t width)
{
	size_t size = strlen(text);

	buf_puts(out, text);
	buf_fill(out, ' ', size < width ? width - size : 1);
}

static void put_text(const struct support_row *row, struct buf *out)
{
	buf_puts(out, row->there ? "ok   " : "--   ");
	put_padded(out, row->part, PART_WIDTH);
	put_padded(out, row->name, NAME_WIDTH);
	buf_puts(out, row->there || !row->lacks ? row->gives : row->lacks);
	buf_putc(out, '\n');
}

static void put_key(struct buf *out, const char *key, const char *text)
{
	buf_puts(out, key);
	if (text)
		json_string(out, text, strlen(text));
	else
		buf_puts(out, "null");
}

static void put_json(const struct support_row *row, struct buf *out)
{
	put_key(out, "{\"part\":", row->part);
	put_key(out, ",\"name\":", row->name);
	buf_puts(out, row->there ? ",\"ok\":true" : ",\"ok\":false");
	put_key(out, ",\"gives\":", row->gives);
	put_key(out, ",\"without\":", row->lacks);
	buf_puts(out, "}\n");
}

static void on_row(void *context, const struct support_row *row)
{
	struct doctor *doctor = context;

	if (doctor->json)
		put_json(row, &doctor->output.buf);
	else
		put_text(row, &doctor->output.buf);
}

static void put_heading(struct doctor *doctor)
{
	struct buf *out = &doctor->output.buf;
	struct utsname system;

	if (doctor->json || uname(&system))
		return;
	buf_printf(out, "netstate %s on Linux %s %s%s\n", NETSTATE_VERSION, system.release,
		   system.machine, geteuid() ? ", not root: most of this needs root" : ", root");
}

int command_doctor(int argc, char **argv)
{
	struct doctor doctor = {.output.fd = STDOUT_FILENO};
	bool works;
	int first, status = options_parse(&table, argc, argv, &doctor, &first);

	if (status != OPTIONS_GO_ON)
		return status;
	if (first < argc)
		return say_usage("doctor", "unexpected operand \"%s\"", argv[first]);
	put_heading(&doctor);
	table_support_check(on_row, &doctor);
	works = support_check(on_row, &doctor);
	output_flush(&doctor.output);
	status = output_end(&doctor.output);
	if (!works)
		status = STATUS_FAILURE;
	output_release(&doctor.output);
	return status;
}
