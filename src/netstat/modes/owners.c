/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who owns which socket, for netstat's -p: read at once, or by a second thread while the tables are
 * read. */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/seccomp.h"
#include "netstat/modes/sockets.h"
#include "netstat/modes/source.h"
#include "procfs/owners.h"
#include "procfs/counts.h"

/* Open files of the system from which on a second thread is worth its start, which costs about 0.1
 * ms. */
#define MANY_FILES 4096

struct owners_job {
	pthread_t thread;
	struct owners *owners;
	struct socket_iterators *iterators; /* NULL: reads /proc */
	int err;
};

static void report_denied(struct netstat_run *run)
{
	if (!owners_denied(run->owners))
		return;
	if (owners_found(run->owners))
		buf_puts(netstat_errors(run),
			 "(Not all processes could be identified, non-owned process info\n"
			 " will not be shown, you would have to be root to see it all.)\n");
	else
		buf_printf(
			netstat_errors(run),
			"(No info could be read for \"-p\": geteuid()=%u but you should be root.)\n",
			geteuid());
}

static void report_failed(struct netstat_run *run, int err)
{
	buf_printf(netstat_errors(run), "netstate: cannot read the processes in %s: %s\n",
		   run->proc, strerror(-err));
}

static void *scan_beside(void *context)
{
	struct owners_job *job = context;

	if (job->iterators)
		job->err = netstat_kernel_owners(job->iterators, job->owners);
	else
		job->err = owners_scan(job->owners, 1);
	return NULL;
}

bool netstat_start_owners(struct netstat_run *run)
{
	struct owners_job *job;
	int err;

	if (!run->options->programs || run->owners)
		return run->owners_job;
	err = owners_new(run->proc, run->options->context, &run->owners);
	if (err) {
		report_failed(run, err);
		return false;
	}
	if (!netstat_owners_from_kernel(run) &&
	    (open_files_read(run->proc) < MANY_FILES || seccomp_filtered()))
		return false;
	job = calloc(1, sizeof(*job));
	if (!job)
		return false;
	job->owners = run->owners;
	job->iterators = netstat_owners_from_kernel(run) ? run->iterators : NULL;
	if (pthread_create(&job->thread, NULL, scan_beside, job)) {
		free(job);
		return false;
	}
	run->owners_job = job;
	return true;
}

/* Helps the second thread with the processes that are left, or does all of it where none was
 * started. */
static int scan_rest(struct netstat_run *run)
{
	struct owners_job *job = run->owners_job;
	int err = 0;

	if (!job || !job->iterators)
		err = owners_scan(run->owners, 0);
	if (!job)
		return err;
	pthread_join(job->thread, NULL);
	if (job->iterators && job->err) /* /proc knows it too */
		job->err = owners_scan(run->owners, 0);
	err = err ? err : job->err;
	free(job);
	run->owners_job = NULL;
	return err;
}

void netstat_load_owners(struct netstat_run *run)
{
	int err;

	netstat_start_owners(run);
	if (!run->owners || run->owners_loaded)
		return;
	err = scan_rest(run);
	owners_seal(run->owners);
	run->owners_loaded = true;
	if (err)
		report_failed(run, err);
	if (run->to_terminal)
		owners_make_safe(run->owners);
	report_denied(run);
}

void netstat_forget_owners(struct netstat_run *run)
{
	if (run->owners_job)
		netstat_load_owners(run);
	owners_free(run->owners);
	run->owners = NULL;
	run->owners_loaded = false;
}

const struct socket_owner *netstat_owner(const struct netstat_run *run, uint64_t inode)
{
	return run->owners ? owners_find(run->owners, inode) : NULL;
}
