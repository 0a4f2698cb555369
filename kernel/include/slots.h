/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupt slots of a VCpu: the kernel keeps the most urgent pending ones in the list registers.
 *
 * `latch`, `active` and the rest say what is so for slots that are not in a list register; what is in one is
 * the hardware's until slots_fold() takes it back.
 */
#pragma once

#include <arch/irq.h>
#include <types.h>

/* Slots that are tied to a physical interrupt: the guest's EOI ends that too, without an exit. */
struct hardware_slots {
	uint64_t set;
	uint64_t level; /* of these, whose device can be asked whether it still wants to be served */
	uint16_t irq[VCPU_SLOTS];
};

struct slots {
	uint64_t enabled;
	uint64_t level;
	uint64_t line;
	uint64_t driven;       /* whose line is the word of a notification */
	uint64_t latch;        /* pended: an edge, or by the VMM */
	uint64_t latch_lent;   /* latches that are in list registers */
	uint64_t arrived;      /* pended by the physical interrupt, which is active since */
	uint64_t arrived_lent; /* the same in list registers */
	uint64_t active;
	uint64_t group1;
	uint64_t apart; /* hardware slots in list registers that do not name the physical interrupt */
	struct hardware_slots hardware;
	uint8_t priority[VCPU_SLOTS];
	uint16_t number[VCPU_SLOTS];
	uint8_t in_register[LIST_REGISTERS_MAX]; /* the slot in each list register that is filled */
	uint8_t filled;                          /* how many: the first ones */
	bool resident; /* the core's list registers hold what in_register says */
	bool dirty;    /* they are not what they should be */
};

/*
 * As after a reset: nothing is configured, pending or active, what was on its way is over. Lines and hardware slots stay.
 * They are folded.
 */
void slots_reset(struct slots *slots);

/* The slot is the physical interrupt's. Level: arch_irq_line() tells whether its device still asks for service. */
void slots_tie(struct slots *slots, uint32_t slot, uint32_t irq, bool level);

/* No more; pending and active states that the guest got otherwise stay. True: the physical interrupt may be active. */
bool slots_untie(struct slots *slots, uint32_t slot);

static inline bool slots_is_tied(const struct slots *slots, uint32_t slot)
{
	return slots->hardware.set & BIT(slot);
}

/* The slot's line, down for now, is a notification's: in each mode, so that a change of the mode loses no state of it. */
void slots_drive(struct slots *slots, uint32_t slot);

/* No more: a line that nobody drives is down. */
void slots_release(struct slots *slots, uint32_t slot);

static inline bool slots_is_driven(const struct slots *slots, uint32_t slot)
{
	return slots->driven & BIT(slot);
}

/* Deactivate the physical interrupts of hardware slots: the guest will not do it. */
void slots_end_each(const struct slots *slots, uint64_t bits);

static inline void slots_end_hardware(const struct slots *slots, uint64_t bits)
{
	if (bits & slots->hardware.set)
		slots_end_each(slots, bits & slots->hardware.set);
}

/* The guest is done with interrupts that were active in no list register. What came and waits is not done. */
void slots_deactivate(struct slots *slots, uint64_t set);

/* Take one change (bits SLOT_* of idl/kernel.idl). ERR_ARGUMENT leaves all as it was. */
enum status slots_change(struct slots *slots, uint32_t slot, uint64_t change);

/* Copy changes out of memory that others write, each field read once. False: they cannot be taken. */
bool slots_read(struct slot_changes *changes, const struct slot_changes *page);

/* Take them. */
void slots_take(struct slots *slots, const struct slot_changes *changes);

/* A signal of who drives the slot: its line is up, and where it is edge it is pended. */
void slots_signal(struct slots *slots, uint32_t slot);

/* Its line is down again. */
void slots_lower(struct slots *slots, uint32_t slot);

/* The physical interrupt of a hardware slot came. */
void slots_arrive(struct slots *slots, uint32_t slot);

/* Whether that came and the guest has not ended it. They are folded. */
static inline bool slots_in_flight(const struct slots *slots, uint32_t slot)
{
	return (slots->arrived | slots->active) & slots->hardware.set & BIT(slot);
}

/* A hardware slot whose device went quiet before the guest saw it is not pending any more. They are folded. */
void slots_drop_quiet(struct slots *slots);

/* The bits of slots that are pending, by latch, line or physical interrupt. */
uint64_t slots_pending(const struct slots *slots);

/* Take all back from the list registers of the core. */
void slots_fold(struct slots *slots);

/* Put the most urgent into the list registers of the core; they are empty (folded). */
void slots_fill(struct slots *slots);
