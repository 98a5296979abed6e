/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The table against a kernel's list: which rows differ. Changes nothing in the table. Pure. */
#ifndef CONNECTIONS_VERIFY_H
#define CONNECTIONS_VERIFY_H

#include <stdbool.h>

#include "connections/conn_table.h"

struct conn_difference {
	struct flow flow;
	uint8_t table_state;  /* 0: not in the table */
	uint8_t kernel_state; /* 0: not in the kernel's list */
	uint8_t time_wait;    /* of the kernel's row where there is one, else of the table's */
};

struct conn_verify; /* opaque: one reading */

/* 0 or -ENOMEM. Between new and end the table must not change. */
int conn_verify_new(const struct conn_table *table, struct conn_verify **ret_verify);
void conn_verify_free(struct conn_verify *verify);

/* A row without cookie, as /proc reports them, is found by its namespace and its ends. */
void conn_verify_row(struct conn_verify *verify, const struct listed_connection *listed);
/* A namespace whose list could not be read: those of its rows that no list shows are not compared. */
void conn_verify_keep(struct conn_verify *verify, uint32_t netns);
void conn_verify_end(struct conn_verify *verify);

size_t conn_verify_listed(const struct conn_verify *verify);
/* Rows of the table in such namespaces. */
size_t conn_verify_not_compared(const struct conn_verify *verify);
size_t conn_verify_count(const struct conn_verify *verify);
/* The first few thousand of them; NULL: not known. */
const struct conn_difference *conn_verify_get(const struct conn_verify *verify, size_t number);

/* True where another look found the very same difference. */
bool conn_verify_has(const struct conn_verify *verify, const struct conn_difference *difference);

#endif
