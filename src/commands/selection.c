/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which connections: options and FILTER words -> what the kernel decides and what is decided here.
 */
#include "commands/selection.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/rune_width.h"
#include "base/safe.h"
#include "base/say.h"
#include "namespaces/by_name.h"

/* filter.h's look-ups have no context: the selection that parses at this moment. One thread. */
static struct lookups *parsing_lookups;

static int lookup_number(enum lookup_kind kind, const char *text, uint64_t *ret_number)
{
	return parsing_lookups ? lookups_number(parsing_lookups, kind, text, ret_number) : -ENOENT;
}

static int lookup_cgroup(const char *path, uint64_t *ret_id)
{
	return lookup_number(LOOKUP_CGROUP_ID, path, ret_id);
}

static int lookup_service(const char *name, uint16_t *ret_port)
{
	uint64_t number = 0;
	int err = lookup_number(LOOKUP_SERVICE_PORT, name, &number);

	*ret_port = (uint16_t)number;
	return err;
}

static int lookup_netns(const char *text, uint32_t *ret_inode)
{
	uint64_t number = 0;
	int err = lookup_number(LOOKUP_NETNS_INODE, text, &number);

	*ret_inode = (uint32_t)number;
	return err;
}

static int lookup_user(const char *name, uint32_t *ret_uid)
{
	uint64_t number = 0;
	int err = lookup_number(LOOKUP_USER_ID, name, &number);

	*ret_uid = (uint32_t)number;
	return err;
}

static const struct filter_lookups lookups = {
	.service = lookup_service,
	.netns = lookup_netns,
	.cgroup = lookup_cgroup,
	.user = lookup_user,
};

/* The words as one text: what the shell took apart. */
static int join_words(struct buf *text, int argc, char **argv, int first)
{
	for (int i = first; i < argc; i++) {
		if (i > first)
			buf_putc(text, ' ');
		buf_puts(text, argv[i]);
	}
	buf_putc(text, '\0');
	return text->failed ? -ENOMEM : 0;
}

static int refuse_filter(const char *command, char *text, const struct filter_error *error)
{
	size_t columns;

	say("%s: filter: %s", command, error->text);
	safe_text(text);
	for (char *at = text; (at = strchr(at, '\n'));)
		*at = ' ';
	text_fitting(text, error->offset, SIZE_MAX, &columns);
	fprintf(stderr, "  %s\n  %*s^\n", text, (int)columns, "");
	fprintf(stderr, "see: netstate %s --help\n", command);
	return STATUS_USAGE;
}

int selection_parse_filter(struct selection *selection, const char *text,
			   struct filter **ret_filter, struct filter_error *ret_error)
{
	struct filter_lookups these = lookups;
	int err;

	these.no_age = selection->no_age;
	parsing_lookups = selection->lookups;
	err = filter_parse(text, &these, ret_filter, ret_error);
	parsing_lookups = NULL;
	selection->wants_details |= !err && filter_wants_details(*ret_filter);
	return err;
}

static int init_filter(struct selection *selection, const char *command, int argc, char **argv,
		       int first)
{
	_cleanup_(buf_release) struct buf text = {0};
	struct filter_error error = {0};
	int err = join_words(&text, argc, argv, first);

	selection->has_filter = first < argc;
	if (!err)
		err = selection_parse_filter(selection, text.data, &selection->filter, &error);
	if (err == -EINVAL)
		return refuse_filter(command, text.data, &error);
	if (!err && selection->has_filter && text.data)
		selection->filter_text = strdup(text.data);
	if (err)
		return say("%s: filter: %s", command, strerror(-err));
	selection->impossible = !filter_push_down(selection->filter, &selection->kernel);
	return 0;
}

static int init_cgroup(struct selection *selection, const char *command)
{
	const char *path;
	uint64_t id = 0;
	int err = lookups_number(selection->lookups, LOOKUP_CGROUP_ID, selection->cgroup_text, &id);

	if (err)
		return say_usage(command,
				 "--cgroup %s: %s; expected a path in the cgroup v2 hierarchy",
				 selection->cgroup_text, strerror(-err));
	path = lookups_cgroup(selection->lookups, id);
	selection->cgroup_path = path ? strdup(path) : NULL;
	selection->kernel.cgroup_id = id;
	return 0;
}

int selection_init(struct selection *selection, const char *command, int argc, char **argv,
		   int first)
{
	struct kernel_filter *kernel = &selection->kernel;
	int status = 0;

	if (lookups_new(&selection->lookups))
		return say("%s: out of memory", command);
	kernel->pid = selection->pid;
	kernel->port = selection->port;
	kernel->lport = selection->lport;
	kernel->rport = selection->rport;
	if (selection->only_inet != selection->only_inet6)
		kernel->family = selection->only_inet ? AF_INET : AF_INET6;
	if (selection->netns_text && number_of_netns(selection->netns_text, &kernel->netns))
		return say_usage(
			command,
			"--netns %s: there is no such network namespace; expected a name of ip-netns(8), "
			"a path or an inode number",
			selection->netns_text);
	if (selection->cgroup_text)
		status = init_cgroup(selection, command);
	return status ? status : init_filter(selection, command, argc, argv, first);
}

void selection_release(struct selection *selection)
{
	filter_free(selection->filter);
	lookups_free(selection->lookups);
	free(selection->cgroup_path);
	free(selection->filter_text);
}

