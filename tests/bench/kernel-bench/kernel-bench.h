/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel benchmark: a root task that measures what the kernel does between processes, with the
 * objects and processes of the kernel tests (tests/kernel/test.h). A round's two reads of the counter
 * are in different threads: they meet in the program's variables, which all processes share.
 */
#pragma once

#include <figure.h>
#include <test.h>

/* Samples of the benchmark that runs. */
extern uint64_t samples[FIGURE_ROUNDS];

/* What the threads of a round share: written by the one that begins, then by the one that ends. */
struct round {
	uint64_t begun;
	uint64_t ticks;
};

extern volatile struct round the_round;

/* Prints a benchmark's figure from the samples. */
void report_figure(const char *name, uint64_t empty);

/* call.c: a call and its reply between two processes, the server with time of its own or on lent time. */
void bench_call(void);
void bench_call_lent(void);

/* wake.c: a signal, or an interrupt, until the first instruction of the thread that waited for it. */
void bench_signal(void);
void bench_interrupt(void);

/* arch/<a>/guest_interrupt.c: a device's interrupt until the guest's handler begins. */
void bench_guest_interrupt(void);

/*
 * arch/<a>/guest_window.c: a guest's load and store that a device server answers, and a store to a doorbell: until
 * the guest goes on where nobody more urgent waits, and until the first instruction of who does.
 */
void bench_window_read(void);
void bench_window_write(void);
void bench_doorbell(void);
void bench_doorbell_wakeup(void);

/* A handler of the UART's interrupt, which signals a notification. */
static inline cap_t uart_handler(cap_t notification)
{
	cap_t handler = uart_irq(0);

	EXPECT_OK(irq_handler_bind(handler, mint_new(notification, RIGHT_WRITE, 1)));
	return handler;
}
