/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lines of /proc/net/{ax25,nr,x25,rose,ipx/socket} -> struct other_row. Pure. */
#include "procfs/other_sockets.h"

#include <errno.h>
#include <string.h>

#include "procfs/fields.h"

#define AX25_TITLE "dest_addr"

/* The word at a fixed column, at most `width` bytes of it. */
static bool column_word(struct fields *line, size_t from, size_t width, char *to)
{
	struct fields column = *line;

	if ((size_t)(line->end - line->at) <= from)
		return false;
	column.at += from;
	return field_copy(&column, to, width + 1);
}

static bool number_u32(struct fields *fields, uint32_t *ret_value)
{
	int32_t value;

	if (!field_i32(fields, &value))
		return false;
	*ret_value = (uint32_t)value;
	return true;
}

/* Both queues, or neither: sockets that no process has show '*', or nothing at all. */
static bool queues(struct fields *fields, struct other_row *row)
{
	const char *word;
	int32_t send, receive;

	if (!field_i32(fields, &send)) {
		return !field_word(fields, &word) || word[0] == '*';
	}
	if (!field_i32(fields, &receive))
		return false;
	row->send_queue = (uint32_t)send;
	row->receive_queue = (uint32_t)receive;
	return true;
}

static bool state_vs_vr(struct fields *fields, struct other_row *row)
{
	return number_u32(fields, &row->state) && field_i32(fields, &row->vs) &&
	       field_i32(fields, &row->vr);
}

bool ax25_is_title(const char *line, size_t size)
{
	return size >= strlen(AX25_TITLE) && !memcmp(line, AX25_TITLE, strlen(AX25_TITLE));
}

/* "%-9s %-9s %-4s %2d %3d %3d" destination, source, device, state, vs, vr; 9 words of timers; the
 * queues */
int ax25_old_parse(const char *line, size_t size, struct other_row *ret_row)
{
	struct fields fields = fields_of(line, size);
	struct other_row row = {0};

	if (!column_word(&fields, 0, 9, row.remote) || !column_word(&fields, 10, 9, row.local) ||
	    size < 21)
		return -EINVAL;
	fields.at += 20;
	if (!field_copy(&fields, row.device, sizeof(row.device)) || !state_vs_vr(&fields, &row))
		return -EINVAL;
	if (field_skip_words(&fields, 9) && !queues(&fields, &row))
		return -EINVAL;
	*ret_row = row;
	return 0;
}

/*
 * Words: an address, device, source, destination with its digipeaters behind commas, state, vs, vr;
 * 14 timers and limits; the queues.
 */
int ax25_parse(const char *line, size_t size, struct other_row *ret_row)
{
	struct fields fields = fields_of(line, size);
	struct other_row row = {0};

	if (!field_skip_words(&fields, 1) || !field_copy(&fields, row.device, sizeof(row.device)) ||
	    !field_copy(&fields, row.local, sizeof(row.local)))
		return -EINVAL;
	if (!field_copy(&fields, row.remote, sizeof(row.remote)))
		return -EINVAL;
	while (fields.at < fields.end && *fields.at != ' ') /* more digipeaters than we keep */
		fields.at++;
	row.remote[strcspn(row.remote, ",")] = '\0';
	if (!state_vs_vr(&fields, &row))
		return -EINVAL;
	if (field_skip_words(&fields, 14) && !queues(&fields, &row))
		return -EINVAL;
	*ret_row = row;
	return 0;
}

/*
 * "%-9s %-9s %-9s %-3s  %02X/%02X %02X/%02X %2d %3d %3d" user, destination, source, device,
 * circuits, state, vs, vr; 7 words; the queues
 */
