/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Routes of AX.25, NET/ROM, ROSE, X.25, IPX and AppleTalk, and their neighbours -> rows -> netstat
 * -r. */
#include "fuzz.h"
#include "netstat/layout/other_routes.h"
#include "procfs/other_routes.h"

struct context {
	enum other_routes family;
	struct neighbour neighbour;
};

static void line(char *text, size_t size, void *pointer)
{
	struct context *context = pointer;
	const struct neighbour *const neighbours[ROSE_NEIGHBOURS] = {&context->neighbour, NULL,
								     &context->neighbour};
	union {
		struct ax25_route ax25;
		struct netrom_route netrom;
		struct rose_route rose;
		struct x25_route x25;
		struct ipx_route ipx;
		struct ddp_route ddp;
	} row;
	struct buf out = {0};

	switch (context->family) {
	case OTHER_ROUTES_AX25:
		if (!ax25_route_parse(text, size, &row.ax25))
			ax25_route_put(&out, &row.ax25);
		break;
	case OTHER_ROUTES_NETROM:
		if (!netrom_route_parse(text, size, &row.netrom))
			netrom_route_put(&out, &row.netrom, size & 1 ? &context->neighbour : NULL);
		break;
	case OTHER_ROUTES_ROSE:
		if (rose_route_parse(text, size, &row.rose))
			break;
		FUZZ_CHECK(row.rose.count <= ROSE_NEIGHBOURS);
		rose_route_put(&out, &row.rose, neighbours);
		break;
	case OTHER_ROUTES_X25:
		if (!x25_route_parse(text, size, &row.x25))
			x25_route_put(&out, &row.x25);
		break;
	case OTHER_ROUTES_IPX:
		if (!ipx_route_parse(text, size, &row.ipx))
			ipx_route_put(&out, &row.ipx);
		break;
	case OTHER_ROUTES_DDP:
		if (!ddp_route_parse(text, size, &row.ddp))
			ddp_route_put(&out, &row.ddp);
		break;
	default:
		neighbour_parse(text, size, &context->neighbour);
	}
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct context context = {.family = fuzz_choice(&data, &size) % (OTHER_ROUTES_MAX + 1)};
	struct neighbour neighbour;

	if (!neighbour_parse("00001 QST-0 eth0 1 1 1", 22, &neighbour))
		context.neighbour = neighbour;
	fuzz_lines(data, size, line, &context);
	return 0;
}
