/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scheduling contexts as objects. How their budgets work is in budget.h.
 */
#include <arch/cpu.h>
#include <budget.h>
#include <kernel_dispatch.h>
#include <sched.h>

void sched_context_init(struct sched_context *sc)
{
	timeout_init(&sc->timeout, TIMEOUT_REFILL);
	sc->answer_left = DEADLINE_NEVER;
}

void sched_context_unbound(struct sched_context *sc)
{
	struct context *at = sc->holder;

	if (!at)
		return;
	sched_give(at, NULL);
	sc->holder = NULL;
	sc->answer_left = DEADLINE_NEVER;
	/* Nobody on the chain has anything to give back. */
	while (at->lender) {
		struct context *lender = at->lender;

		at->lender = NULL;
		lender->borrower = NULL;
		at = lender;
	}
}

void sched_context_destroy(struct sched_context *sc)
{
	sched_context_unbound(sc);
	binding_clear(&sc->bound);
	timeout_cancel(&sc->timeout);
	if (core.sc == sc)
		core.sc = NULL;
}

static struct sched_context *invoked(struct invocation *call)
{
	return (struct sched_context *)call->slot->object;
}

enum status sched_context_configure(struct invocation *call, uint64_t budget, uint64_t period)
{
	struct sched_context *sc = invoked(call);

	if (budget < budget_min() || budget > period || period > BIT(40))
		return ERR_ARGUMENT;
	if (core.sc == sc)
		sched_charge(arch_counter());
	budget_set(sc, budget, period, arch_counter());
	timeout_cancel(&sc->timeout);
	sched_refill(sc);
	return OK;
}

enum status sched_context_bind(struct invocation *call, cap_t cap)
{
	struct sched_context *sc = invoked(call);
	struct slot *slot = NULL;
	enum status status = invocation_slot(call, cap, OBJECT_THREAD, &slot);
	struct context *context;

	if (status == ERR_TYPE)
		status = invocation_slot(call, cap, OBJECT_VCPU, &slot);
	if (status != OK)
		return status;
	if (sc->bound.type != OBJECT_NULL)
		return ERR_OCCUPIED;
	context = (struct context *)slot->object;
	if (context->sc || context->borrower || context->lender)
		return ERR_OCCUPIED;
	status = binding_set(&sc->bound, slot, OBJECT_SCHED_CONTEXT, sc);
	if (status != OK)
		return status;
	sched_give(context, sc);
	/* Who works for it already gets it. */
	if (context->callee)
		sched_lend(context, context->callee);
	return OK;
}

enum status sched_context_unbind(struct invocation *call)
{
	struct sched_context *sc = invoked(call);

	if (sc->bound.type == OBJECT_NULL)
		return ERR_STATE;
	binding_clear(&sc->bound);
	sched_context_unbound(sc);
	return OK;
}

enum status sched_context_consumed(struct invocation *call, uint64_t *ticks)
{
	struct sched_context *sc = invoked(call);

	if (core.sc == sc)
		sched_charge(arch_counter());
	*ticks = sc->consumed;
	return OK;
}
