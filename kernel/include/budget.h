/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Budgets are sporadic servers: what is used at a time comes back a period later. A scheduling context whose budget is
 * its whole period is never without time; its budget is then just its turn in the round robin.
 */
#pragma once

#include <sched.h>

/* The smallest budget, in ticks. */
uint64_t budget_min(void);

/* All of it can be used from `now` on. */
void budget_set(struct sched_context *sc, uint64_t budget, uint64_t period, uint64_t now);

static inline bool budget_is_full(const struct sched_context *sc)
{
	return sc->budget == sc->period;
}

/* From `now` on it is used: what comes back counts from here, and what has come by now is one amount. */
void budget_begin(struct sched_context *sc, uint64_t now);

/* Take `used` ticks from a budget that is not its whole period. */
void budget_use(struct sched_context *sc, uint64_t used);
