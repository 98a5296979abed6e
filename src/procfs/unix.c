/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A line of /proc/net/unix -> struct unix_row. Pure. */
#include "procfs/unix.h"

#include <string.h>

#include "procfs/scan.h"

bool unix_header_has_inode(const char *line, size_t size)
{
	return memmem(line, size, "Inode", strlen("Inode"));
}

/* "ffff8881012345: ", also with 0x in front, or "(nil): ". */
static bool scan_pointer(const char **at)
{
	uint64_t pointer;

	*at = scan_blanks(*at);
	if (!strncmp(*at, "(nil):", 6)) {
		*at += 6;
		return true;
	}
	if ((*at)[0] == '0' && (*at)[1] == 'x')
		*at += 2;
	return scan_hex(at, &pointer) && scan_char(at, ':');
}

static const char *word_end(const char *at)
{
	while (*at && *at != '\n' && !scan_is_blank(*at))
		at++;
	return at;
}

bool unix_line_parse(const char *line, bool has_inode, struct unix_row *row)
{
	uint64_t fields[5]; /* references, protocol, flags, type, state */
	const char *at = line;

	if (!scan_pointer(&at))
		return false;
	for (int i = 0; i < 5; i++) {
		at = scan_blanks(at);
		if (!scan_hex(&at, &fields[i]))
			return false;
	}
	*row = (struct unix_row){
		.references = (int64_t)fields[0],
		.protocol = (uint32_t)fields[1],
		.flags = (uint32_t)fields[2],
		.type = (uint32_t)fields[3],
		.state = (uint32_t)fields[4],
		.has_inode = has_inode,
	};
	at = scan_blanks(at);
	if (scan_u64(&at, &row->inode))
		at = scan_blanks(at);
	row->path = at;
	row->path_length = (size_t)(word_end(at) - at);
	return true;
}
