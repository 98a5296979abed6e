/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* live's `k`: a row -> what can be done to it -> the deed, in a child process. */
#include "commands/live_act.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/config_file.h"
#include "base/safe.h"
#include "commands/live_child.h"
#include "netstate/tcp_state.h"
#include "procfs/process_signal.h"
#include "view/row_field.h"

enum act_question {
	ACT_DESTROY, /* data: the target */
	ACT_SAVE,    /* data: the settings */
	ACT_SIGNAL,  /* index: the process; data: the target, which it holds */
};

/* ---------------------------------------------------------------- in the child */

/*
 * The question comes from a process that reads what others send: what it may ask for is a TCP socket by its
 * cookie, whose ends and namespace are those that the kernel has for it, and a process that holds that socket.
 */
static int act_on_socket(struct destroy_target *target,
			 void (*act)(const struct namespaces *spaces,
				     struct destroy_target *targets, size_t count))
{
	struct namespaces spaces = {};

	if (!target->flow.cookie)
		return -EINVAL;
	namespaces_add_own(&spaces);
	namespaces_add_mounts(&spaces);
	namespaces_add_tasks(&spaces);
	if (!namespaces_have(&spaces, target->flow.netns))
		namespaces_add_descriptors(&spaces);
	act(&spaces, target, 1);
	namespaces_release(&spaces);
	return target->result;
}

static int signal_holder(uint32_t pid, struct destroy_target *target)
{
	int err = act_on_socket(target, tcp_find_inodes);

	return err ? err : process_signal_holder(pid, target->inode, SIGTERM);
}

static void answer(void *context, const struct helper_question *question,
		   struct helper_answer *ret_answer)
{
	struct destroy_target target;

	ret_answer->err = -ENOSYS;
	if (question->kind == ACT_SAVE) {
		ret_answer->err =
			config_file_write(LIVE_SETTINGS_FILE, question->data, question->size);
		return;
	}
	if (question->size != sizeof(target))
		return;
	memcpy(&target, question->data, sizeof(target));
	if (question->kind == ACT_SIGNAL)
		ret_answer->err = signal_holder(question->index, &target);
	else if (question->kind == ACT_DESTROY)
		ret_answer->err = act_on_socket(&target, tcp_destroy);
}

/* ---------------------------------------------------------------- in live */

void live_act_start(struct live_act *act)
{
	act->root = !geteuid();
	if (act->root)
		live_child_start(answer, NULL, HELPER_SIGNALS, &act->helper);
}

void live_act_say(struct live_act *act, const char *text)
{
	snprintf(act->text, sizeof(act->text), "%s", text);
	act->stage = LIVE_ACT_SAYS;
}

/* "ESTABLISHED 127.0.0.1:8080 127.0.0.1:40000", and on a line of its own namespace and cookie. */
static void name_target(struct live_act *act, const struct frame_row *row, struct view *view,
			struct buf *out)
{
	static const uint8_t ids[] = {ROW_STATE, ROW_LOCAL, ROW_REMOTE, ROW_NETNS, ROW_COOKIE};
	static const char *const before[] = {"", " ", " ", "\n  netns ", "  cookie "};
	struct row_view made_of;

	row_view_init(&made_of, row->row, row->detail, 0);
	for (size_t i = 0; i < sizeof(ids); i++) {
		struct field_value value;

		buf_puts(out, before[i]);
		row_field_get(view, ids[i], &made_of, &value);
		view_text_value(view, &value, out);
	}
}

static const char *effect_on(unsigned int state)
{
	switch (state) {
	case TCP_STATE_LISTEN:
		return "it stops listening; new connections are refused";
	case TCP_STATE_TIME_WAIT:
		return "the kernel forgets it; no process notices";
	case TCP_STATE_SYN_SENT:
		return "connect() fails with ECONNABORTED";
	default:
		return "the process gets ECONNABORTED, the peer a reset";
	}
}

