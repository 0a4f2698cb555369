/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel benchmark's start: all benchmarks in one order, then the machine goes off. */
#include "kernel-bench.h"

uint64_t samples[FIGURE_ROUNDS];
volatile struct round the_round;

void report_figure(const char *name, uint64_t empty)
{
	char line[FIGURE_LINE_SIZE];

	figure_line(line, name, samples, empty);
	report_line("%s", line);
}

void server_main(struct message *first)
{
	static void (*const benchmarks[])(void) = {
		bench_call,         bench_call_lent,       bench_signal,
		bench_interrupt,    bench_guest_interrupt, bench_window_read,
		bench_window_write, bench_doorbell,        bench_doorbell_wakeup,
	};

	(void)first;
	if (objects_open())
		for (size_t i = 0; i < ARRAY_SIZE(benchmarks); i++) {
			test_run(benchmarks[i]);
			objects_clear();
		}
	firmware_system_off(ROOT_SLOT_FIRMWARE);
}
