/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Notifications: a word of signal bits, and what a signal does: wake a thread, make an event of a VCpu, drive one of its
 * interrupt slots, or be a message for a thread that serves an endpoint.
 */
#pragma once

#include <context.h>
#include <slot.h>

enum notification_binding {
	NOTIFICATION_UNBOUND,
	NOTIFICATION_EVENT,
	NOTIFICATION_SLOT,
	NOTIFICATION_THREAD,
};

struct sched_context;
struct thread;
struct vcpu;

struct notification {
	uint64_t word;
	struct list waiters;
	uint8_t binding; /* enum notification_binding */
	uint8_t slot;
	bool deadline; /* of the bound thread, not told yet */
	union {        /* what it is bound to */
		struct vcpu *vcpu;
		struct thread *thread;
	};
	struct slot bound;        /* binding */
	struct sched_context *sc; /* time for the bound thread; NULL: none */
};

_Static_assert(sizeof(struct notification) <= 1UL << BITS_NOTIFICATION, "object_bits");

void notification_init(struct notification *notification);
void notification_destroy(struct notification *notification);

/* The capability of what it is bound to was revoked. */
void notification_unbound(struct notification *notification);

void notification_signal(struct notification *notification, uint64_t bits);

/* The bound thread's wait came to its deadline. */
void notification_deadline(struct notification *notification);

/* Tell the bound thread what has gathered, if there is something, and it waits for a message and could run. Whether it was. */
bool notification_tell(struct notification *notification);

/*
 * It has time, and somebody to give it to: who works without time gets it, and lends it to who works for that; else see above.
 * `from` gave it back, and waits only later; NULL: nobody did.
 */
void notification_timed(struct notification *notification, const struct context *from);

/* A thread goes on, and not by a message, or lost its time: without any it is on that of the notification that is bound to it. */
void notification_woken(struct context *context);

/* `thread` takes bits of `mask`, or waits for some. ERR_OCCUPIED: too many do. */
enum status notification_wait(struct notification *notification, struct context *thread,
			      uint64_t mask, uint64_t deadline);
