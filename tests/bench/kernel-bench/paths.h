/* SPDX-License-Identifier: BSD-2-Clause */
/* What the threads of the benchmarks do, written in assembly (arch/<a>/paths.S) so that all is counted. */
#pragma once

/* Slots of the processes' CNodes. */
#define PATH_SERVE   1
#define PATH_WAIT    2
#define PATH_SIGNAL  3
#define PATH_DONE    4
#define PATH_HANDLER 5

/* The UART's register that makes it interrupt when UART_INTERRUPT is written there, and quiet by 0. */
#define UART_MASK      0x38
#define UART_INTERRUPT 0x20

#ifndef __ASSEMBLER__

#include "kernel-bench.h"

/* Ticks of a call at an endpoint until it has returned, and of nothing. */
uint64_t time_call(cap_t endpoint);
uint64_t time_nothing(void);

/* Ticks of storing the counter in a round, as those that are woken by a system call or store find it. */
uint64_t time_store(volatile struct round *round);

/* Answers what comes at PATH_SERVE, for ever: a thread that is started, and one that is served. */
void path_serve(uint64_t first_syscall, uint64_t unused);
void path_served(uint64_t status, uint64_t label, uint64_t word0, uint64_t word1);

/* The same for a window's accesses: does each of them. */
void path_window(uint64_t status, uint64_t label, uint64_t word0, uint64_t word1);

/* Waits at PATH_WAIT and ends the round, for ever. */
void path_wait(uint64_t round, uint64_t unused);

/* Begins a round, signals at PATH_SIGNAL; then tells at PATH_DONE, for ever. */
void path_signal(uint64_t round, uint64_t unused);

/* The same for an interrupt of the UART, whose registers are at `uart`. */
void path_handle(uint64_t round, uint64_t uart);
void path_interrupt(uint64_t round, uint64_t uart);

#endif
