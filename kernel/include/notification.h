/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Notifications: a word of signal bits, and what a signal does: wake a thread, make an event of a VCpu, or
 * drive one of its interrupt slots.
 */
#pragma once

#include <context.h>
#include <slot.h>

enum notification_binding {
	NOTIFICATION_UNBOUND,
	NOTIFICATION_EVENT,
	NOTIFICATION_SLOT,
};

struct notification {
	uint64_t word;
	struct list waiters;
	uint8_t binding; /* enum notification_binding */
	uint8_t slot;
	struct slot vcpu; /* binding */
};

_Static_assert(sizeof(struct notification) <= 1UL << BITS_NOTIFICATION, "object_bits");

void notification_init(struct notification *notification);
void notification_destroy(struct notification *notification);

/* The VCpu's capability was revoked. */
void notification_unbound(struct notification *notification);

void notification_signal(struct notification *notification, uint64_t bits);

/* `thread` takes bits of `mask`, or waits for some. */
void notification_wait(struct notification *notification, struct context *thread, uint64_t mask,
		       uint64_t deadline);
