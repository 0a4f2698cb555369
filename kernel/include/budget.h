/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Budgets are sporadic servers: what is used comes back a period later, counted from when it could have been used by who
 * was ready for it. So a context that more urgent ones keep from the core still gets its share, and what it makes up for
 * is at most a period's budget: in any time t it uses at most budget * (t / period + 2). A scheduling context whose budget
 * is its whole period is never without time; its budget is then just its turn in the round robin.
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

/* What could have been used before `earliest` counts from then on; what has come by then is one amount. */
void budget_begin(struct sched_context *sc, uint64_t earliest);

/* Somebody is ready for it after a while without: what was not wanted for more than an eighth of a period is not made up for. */
void budget_end_idle(struct sched_context *sc, uint64_t now);

/* Take `used` ticks from a budget that is not its whole period. */
void budget_use(struct sched_context *sc, uint64_t used);
