/* SPDX-License-Identifier: BSD-2-Clause */
/* The guest's timer that the server models. */
#pragma once

#include <stdint.h>

struct vcpu;

/*
 * The counter stands at `now`: set the timer's line, and ask for the event at which it changes by
 * itself.
 */
void arch_timer_update(struct vcpu *vcpu, uint64_t now);
