/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "base/base64.h"
#include "base/cleanup.h"
#include "unit/unit.h"

static void the_vectors_of_rfc_4648(void **state)
{
	static const struct {
		const char *text, *coded;
	} rows[] = {
		{"", ""},
		{"f", "Zg=="},
		{"fo", "Zm8="},
		{"foo", "Zm9v"},
		{"foob", "Zm9vYg=="},
		{"fooba", "Zm9vYmE="},
		{"foobar", "Zm9vYmFy"},
		{"\xff\xff\xfe", "///+"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(buf_release) struct buf out = {0};

		base64_put(&out, rows[i].text, strlen(rows[i].text));
		buf_putc(&out, '\0');
		assert_string_equal(out.data, rows[i].coded);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vectors_of_rfc_4648),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
