/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is to happen at a time: one list a core, ordered by time. The hardware timer is set to the first.
 */
#pragma once

#include <types.h>

enum timeout_kind {
	TIMEOUT_DEADLINE, /* of a blocked context's system call */
	TIMEOUT_REFILL,   /* a scheduling context has budget again */
	TIMEOUT_EVENT,    /* the deadline in a VMM's last reply: an event of the VCpu */
	TIMEOUT_TIMER,    /* the guest's timer, of a VCpu whose state is not on the core */
};

struct timeout {
	struct list link; /* not in the list: points to itself */
	uint64_t when;    /* counter ticks */
	uint8_t kind;
};

void timeout_init(struct timeout *timeout, enum timeout_kind kind);

/* (Re)arm for `when`; DEADLINE_NEVER disarms. */
void timeout_set(struct timeout *timeout, uint64_t when);

void timeout_cancel(struct timeout *timeout);

/* Time of the first, or DEADLINE_NEVER. */
uint64_t timeout_first(void);

/* Carry out all that are due at `now`. */
void timeout_run(uint64_t now);

/* Empty the core's list. Once, before the first timeout. */
void timeout_start(void);
