/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of guests know of AArch64. */
#pragma once

#include "test.h"

/*
 * Where the programs of guest.S have their values, as indexes of registers.x: what they are given, and calls' results; what their
 * vectors tell; what they count.
 */
#define GUEST_A0       0
#define GUEST_A1       1
#define GUEST_A2       2
#define GUEST_CAUSE    10
#define GUEST_PC       11
#define GUEST_ADDRESS  12
#define GUEST_NUMBER   10
#define GUEST_COUNT    21
#define GUEST_INTERVAL 22

/* Values that guest_system_registers is given and then found in the registers: so many, from these on. */
#define GUEST_KEPT       10
#define GUEST_FOUND      15
#define GUEST_KEPT_COUNT 5

/* guest_everything: the interrupt that it has taken, and in how many ticks its timer is due. */
#define GUEST_TAKEN 28
#define GUEST_AHEAD 29

/* How many words a call gets as results, from GUEST_A0 on. */
#define GUEST_RESULTS 4
/* An access program's one instruction is behind those that set the vectors. */
#define ACCESS_OFFSET 12
/* Numbers of interrupts end here (slot_change). */
#define SLOT_NUMBER_END 1020
/* The slot of the guest's timer, and the number that it has for the guest. */
#define TIMER_SLOT   27
#define TIMER_NUMBER 27
/* It has fired and is not taken: what is pending, and what guest_timer_masked has read (CNTV_CTL_EL0, Arm ARM D19.12.18). */
#define TIMER_PENDING (1ULL << TIMER_SLOT)
#define TIMER_FIRED   5
/* What guest_timer_registers is given so that the timer is on. */
#define TIMER_ENABLED 1
/* The exits of an interrupt that a guest takes and ends; and one that came is taken though the device is quiet by then. */
#define INTERRUPT_EXITS   0
#define INTERRUPT_LATCHED 0
/* An interrupt that a guest sends to itself by guest_register_write: SGI 0. */
#define SELF_NUMBER 0

/* PSTATE: EL1 with its own stack pointer, all interrupts masked (Arm ARM C5.2.19). */
#define PSTATE_EL1H 0x3c5ULL
/* Of these, what masks interrupts. */
#define PSTATE_I 0x80ULL

/*
 * Translation of the guest's own: 4 KiB granule, 39 bits, Normal memory, inner shareable, TTBR0_EL1 only (TCR_EL1, D19.2.141); RES1
 * bits and M (SCTLR_EL1, D19.2.124); what a program that turns it on has in GUEST_A1 and GUEST_A2.
 */
#define TCR          (25 | 3ULL << 12 | 1ULL << 8 | 1ULL << 10 | 1ULL << 23 | 2ULL << 32)
#define SCTLR        0x30d00801ULL
#define TRANSLATE_A1 TCR
#define TRANSLATE_A2 SCTLR

/* A block of 1 GiB in a table of level 1 (D8.3): all of it allowed, or but for writes. */
#define BLOCK(physical)           ((physical) | 1ULL << 10 | 3ULL << 8 | 1)
#define BLOCK_READ_ONLY(physical) (BLOCK(physical) | 1ULL << 7)

/* Words of the page of data that guest_floating_point takes its registers from, and stores them FP_STORED words behind. */
#define FP_WORDS  64
#define FP_STORED 64

/* The address words of EXIT_REGISTER for guest_register_read and guest_register_write: ID_AA64PFR0_EL1, ICC_SGI1R_EL1. */
#define REGISTER_READ \
	(REGISTER_OP0(3) | REGISTER_OP1(0) | REGISTER_CRN(0) | REGISTER_CRM(4) | REGISTER_OP2(0))
#define REGISTER_WRITTEN \
	(REGISTER_OP0(3) | REGISTER_OP1(0) | REGISTER_CRN(12) | REGISTER_CRM(11) | REGISTER_OP2(5))

/* Words of the page of data that guest_everything takes registers from: v0 to v31, 15 registers of EL1, x10 to x27. */
#define FILL_WORDS 128

static inline bool vm_arch_fills(unsigned int word)
{
	return word < 64 + 15 || (word >= 80 && word < 80 + 18);
}

/* In a saved VCpu, the floating-point registers as words. */
#define STATE_FP(state) ((state).v)

/* The page tells what the processor has: it has an EL1 (ID_AA64PFR0_EL1, CRm 4). */
static inline bool vm_arch_page_tells(const volatile struct vcpu_page *page)
{
	return (page->id[(4 - 1) * 8] & 0xf0) != 0;
}

/* x15 is the most ticks that an end of interrupt took: this one's without the kernel. */
static inline bool vm_arch_ended_alone(const volatile struct vcpu_page *page)
{
	return page->registers.x[15] < 20;
}

/* The guest begins at this address, with interrupts masked. */
static inline void vm_arch_begin(volatile struct registers *registers, uint64_t pc)
{
	registers->pc = pc;
	registers->pstate = PSTATE_EL1H;
}

/* It is still in the mode of vm_arch_begin(). */
static inline bool vm_arch_has_mode(const volatile struct registers *registers)
{
	return (registers->pstate & 0x3cf) == PSTATE_EL1H;
}

/* The number of the call that the guest stands at. */
static inline uint64_t vm_arch_call(const struct message *exit,
				    const volatile struct vcpu_page *page)
{
	(void)page;
	return exit->word[1];
}

/* A guest's program makes its calls without changing register `n`. */
static inline bool vm_arch_keeps(unsigned int n)
{
	(void)n;
	return true;
}

/* Interrupts are taken and ended without exits. */
static inline bool vm_arch_own_exit(struct message *exit)
{
	(void)exit;
	return false;
}
