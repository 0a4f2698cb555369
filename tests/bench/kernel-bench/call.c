/* SPDX-License-Identifier: BSD-2-Clause */
/* A call from this task to a server in a process of its own, and the reply. */
#include "kernel-bench.h"
#include "paths.h"

static void measure(const char *name, cap_t endpoint)
{
	for (size_t i = 0; i < FIGURE_ROUNDS; i++)
		samples[i] = time_call(endpoint);
	report_figure(name, time_nothing());
}

static cap_t new_endpoint(struct process *process)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);

	process_new(process);
	process_give(process, PATH_SERVE, endpoint, RIGHT_READ, 0);
	return endpoint;
}

void bench_call(void)
{
	struct process process;
	cap_t endpoint = new_endpoint(&process);
	struct worker server = worker_new(&process, path_serve, SYS_RECV, 0, PRIORITY_HIGH);

	EXPECT_OK(thread_resume(server.thread));
	measure("call_reply", endpoint);
}

void bench_call_lent(void)
{
	struct process process;
	cap_t endpoint = new_endpoint(&process);

	worker_new_served(&process, path_served, endpoint, PRIORITY_HIGH);
	measure("call_reply_lent", endpoint);
}
