/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Changes of a vCPU's interrupt slots, gathered while an exit is handled: they travel with its
 * reply, so that the models can say what they mean as often as they like and no system call is
 * made.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <cloister/types.h>

#include <arch/page.h>

struct slots {
	/* Slots with a change, and where the changes are: in the page for the kernel. */
	uint64_t changed;
	struct slot_changes *changes;
};

/*
 * Take number, priority, group, enabled and level of `configuration` for a slot below VCPU_SLOTS.
 */
void slots_configure(struct slots *slots, uint32_t slot, uint64_t configuration);

/* The line of a level slot goes up or down. */
void slots_set_line(struct slots *slots, uint32_t slot, bool up);

/* Make the interrupt pending, or take that away. */
void slots_set_pending(struct slots *slots, uint32_t slot, bool pending);

/* Make the interrupt active, or take that away. */
void slots_set_active(struct slots *slots, uint32_t slot, bool active);

/* Make all changes at once, by the capability of the VCpu. */
void slots_apply(struct slots *slots, cap_t vcpu);

/* The reply takes all changes with it. True if there are any: it needs REPLY_SLOTS. */
bool slots_commit(struct slots *slots);
