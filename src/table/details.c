/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Details by row number. */
#include "table/details.h"

#include "base/pages.h"

struct kept_detail {
	uint64_t identity; /* flow_identity() */
	struct connection_detail detail;
};

void details_reserve(struct details *details, size_t rows)
{
	if (details->list)
		return;
	details->list = pages_reserve((rows + 1) * sizeof(*details->list));
	details->room = details->list ? rows + 1 : 0;
}

void details_release(struct details *details)
{
	if (details->list)
		pages_release(details->list, details->room * sizeof(*details->list));
	*details = (struct details){};
}

void details_put(struct details *details, size_t number, const struct listed_connection *listed)
{
	if (number < details->room)
		details->list[number] =
			(struct kept_detail){flow_identity(&listed->flow), listed->detail};
}

const struct connection_detail *details_get(const struct details *details,
					    const struct connection *row, size_t number)
{
	const struct kept_detail *kept = number < details->room ? &details->list[number] : NULL;

	return kept && kept->identity && kept->identity == flow_identity(&row->flow) ? &kept->detail
										     : NULL;
}
