/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whose time it is. Who runs is charged for it, and for what the kernel does at its request: a call, an exit, the switch to
 * another when it blocks or its turn is over. An interrupt is work for somebody else:
 *
 * - who is more urgent and runs next is charged from the interrupt's entry on;
 * - who is woken by it, or had a timeout, and has to wait, owes what it took until the interrupted one ran again;
 * - what is left, the interrupted one pays: its own interrupts, and those of devices whose drivers do not wait for them, of
 *   which no second one comes before its driver has run.
 *
 * So time is read where an interrupt enters the kernel, and where the kernel returns to who does not pay for it: both
 * are within a few instructions of the hardware's own entry and return.
 */
#pragma once

#include <sched.h>

/* Charge who has run until `now`. */
void charge_until(uint64_t now);

/* The same when the timer has fired. True: its turn is over. */
bool charge_timer(uint64_t now);

/* From `now` on, `sc` is charged instead of who was. NULL: nobody. */
void charge_other(struct sched_context *sc, uint64_t now);

/* `sc` is charged from the return on, and who was for all before. Where to put the time of the return. */
uint64_t *charge_left(struct sched_context *sc);

/* Who was interrupted at `when` goes on, and `core.cause` owes what that took. Where to put the time of the return. */
uint64_t *charge_cause(uint64_t when);

/* What `sc` has used. */
uint64_t charge_consumed(struct sched_context *sc);

/* `sc` ends. */
void charge_forget(const struct sched_context *sc);
