/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Waking a thread of a process by what happens while a less urgent one of another process runs: a signal
 * that this one makes, or an interrupt.
 */
#include "kernel-bench.h"
#include "paths.h"

static struct process waiting, running;

/* The two processes, and the notification at which the waiting one waits. */
static cap_t new_processes(void)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);

	process_new(&waiting);
	process_new(&running);
	process_give(&waiting, PATH_WAIT, notification, RIGHT_READ, 0);
	return notification;
}

/* Starts both; what `runner` does is a round, and is repeated. */
static void measure(const char *name, worker_entry *waiter, worker_entry *runner)
{
	cap_t done = object_new(OBJECT_NOTIFICATION, 0);
	uint64_t bits;

	process_give(&running, PATH_DONE, done, RIGHT_WRITE, 1);
	EXPECT_OK(thread_resume(
		worker_new(&waiting, waiter, (uintptr_t)&the_round, PROCESS_SPARE, PRIORITY_HIGH)
			.thread));
	EXPECT_OK(thread_resume(
		worker_new(&running, runner, (uintptr_t)&the_round, PROCESS_SPARE, PRIORITY_LOW)
			.thread));
	for (size_t i = 0; i < FIGURE_ROUNDS; i++) {
		EXPECT_OK(notification_wait(done, soon(), &bits));
		samples[i] = the_round.ticks;
		/* A round in which the waiting thread was not woken leaves nothing. */
		EXPECT(samples[i] != 0);
		the_round.ticks = 0;
	}
	report_figure(name, time_store(&the_round));
}

void bench_signal(void)
{
	process_give(&running, PATH_SIGNAL, new_processes(), RIGHT_WRITE, 1);
	measure("signal", path_wait, path_signal);
}

static void map_uart(const struct process *process, cap_t frame)
{
	EXPECT_OK(frame_map(frame, process->space, PROCESS_SPARE, RIGHT_READ | RIGHT_WRITE,
			    MEMORY_DEVICE));
}

void bench_interrupt(void)
{
	cap_t handler = uart_handler(new_processes());
	cap_t frame = uart_frame();

	process_give(&waiting, PATH_HANDLER, handler, RIGHT_WRITE, 0);
	map_uart(&waiting, mint_new(frame, RIGHTS_ALL, 0));
	map_uart(&running, frame);
	measure("irq_user", path_handle, path_interrupt);
}
