/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What only the kernel's ioctls report about interfaces. */
#include "procfs/links.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"

#define LABELS_FIRST 64
#define LABELS_MAX (1 << 20) /* addresses of one namespace; 40 MB */

/* SIOCGIFCONF fills what fits, so the buffer grows until some of it stays free. */
static int read_labels(int fd, struct ifconf *ret_labels)
{
	struct ifconf labels = {0};

	for (size_t count = LABELS_FIRST; count <= LABELS_MAX; count *= 2) {
		int size = (int)(count * sizeof(struct ifreq)), err;
		void *buffer = realloc(labels.ifc_buf, (size_t)size);

		if (!buffer) {
			free(labels.ifc_buf);
			return -ENOMEM;
		}
		labels.ifc_buf = buffer;
		labels.ifc_len = size;
		if (ioctl(fd, SIOCGIFCONF, &labels)) {
			err = -errno;
			free(labels.ifc_buf);
			return err;
		}
		if (labels.ifc_len < size)
			break;
	}
	*ret_labels = labels;
	return 0;
}

static int each_label(struct links *links, int (*handle)(void *context, const char *name),
		      void *context)
{
	struct ifconf labels = {0};
	size_t count;
	int err;

	err = read_labels(links->fd, &labels);
	if (err)
		return err;
	count = (size_t)labels.ifc_len / sizeof(struct ifreq);
	for (size_t i = 0; i < count && !err; i++) {
		char name[INTERFACE_NAME_SIZE] = {0};

		memcpy(name, labels.ifc_req[i].ifr_name, sizeof(name) - 1);
		err = handle(context, name);
	}
	free(labels.ifc_buf);
	return err;
}

static int ask(struct links *links, unsigned long what, const char *name, struct ifreq *ret_answer)
{
	memset(ret_answer, 0, sizeof(*ret_answer));
	memcpy(ret_answer->ifr_name, name, strnlen(name, sizeof(ret_answer->ifr_name) - 1));
	return ioctl(links->fd, what, ret_answer) ? -errno : 0;
}

static void ask_address(struct links *links, unsigned long what, const char *name,
			struct interface_address4 *to)
{
	struct ifreq answer;
	struct sockaddr_in addr;

	to->is_set = !ask(links, what, name, &answer) && answer.ifr_addr.sa_family == AF_INET;
	if (!to->is_set)
		return;
	memcpy(&addr, &answer.ifr_addr, sizeof(addr));
	memcpy(to->addr, &addr.sin_addr, sizeof(to->addr));
}

static void fetch_rest(struct links *links, struct interface_row *row)
{
	struct ifreq answer;

	row->hardware = INTERFACE_HARDWARE_UNKNOWN;
	if (!ask(links, SIOCGIFHWADDR, row->name, &answer)) {
		row->hardware = answer.ifr_hwaddr.sa_family;
		memcpy(row->hardware_addr, answer.ifr_hwaddr.sa_data, sizeof(row->hardware_addr));
	}
	row->queue_length = ask(links, SIOCGIFTXQLEN, row->name, &answer) ? -1 : answer.ifr_qlen;
	if (!ask(links, SIOCGIFMAP, row->name, &answer)) {
		row->memory_start = answer.ifr_map.mem_start;
		row->memory_end = answer.ifr_map.mem_end;
		row->base = answer.ifr_map.base_addr;
		row->irq = answer.ifr_map.irq;
		row->dma = answer.ifr_map.dma;
		row->port = answer.ifr_map.port;
	}
	ask_address(links, SIOCGIFADDR, row->name, &row->local);
	if (!row->local.is_set)
		return;
	ask_address(links, SIOCGIFDSTADDR, row->name, &row->destination);
	ask_address(links, SIOCGIFBRDADDR, row->name, &row->broadcast);
	ask_address(links, SIOCGIFNETMASK, row->name, &row->mask);
}

static int fetch(struct links *links, bool whole, struct interface_row *row)
{
	struct ifreq answer;
	int err;

	err = ask(links, SIOCGIFFLAGS, row->name, &answer);
	if (err)
		return err;
	row->flags = (uint16_t)answer.ifr_flags;
	row->mtu = ask(links, SIOCGIFMTU, row->name, &answer) ? 0 : answer.ifr_mtu;
	if (whole)
		fetch_rest(links, row);
	return 0;
}

int links_open(struct links *links)
{
	*links = (struct links){.each_label = each_label, .fetch = fetch, .fd = -1};
	links->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return links->fd < 0 ? -errno : 0;
}

void links_close(struct links *links)
{
	if (links->fd >= 0)
		close(links->fd);
	links->fd = -1;
}