static const char *path_of_cgroup(const struct selection *selection, uint64_t id)
{
	return selection->foreign ? NULL : lookups_cgroup(selection->lookups, id);
}

static const char *cgroup_path(void *context, uint64_t id)
{
	return path_of_cgroup(context, id);
}

static size_t cgroup_by_root(void *context, uint64_t id)
{
	return lookups_cgroup_by_root(((struct selection *)context)->lookups, id);
}

static const char *container_name(void *context, const char *id, const char *pod_uid)
{
	struct selection *selection = context;

	return selection->foreign ? NULL : lookups_container(selection->lookups, id, pod_uid);
}

static const char *netns_name(void *context, uint32_t netns)
{
	struct selection *selection = context;

	return selection->foreign ? NULL : lookups_netns(selection->lookups, netns);
}

static const char *netns_enter(void *context, uint32_t netns)
{
	struct selection *selection = context;

	return selection->foreign ? NULL : lookups_netns_enter(selection->lookups, netns);
}

static const char *device_name(void *context, uint32_t netns, uint32_t index)
{
	struct selection *selection = context;

	return selection->foreign ? NULL : lookups_device(selection->lookups, netns, index);
}

const char *selection_device(struct selection *selection, uint32_t netns, uint32_t index)
{
	return device_name(selection, netns, index);
}

void selection_name_for(struct selection *selection, struct view *view)
{
	view->cgroup_path = cgroup_path;
	view->cgroup_by_root = cgroup_by_root;
	view->container_name = container_name;
	view->netns_name = netns_name;
	view->netns_enter = netns_enter;
	view->device_name = device_name;
	view->context = selection;
}

void selection_warn_foreign(const struct selection *selection, const char *path)
{
	if (selection->foreign &&
	    (selection->cgroup_text || filter_wants_cgroup(selection->filter)))
		say("%s was recorded on another host or boot: cgroup names cannot be resolved, cgroup "
		    "filters match nothing",
		    path);
}

static bool is_below(const char *path, const char *top)
{
	size_t size = strlen(top);

	if (!strcmp(top, "/"))
		return true;
	return !strncmp(path, top, size) && (!path[size] || path[size] == '/');
}

bool selection_narrows(const struct selection *selection)
{
	const struct kernel_filter *kernel = &selection->kernel;

	return selection->has_filter || selection->cgroup_path || kernel->pid || kernel->netns ||
	       kernel->family || kernel->lport || kernel->rport || kernel->port;
}

static bool is_among(const struct filter_subject *subject, uint32_t pid)
{
	for (size_t i = 0; i < subject->owner_count; i++) {
		if (subject->owners[i].pid == pid)
			return true;
	}
	return false;
}

/* What bpf/emit.bpf.h decides, again: a recording has passed no kernel, a table's row was not
 * filtered there. */
static bool options_match(const struct selection *selection, const struct filter_subject *subject)
{
	const struct kernel_filter *kernel = &selection->kernel;
	const struct flow *flow = subject->flow;

	if (kernel->pid && flow->pid != kernel->pid && !is_among(subject, kernel->pid))
		return false;
	if (kernel->netns && flow->netns != kernel->netns)
		return false;
	if (kernel->family && flow->family != kernel->family)
		return false;
	if (kernel->lport && flow->local.port != kernel->lport)
		return false;
	if (kernel->rport && flow->remote.port != kernel->rport)
		return false;
	if (kernel->port && flow->local.port != kernel->port && flow->remote.port != kernel->port)
		return false;
	if (selection->cgroup_path &&
	    (!subject->cgroup || !is_below(subject->cgroup, selection->cgroup_path)))
		return false;
	return true;
}

/* The same as far as it is known: what is not yet excludes nothing. */
static bool options_may_match(const struct selection *selection,
			      const struct filter_subject *subject)
{
	const struct kernel_filter *kernel = &selection->kernel;
	struct flow flow = *subject->flow;
	struct filter_subject known = *subject;

	known.flow = &flow;
	if (!flow.owner)
		flow.pid = kernel->pid;
	if (!flow.netns)
		flow.netns = kernel->netns;
	if (!flow.local.port)
		flow.local.port = kernel->lport ? kernel->lport : kernel->port;
	if (!flow.family) {
		flow.family = kernel->family;
		flow.remote.port = kernel->rport;
	}
	if (!known.cgroup)
		known.cgroup = selection->cgroup_path;
	return options_match(selection, &known);
}

static struct filter_subject with_cgroup(const struct selection *selection,
					 const struct filter_subject *subject)
{
	struct filter_subject full = *subject;

	if (!full.cgroup && (selection->cgroup_path || filter_wants_cgroup(selection->filter)))
		full.cgroup = path_of_cgroup(selection, full.flow->cgroup_id);
	return full;
}

bool selection_match(const struct selection *selection, const struct filter_subject *subject)
{
	struct filter_subject full = with_cgroup(selection, subject);

	return !selection->impossible && options_match(selection, &full) &&
	       filter_match(selection->filter, &full);
}

bool selection_may_match(const struct selection *selection, const struct filter_subject *subject)
{
	struct filter_subject full = with_cgroup(selection, subject);

	return !selection->impossible && options_may_match(selection, &full) &&
	       filter_may_match(selection->filter, &full);
}
