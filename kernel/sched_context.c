/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scheduling contexts as objects. How their budgets work is in budget.h.
 */
#include <arch/cpu.h>
#include <budget.h>
#include <charge.h>
#include <ipc.h>
#include <kernel_dispatch.h>
#include <notification.h>
#include <sched.h>
#include <thread.h>

void sched_context_init(struct sched_context *sc)
{
	timeout_init(&sc->timeout, TIMEOUT_REFILL);
	sc->answer_left = DEADLINE_NEVER;
	sc->limit = DEADLINE_NEVER;
}

void sched_context_lend(struct sched_context *sc, struct context *context)
{
	/* What was used of it before this is not part of the limit. */
	if (sc->limit != DEADLINE_NEVER && core.sc == sc)
		charge_until(arch_counter());
	sc->answer_left = sc->limit;
	sched_give(context, sc);
}

void sched_context_return(struct sched_context *sc)
{
	struct context *from = sc->holder;

	sched_give(from, NULL);
	sc->holder = NULL;
	sc->answer_left = DEADLINE_NEVER;
	notification_timed(sc->notification, from);
}

/* Whose time is gone lives on that of its caller from now on, and so does who works for it; without a caller on its signals'. */
static void find_other(struct context *context)
{
	if (context->caller)
		sched_lend_on(context->caller);
	else
		notification_woken(context);
}

void sched_context_unbound(struct sched_context *sc)
{
	struct context *at = sc->holder;

	if (sc->notification)
		sc->notification->sc = NULL;
	sc->notification = NULL;
	if (!at)
		return;
	sched_give(at, NULL);
	sc->holder = NULL;
	sc->answer_left = DEADLINE_NEVER;
	/* Nobody on the chain has anything to give back. */
	for (struct context *lender; at; at = lender) {
		lender = at->lender;
		at->lender = NULL;
		if (lender)
			lender->borrower = NULL;
		find_other(at);
	}
}

void sched_context_destroy(struct sched_context *sc)
{
	sched_context_unbound(sc);
	binding_clear(&sc->bound);
	timeout_cancel(&sc->timeout);
	charge_forget(sc);
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
		charge_until(arch_counter());
	budget_set(sc, budget, period, arch_counter());
	timeout_cancel(&sc->timeout);
	sched_refill(sc);
	return OK;
}

static enum status bind_notification(struct sched_context *sc, struct slot *slot)
{
	struct notification *notification = (struct notification *)slot->object;
	enum status status;

	if (notification->sc)
		return ERR_OCCUPIED;
	status = binding_set(&sc->bound, slot, OBJECT_SCHED_CONTEXT, sc);
	if (status != OK)
		return status;
	sc->notification = notification;
	notification->sc = sc;
	notification_timed(notification, NULL);
	return OK;
}

static enum status bind_context(struct sched_context *sc, struct slot *slot)
{
	struct context *context = (struct context *)slot->object;
	enum status status;

	if (context_has_time(context))
		return ERR_OCCUPIED;
	status = binding_set(&sc->bound, slot, OBJECT_SCHED_CONTEXT, sc);
	if (status != OK)
		return status;
	sched_give(context, sc);
	sched_lend_on(context);
	/* And what waited for it to have time is told. */
	if (context->kind == CONTEXT_THREAD)
		ipc_timed(thread_of(context));
	return OK;
}

enum status sched_context_bind(struct invocation *call, cap_t cap)
{
	struct sched_context *sc = invoked(call);
	struct slot *slot = NULL;
	enum status status = invocation_slot(call, cap, OBJECT_THREAD, &slot);

	if (status == ERR_TYPE)
		status = invocation_slot(call, cap, OBJECT_VCPU, &slot);
	if (status == ERR_TYPE)
		status = invocation_slot(call, cap, OBJECT_NOTIFICATION, &slot);
	if (status != OK)
		return status;
	if (sc->bound.type != OBJECT_NULL)
		return ERR_OCCUPIED;
	return slot->type == OBJECT_NOTIFICATION ? bind_notification(sc, slot) :
						   bind_context(sc, slot);
}

enum status sched_context_set_limit(struct invocation *call, uint64_t ticks)
{
	if (!ticks)
		return ERR_ARGUMENT;
	invoked(call)->limit = sched_limit(ticks);
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
	*ticks = charge_consumed(invoked(call));
	return OK;
}
