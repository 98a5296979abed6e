/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Families of nf_tables' tables (NFPROTO_*) <-> nft's words. */
#ifndef NETSTATE_NFT_FAMILY_H
#define NETSTATE_NFT_FAMILY_H

#include <stdint.h>

/* "inet"; NULL for numbers that are none. */
const char *nft_family_name(uint8_t family);

#endif
