/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who runs: ready queues by priority, budgets by sporadic replenishment.
 *
 * A context is in a ready queue exactly when it is READY, has a scheduling context with budget, and is not
 * the one that runs. Handlers change states; sched_leave() or sched_interrupted(), once at the end of each entry into
 * the kernel, decides who goes on and switches to it. Whose time that was is in charge.h.
 */
#pragma once

#include <context.h>
#include <slot.h>

struct notification;
struct vcpu;

#define REFILLS_MAX 16

/* In answer_left: more than any time that is left, so the timer is set as if there were no limit. */
#define ANSWER_UNCOUNTED BIT(63)

/* Time that can be used from a time on. */
struct refill {
	uint64_t when;
	uint64_t amount;
};

/* Time on a core: a ring of refills, in the order of their times. */
struct sched_context {
	uint64_t budget; /* ticks; 0: not configured */
	uint64_t period;
	struct refill refill[REFILLS_MAX];
	uint8_t first;
	uint8_t count;
	bool idle;              /* nobody was ready for its time since it was last used */
	struct context *holder; /* who runs on it now, own or borrowed */
	struct timeout timeout; /* armed while it waits for its first refill */
	uint64_t consumed;
	uint64_t owed; /* what the kernel did for it while others ran: charged with its next use */
	/*
	 * Ticks in which an exit must be answered; DEADLINE_NEVER: none is awaited. With ANSWER_UNCOUNTED the guest itself used the
	 * first part of what is not charged yet, nobody knows how much: it counts from the next charge on.
	 */
	uint64_t answer_left;
	uint64_t limit; /* of a notification's time: what answer_left is when it is lent */
	struct notification
		*notification; /* whose time it is; NULL: a thread's, a VCpu's or nobody's */
	struct slot bound;     /* binding: the thread, VCpu or notification it belongs to */
};

_Static_assert(sizeof(struct sched_context) <= 1UL << BITS_SCHED_CONTEXT, "object_bits");

/* The core's own data. */
struct core {
	struct context *current;  /* who runs, or ran until this entry */
	struct sched_context *sc; /* charged since `since` */
	uint64_t since;
	struct sched_context *cause; /* of who was woken, or had a timeout, last */
	/* Who pays for what the kernel did from `aside` until it returned; NULL: no such time is left to settle. */
	struct sched_context *payer;
	uint64_t aside;
	uint64_t returned; /* written by the architecture's last instructions in the kernel */
	uint64_t timer;    /* what the hardware timer is set to */
	bool timer_fired;  /* its interrupt came in this entry */
	/* The process and the guest whose tables are translated by; NULL: nothing is mapped. */
	struct address_space *loaded[2];
	struct vcpu *resident; /* whose state is on the core, or NULL: see resident.c */
	uint64_t bitmap[PRIORITIES / 64];
	struct list ready[PRIORITIES];
};

extern struct core core;

/* How an entry into the kernel ends. */
struct resume {
	struct registers *registers; /* of who goes on */
	uint64_t *returned; /* the counter's value at the return goes here; NULL: nowhere */
};

void sched_start(void);

/* `context`, which is in no queue, becomes READY and runs when its turn comes. */
void sched_wake(struct context *context);

/* `context` is READY no more (its state is set by the caller); takes it out of the ready queue. */
void sched_block(struct context *context, enum context_state state);

/* The running context goes behind the others of its priority. */
void sched_yield(void);

/* Change a context's priority, wherever it is. */
void sched_set_priority(struct context *context, uint8_t priority);

/*
 * `server` runs on the time of `client` from now on, if it has none of its own. Of a VCpu's it has the VCpu's limit for an
 * answer, or what is left of it if the exit was told before to who did not answer.
 */
void sched_lend(struct context *client, struct context *server);

/* Who works for `client` already, and who works for that, gets its time if they have none. */
void sched_lend_on(struct context *client);

/* Give lent time back to the context that lent it, of which there is one. */
void sched_return_lent(struct context *server);

/* `context` runs on `sc` from now on; NULL: on nothing. */
void sched_give(struct context *context, struct sched_context *sc);

/* At the end of an entry that who runs made: pick who goes on, charge who ran, set the timer, switch. */
struct resume sched_leave(void);

/* The same at the end of interrupts that came at `when`. At their entry `core.cause` was NULL. */
struct resume sched_interrupted(uint64_t when);

/* A notification's time, which nobody has: a thread that it wakes runs on it until it waits, or stops. */
void sched_context_lend(struct sched_context *sc, struct context *context);
/* Nobody has it any more. */
void sched_context_return(struct sched_context *sc);

/* Give lent time back to who lent it: a context, or a notification. */
static inline void sched_return(struct context *server)
{
	if (server->lender)
		sched_return_lent(server);
	else if (server->sc && server->sc->notification)
		sched_context_return(server->sc);
}

static inline uint64_t sched_limit(uint64_t ticks)
{
	return ticks < ANSWER_UNCOUNTED ? ticks : DEADLINE_NEVER;
}

/* Of a VCpu that has its time: whoever gets its exit next has all of the limit for the answer. */
static inline void sched_renew_limit(struct context *vcpu)
{
	if (vcpu->sc)
		vcpu->sc->answer_left = DEADLINE_NEVER;
}

/* A refill came due. */
void sched_refill(struct sched_context *sc);

/* A context stops (STOPPED): what it borrowed goes back, and a chain through it closes over it. */
void sched_stop(struct context *context);

/* The same at its end. */
void sched_forget(struct context *context);

void sched_context_init(struct sched_context *sc);
void sched_context_destroy(struct sched_context *sc);
/* The binding of a SchedContext was revoked. */
void sched_context_unbound(struct sched_context *sc);
