/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An address in the running kernel -> the function's name. */
#include "kernel/symbols.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define FUNCTION_SIZE_MAX (1u << 20)

/* "ffffffff81a3b2c0 t nf_hook_slow", of a module "...\t[nf_tables]" behind it. */
static bool read_line(const char *line, uint64_t *ret_address, const char **ret_name)
{
	char *behind;

	*ret_address = strtoull(line, &behind, 16);
	if (behind == line || behind[0] != ' ' || !behind[1] || !strchr("tTwW", behind[1]) ||
	    behind[2] != ' ')
		return false;
	*ret_name = behind + 3;
	return true;
}

static void copy_name(char to[static SYMBOL_SIZE], const char *from)
{
	size_t length = strcspn(from, "\t\n");
	const char *module = from[length] == '\t' ? from + length + 1 : "";

	snprintf(to, SYMBOL_SIZE, "%.*s%s%.*s", (int)length, from, *module ? " " : "",
		 (int)strcspn(module, "\n"), module);
}

void symbols_search(FILE *text, uint64_t address, char ret_name[static SYMBOL_SIZE])
{
	_cleanup_(cleanup_free) char *line = NULL;
	uint64_t best = 0, at;
	const char *name;
	size_t room = 0;

	ret_name[0] = '\0';
	while (getline(&line, &room, text) > 0) {
		if (!read_line(line, &at, &name) || at > address || at <= best ||
		    address - at >= FUNCTION_SIZE_MAX)
			continue;
		best = at;
		copy_name(ret_name, name);
	}
}

void symbols_open(struct symbols *symbols)
{
	symbols->text = fopen("/proc/kallsyms", "re");
}

void symbols_close(struct symbols *symbols)
{
	if (symbols->text)
		fclose(symbols->text);
	symbols->text = NULL;
}

const char *symbols_name(struct symbols *symbols, uint64_t address)
{
	unsigned int slot = symbols->next;

	for (unsigned int i = 0; i < symbols->count; i++) {
		if (symbols->kept[i].address == address)
			return symbols->kept[i].name;
	}
	symbols->kept[slot].address = address;
	symbols->kept[slot].name[0] = '\0';
	symbols->next = (slot + 1) % SYMBOLS_KEPT;
	if (symbols->count < SYMBOLS_KEPT)
		symbols->count++;
	if (symbols->text) {
		rewind(symbols->text);
		symbols_search(symbols->text, address, symbols->kept[slot].name);
	}
	return symbols->kept[slot].name;
}
