/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Is nf_tables in this kernel already? A request to a part of nfnetlink that is not there makes the
 * kernel load its module (nfnetlink_rcv_msg(), net/netfilter/nfnetlink.c), and asking must change
 * nothing.
 */
#ifndef NETLINK_NFT_PRESENCE_H
#define NETLINK_NFT_PRESENCE_H

/*
 * 0: a request loads nothing, since nf_tables is loaded or built in, or the kernel loads no modules at
 * all; -ENOENT: it is a module that is not loaded, so that no namespace has a table; -errno: it
 * cannot be found out.
 */
int nft_presence(void);

/* The same by the /proc in the folder `proc`; nothing is remembered. */
int nft_presence_find(const char *proc);

#endif
