/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the scheduler runs: a thread or a VCpu. Both begin with a context, and both are in one state at a time.
 *
 * Two relations tie contexts together, and they can end at different times. caller/callee: the callee owes
 * the caller an answer. lender/borrower: the borrower runs on the lender's scheduling context, until it waits for its next
 * message. A call that is cancelled ends the first and not the second, so a server always finishes
 * what it began, on the time of who asked for it.
 */
#pragma once

#include <arch/registers.h>
#include <timeout.h>
#include <types.h>

struct endpoint;
struct sched_context;

enum context_kind {
	CONTEXT_THREAD,
	CONTEXT_VCPU,
};

enum context_state {
	STATE_STOPPED,   /* not started, or suspended */
	STATE_READY,     /* runs, or would if it had time */
	STATE_SENDING,   /* in an endpoint's queue: a call nobody has taken */
	STATE_CALLING,   /* its call was taken */
	STATE_RECEIVING, /* in an endpoint's queue: waits for a message */
	STATE_WAITING,   /* in a notification's queue */
	STATE_FAULTED,   /* in an endpoint's queue with its fault, or the fault was taken */
	STATE_IDLE,      /* VCpu: waits for an interrupt */
	STATE_PARKED,    /* VCpu: waits for events only */
};

struct context {
	struct registers *registers; /* saved and loaded by entry.S */
	uint8_t kind;
	uint8_t state;
	uint8_t priority;
	struct sched_context *sc;  /* the time it runs on, own or lent; NULL: none */
	struct list queue;         /* a ready queue, or the queue of what it is blocked on */
	struct endpoint *endpoint; /* whose queue that is, for SENDING, RECEIVING and FAULTED */
	struct context *caller;    /* who waits for this one's answer */
	struct context *callee;    /* whose answer this one waits for */
	struct context *lender;
	struct context *borrower;
	uint64_t badge; /* of the capability it called with */
	struct timeout deadline;
};

/* It has time, or has lent it and gets it back. */
static inline bool context_has_time(const struct context *context)
{
	return context->sc || context->borrower;
}

/* Make a context of zeroed memory. */
void context_init(struct context *context, enum context_kind kind, struct registers *registers);

/* Take it out of the queue it is blocked in and drop its deadline. Its state is left to the caller. */
void context_unblock(struct context *context);