static void describe(struct live_act *act, const struct frame_row *row, struct view *view)
{
	const struct flow *flow = &act->target.flow;
	struct buf text = {};
	size_t at;

	buf_puts(&text, "End this connection?  ");
	name_target(act, row, view, &text);
	buf_printf(&text, "\n  y  SOCK_DESTROY: %s\n", effect_on(row->row->state));
	if (flow_is_held(flow) && flow->pid && act->inode) {
		buf_printf(&text, "  t  SIGTERM to process %u (", flow->pid);
		at = text.len;
		buf_put(&text, flow->comm, strnlen(flow->comm, sizeof(flow->comm)));
		if (!text.failed)
			safe_name(text.data + at, text.len - at);
		buf_puts(&text, "), where it still holds the socket\n");
	}
	buf_puts(&text, "  any other key: cancel");
	snprintf(act->text, sizeof(act->text), "%.*s", (int)text.len, text.data ? text.data : "");
	buf_release(&text);
	act->stage = LIVE_ACT_ASKS;
}

void live_act_ask(struct live_act *act, const struct frame_row *row, struct view *view)
{
	if (act->stage == LIVE_ACT_WAITS)
		return;
	if (!act->root) {
		live_act_say(act, "ending a connection needs root");
	} else if (!act->helper) {
		live_act_say(act, "the helper process that ends connections could not be started");
	} else if (row->dying) {
		live_act_say(act, "it has ended already");
	} else if (!row->row->flow.cookie) {
		live_act_say(
			act,
			"this kernel gives no socket cookie: another connection might be ended");
	} else {
		act->target = (struct destroy_target){
			.flow = row->row->flow,
			.device = row->detail && row->detail->has & DETAIL_HAS_DEVICE
					  ? row->detail->device
					  : 0,
		};
		act->inode = row->detail ? row->detail->inode : 0;
		act->state = row->row->state;
		describe(act, row, view);
	}
}

static void send_question(struct live_act *act, const struct helper_question *question)
{
	if (live_child_send(&act->helper, question)) {
		live_act_say(act, "the process that ends connections is gone");
		return;
	}
	snprintf(act->text, sizeof(act->text), "...");
	act->stage = LIVE_ACT_WAITS;
}

void live_act_save(struct live_act *act, const struct buf *settings)
{
	const struct helper_question question = {
		.kind = ACT_SAVE, .data = settings->data, .size = settings->len};

	if (act->stage == LIVE_ACT_WAITS)
		return;
	if (!act->helper || settings->failed || settings->len > HELPER_DATA_SIZE)
		live_act_say(act, "the settings cannot be saved");
	else
		send_question(act, &question);
}

bool live_act_key(struct live_act *act, int key)
{
	const struct helper_question destroy = {
		.kind = ACT_DESTROY, .data = &act->target, .size = sizeof(act->target)};
	const struct helper_question signal = {.kind = ACT_SIGNAL,
					       .index = act->target.flow.pid,
					       .data = &act->target,
					       .size = sizeof(act->target)};
	const struct flow *flow = &act->target.flow;

	switch (act->stage) {
	case LIVE_ACT_ASKS:
		act->stage = LIVE_ACT_NONE;
		if (key == 'y')
			send_question(act, &destroy);
		else if (key == 't' && flow_is_held(flow) && flow->pid && act->inode)
			send_question(act, &signal);
		return true;
	case LIVE_ACT_SAYS:
		act->stage = LIVE_ACT_NONE;
		return false;
	default:
		return false;
	}
}

static const char *reason(int err)
{
	switch (err) {
	case 0:
		return "done";
	case -ENOENT:
		return "not done: it had ended already, or the process holds it no more";
	case -ESRCH:
		return "not done: the process had ended already";
	case -EOPNOTSUPP:
		return "not done: this kernel has no SOCK_DESTROY (CONFIG_INET_DIAG_DESTROY)";
	case -ENONET:
		return "not done: its network namespace cannot be entered";
	case -ELOOP:
		return "not done: a symbolic link is in the way";
	case -EACCES:
		return "not done: no permission";
	case -EPERM:
		return "not done: it needs CAP_NET_ADMIN in that network namespace, or CAP_KILL";
	default:
		return NULL;
	}
}

void live_act_receive(struct live_act *act)
{
	struct helper_answer came = {};
	int err = live_child_receive(&act->helper, &came);
	char text[80];

	if (err == -EAGAIN)
		return;
	snprintf(text, sizeof(text), "not done: %s", strerror(-err));
	live_act_say(act, reason(err) ? reason(err) : text);
}

const char *live_act_text(const struct live_act *act)
{
	return act->stage == LIVE_ACT_NONE ? NULL : act->text;
}
