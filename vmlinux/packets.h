/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Packets, devices, routes. A part of vmlinux.h. */
#ifndef VMLINUX_PACKETS_H
#define VMLINUX_PACKETS_H

struct rtnl_link_ops {
	const char *kind;
};

struct net_device {
	int ifindex;
	const struct rtnl_link_ops *rtnl_link_ops;
	possible_net_t nd_net;
};

struct dst_entry {
	struct net_device *dev;
	int (*input)(struct sk_buff *skb);
	unsigned short flags;
};

struct rtable {
	struct dst_entry dst;
	__u8 rt_gw_family;
	union {
		__be32 rt_gw4;
		struct in6_addr rt_gw6;
	};
};

struct rt6_info {
	struct dst_entry dst;
	struct in6_addr rt6i_gateway;
};

struct sk_buff {
	union {
		struct {
			struct net_device *dev;
		};
		struct rb_node rbnode;
	};
	struct sock *sk;
	char cb[48];
	union {
		struct {
			unsigned long _skb_refdst;
		};
	};
	unsigned long _nfct; /* CONFIG_NF_CONNTRACK */
	unsigned int len;
	unsigned int data_len;
	__u32 mark;
	__u8 fclone : 2;
	__u8 pkt_type : 3;
	int skb_iif;
	__be16 protocol;
	__u16 network_header;
	unsigned char *head;
	unsigned char *data;
};

struct sk_buff_fclones {
	struct sk_buff skb2;
	struct refcount_struct fclone_ref;
};

struct sock_extended_err {
	__u8 ee_origin;
	__u8 ee_type;
	__u8 ee_code;
};

struct sock_exterr_skb {
	struct sock_extended_err ee;
};

#endif
