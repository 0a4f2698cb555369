/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupt slots of a VCpu: the kernel keeps the most urgent pending ones in the list registers.
 *
 * `latch`, `active` and the rest say what is so for slots that are not in a list register; what is in one is
 * the hardware's until slots_fold() takes it back.
 */
#pragma once

#include <types.h>

#define LIST_REGISTERS_MAX 16
#define SLOT_NONE          0xff

struct slots {
	uint64_t enabled;
	uint64_t level;
	uint64_t line;
	uint64_t latch;      /* pended: an edge, or by the VMM */
	uint64_t latch_lent; /* latches that are in list registers */
	uint64_t active;
	uint64_t group1;
	uint64_t hardware; /* tied to a physical interrupt: the guest's EOI ends that too */
	uint8_t priority[VCPU_SLOTS];
	uint16_t number[VCPU_SLOTS];
	uint8_t in_register[LIST_REGISTERS_MAX]; /* the slot in each list register, or SLOT_NONE */
	bool resident; /* the core's list registers hold what in_register says */
	bool dirty;    /* they are not what they should be */
};

/* As after a reset: nothing is configured, pending or active. No list register holds anything of it. */
void slots_init(struct slots *slots);

/* Take one change (bits SLOT_* of idl/kernel.idl). ERR_ARGUMENT leaves all as it was. */
enum status slots_change(struct slots *slots, uint32_t slot, uint64_t change);

/* Whether a change would be taken. */
enum status slots_check(uint32_t slot, uint64_t change);

void slots_pend(struct slots *slots, uint32_t slot);
void slots_set_line(struct slots *slots, uint32_t slot, bool up);

/* A hardware slot whose device went quiet before the guest saw it is not pending any more. They are folded. */
void slots_drop_quiet(struct slots *slots);

/* The bits of slots that are pending, by latch or line. */
uint64_t slots_pending(const struct slots *slots);

/* Take all back from the list registers of the core. */
void slots_fold(struct slots *slots);

/* Put the most urgent into the list registers of the core; they are empty (folded). */
void slots_fill(struct slots *slots);