int netrom_parse(const char *line, size_t size, struct other_row *ret_row)
{
	struct fields fields = fields_of(line, size);
	struct other_row row = {0};

	if (!column_word(&fields, 0, 9, row.user) || !column_word(&fields, 10, 9, row.remote) ||
	    !column_word(&fields, 20, 9, row.local) || size < 31)
		return -EINVAL;
	fields.at += 30;
	if (!field_copy(&fields, row.device, sizeof(row.device)) || !field_skip_words(&fields, 2) ||
	    !state_vs_vr(&fields, &row))
		return -EINVAL;
	if (field_skip_words(&fields, 7) && !queues(&fields, &row))
		return -EINVAL;
	*ret_row = row;
	return 0;
}

/* "%-10s %-10s %-5s %3.3X  %d  %d  %d" destination, source, device, channel, state, vs, vr; 6
 * words; the queues */
int x25_parse(const char *line, size_t size, struct other_row *ret_row)
{
	struct fields fields = fields_of(line, size);
	struct other_row row = {0};
	const char *channel;
	size_t length, zeros;

	if (!column_word(&fields, 0, 10, row.remote) || !column_word(&fields, 11, 9, row.local) ||
	    size < 23)
		return -EINVAL;
	fields.at += 22;
	if (!field_copy(&fields, row.device, sizeof(row.device)))
		return -EINVAL;
	length = field_word(&fields, &channel);
	for (zeros = 0; zeros + 1 < length && channel[zeros] == '0'; zeros++)
		;
	length -= zeros;
	if (!length || length >= sizeof(row.channel))
		return -EINVAL;
	memcpy(row.channel, channel + zeros, length);
	if (!state_vs_vr(&fields, &row))
		return -EINVAL;
	if (field_skip_words(&fields, 6) && !queues(&fields, &row))
		return -EINVAL;
	*ret_row = row;
	return 0;
}

/* Words: destination, its call, source, its call, device, channel, neighbour, state */
int rose_parse(const char *line, size_t size, struct other_row *ret_row)
{
	struct fields fields = fields_of(line, size);
	struct other_row row = {0};

	if (!field_copy(&fields, row.remote, sizeof(row.remote)) ||
	    !field_copy(&fields, row.remote_call, sizeof(row.remote_call)) ||
	    !field_copy(&fields, row.local, sizeof(row.local)) ||
	    !field_copy(&fields, row.local_call, sizeof(row.local_call)) ||
	    !field_copy(&fields, row.device, sizeof(row.device)) || !field_i32(&fields, &row.lci) ||
	    !field_i32(&fields, &row.neighbour) || !number_u32(&fields, &row.state))
		return -EINVAL;
	*ret_row = row;
	return 0;
}

/* Cuts ":PORT" off; the file has the port's bytes in the wire's order. */
static bool cut_port(char *address, uint16_t *ret_port)
{
	char *colon = strrchr(address, ':');
	struct fields digits;
	uint64_t port;

	if (!colon)
		return false;
	digits = fields_of(colon + 1, strlen(colon + 1));
	if (!field_hex(&digits, 0, &port) || digits.at != digits.end)
		return false;
	*colon = '\0';
	*ret_port = __builtin_bswap16((uint16_t)port);
	return true;
}

/* Words: source, destination, both queues, state, user; an address is NETWORK:PORT or
 * NETWORK:NODE:PORT. */
int ipx_parse(const char *line, size_t size, struct other_row *ret_row)
{
	struct fields fields = fields_of(line, size);
	struct other_row row = {0};

	if (!field_copy(&fields, row.local, sizeof(row.local)) ||
	    !field_copy(&fields, row.remote, sizeof(row.remote)) ||
	    !field_hex(&fields, 0, &row.send_queue) || !field_hex(&fields, 0, &row.receive_queue) ||
	    !field_hex32(&fields, &row.state) || !number_u32(&fields, &row.uid))
		return -EINVAL;
	row.is_connected = strcmp(row.remote, "Not_Connected") != 0;
	if (!cut_port(row.local, &row.local_port) ||
	    (row.is_connected && !cut_port(row.remote, &row.remote_port)))
		return -EINVAL;
	*ret_row = row;
	return 0;
}
