/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The filter table of iptables-legacy, as the kernel hands it out -> its rules that reject with a TCP reset. */
#include "evidence/legacy_rejects.h"

#include <netinet/in.h> /* before the kernel's, which then leave out what it has */

#include <errno.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv4/ipt_REJECT.h>
#include <linux/netfilter_ipv6/ip6_tables.h>
#include <linux/netfilter_ipv6/ip6t_REJECT.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "evidence/legacy_rules.h"

#define TABLE_MAX (16u << 20) /* bytes; 100,000 rules have about 15 MB */

struct family {
	int family, level;
	uint8_t nfproto;
	size_t entry_size, target_at, next_at;
	uint32_t reset;
};

static const struct family families[] = {
	{AF_INET, IPPROTO_IP, NFPROTO_IPV4, sizeof(struct ipt_entry),
	 offsetof(struct ipt_entry, target_offset), offsetof(struct ipt_entry, next_offset),
	 IPT_TCP_RESET},
	{AF_INET6, IPPROTO_IPV6, NFPROTO_IPV6, sizeof(struct ip6t_entry),
	 offsetof(struct ip6t_entry, target_offset), offsetof(struct ip6t_entry, next_offset),
	 IP6T_TCP_RESET},
};

/* Both families have the same structures for these two questions, and the same numbers: both count from
 * IPT_BASE_CTL and IP6T_BASE_CTL, which are 64 (include/uapi/linux/netfilter_*). */
_Static_assert(sizeof(struct ipt_getinfo) == sizeof(struct ip6t_getinfo) &&
		       sizeof(struct ipt_get_entries) == sizeof(struct ip6t_get_entries),
	       "one function asks for both");

static int ask(const struct family *family, struct ipt_getinfo *info,
	       struct ipt_get_entries **ret_entries)
{
	_cleanup_(cleanup_close) int fd = socket(family->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof(*info);
	struct ipt_get_entries *entries;

	if (fd < 0 || getsockopt(fd, family->level, IPT_SO_GET_INFO, info, &size))
		return -errno;
	if (info->size > TABLE_MAX)
		return -E2BIG;
	entries = calloc(1, sizeof(*entries) + info->size);
	if (!entries)
		return -ENOMEM;
	memcpy(entries->name, info->name, sizeof(entries->name));
	entries->size = info->size;
	size = (socklen_t)(sizeof(*entries) + info->size);
	if (getsockopt(fd, family->level, IPT_SO_GET_ENTRIES, entries, &size)) {
		free(entries);
		return -errno;
	}
	*ret_entries = entries;
	return 0;
}

/* struct xt_entry_target: its size, its name, its revision; what follows is the target's own. */
#define TARGET_NAME_AT offsetof(struct xt_entry_target, u.user.name)
#define TARGET_DATA_AT sizeof(struct xt_entry_target)

static void name_chain(const struct ipt_getinfo *info, size_t at, const char *target,
		       char name[NFT_REJECT_NAME_SIZE], uint64_t *number)
{
	static const char *const hooks[NF_INET_NUMHOOKS] = {
		[NF_INET_LOCAL_IN] = "INPUT",
		[NF_INET_FORWARD] = "FORWARD",
		[NF_INET_LOCAL_OUT] = "OUTPUT",
	};

	for (unsigned int i = 0; i < NF_INET_NUMHOOKS; i++) {
		if (hooks[i] && info->valid_hooks & 1u << i && info->hook_entry[i] == at) {
			snprintf(name, NFT_REJECT_NAME_SIZE, "%s", hooks[i]);
			*number = 0;
		}
	}
	if (!strcmp(target + TARGET_NAME_AT, XT_ERROR_TARGET)) { /* a user's chain begins */
		snprintf(name, NFT_REJECT_NAME_SIZE, "%.*s", XT_FUNCTION_MAXNAMELEN - 1,
			 target + TARGET_DATA_AT);
		*number = (uint64_t)-1;
	}
	++*number;
}

static bool is_reset(const struct family *family, const char *target)
{
	uint32_t with;

	if (strcmp(target + TARGET_NAME_AT, "REJECT") != 0)
		return false;
	memcpy(&with, target + TARGET_DATA_AT, sizeof(with));
	return with == family->reset;
}

/* Longest of the targets that are read: an error's name. */
#define TARGET_ROOM (TARGET_DATA_AT + XT_FUNCTION_MAXNAMELEN)

static unsigned int count(const struct family *family, const struct ipt_getinfo *info,
			  const char *bytes, size_t size, struct nft_reject_rule *first)
{
	char chain[NFT_REJECT_NAME_SIZE] = "", target[TARGET_ROOM + 1];
	unsigned int found = 0;
	uint64_t number = 0;
	uint16_t begin, next;

	for (size_t at = 0; size - at >= family->entry_size; at += next) {
		size_t room;

		memcpy(&begin, bytes + at + family->target_at, sizeof(begin));
		memcpy(&next, bytes + at + family->next_at, sizeof(next));
		if (next < family->entry_size || next > size - at || begin > next)
			break;
		room = next - begin < (int)TARGET_ROOM ? (size_t)(next - begin) : TARGET_ROOM;
		memset(target, 0, sizeof(target));
		memcpy(target, bytes + at + begin, room);
		name_chain(info, at, target, chain, &number);
		if (!is_reset(family, target) || found++)
			continue;
		*first = (struct nft_reject_rule){.family = family->nfproto, .handle = number};
		snprintf(first->table, sizeof(first->table), "%s", info->name);
		memcpy(first->chain, chain, sizeof(first->chain));
	}
	return found;
}

int legacy_rejects_ask(bool ipv6, unsigned int *ret_count, struct nft_reject_rule *ret_first)
{
	struct ipt_getinfo info = {.name = "filter"};
	struct ipt_get_entries *entries = NULL;
	int err;

	*ret_count = 0;
	if (!legacy_rules_have_of(ipv6, info.name)) /* to ask would make one */
		return 0;
	err = ask(&families[ipv6], &info, &entries);
	if (err)
		return err == -ENOENT ? 0 : err;
	*ret_count = count(&families[ipv6], &info, (const char *)entries->entrytable, entries->size,
			   ret_first);
	free(entries);
	return 0;
}
