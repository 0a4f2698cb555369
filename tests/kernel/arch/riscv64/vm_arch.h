/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of guests know of RISC-V. */
#pragma once

#include "test.h"

/*
 * Where the programs of guest.S have their values, as indexes of registers.x: what they are given, and calls' results; what their
 * vectors tell; what they count.
 */
#define GUEST_A0       10
#define GUEST_A1       11
#define GUEST_A2       12
#define GUEST_CAUSE    18
#define GUEST_PC       19
#define GUEST_ADDRESS  20
#define GUEST_NUMBER   18
#define GUEST_COUNT    21
#define GUEST_INTERVAL 22
/* The number of a call. */
#define GUEST_CALL 31

/* Values that guest_system_registers is given and then found in the registers: so many, from these on. */
#define GUEST_KEPT       13
#define GUEST_FOUND      23
#define GUEST_KEPT_COUNT 5

/* guest_everything: the interrupt that it has taken, and in how many ticks its timer is due. */
#define GUEST_TAKEN 28
#define GUEST_AHEAD 29

/* How many words a call gets as results, from GUEST_A0 on. */
#define GUEST_RESULTS 2
/* An access program's one instruction is behind those that set the vectors. */
#define ACCESS_OFFSET 12
/* Numbers of interrupts end here (slot_change). */
#define SLOT_NUMBER_END SLOT_NUMBERS
/* A slot that the guest's timer does not need, as vstimecmp is its own; and what its programs call its interrupt. */
#define TIMER_SLOT   27
#define TIMER_NUMBER SLOT_TIMER
/* It has fired and is not taken: no slot is pending, and guest_timer_masked has read so much (sip.STIP). */
#define TIMER_PENDING 0
#define TIMER_FIRED   (1 << 5)
/* It is always on. */
#define TIMER_ENABLED 0
/* The exits of an interrupt that a guest takes and ends; and one that came is taken though the device is quiet by then. */
#define INTERRUPT_EXITS   2
#define INTERRUPT_LATCHED 1
/* An interrupt that a guest sends to itself by guest_register_write. */
#define SELF_NUMBER SLOT_SOFTWARE

/* Programs that turn translation on need no more than the table. */
#define TRANSLATE_A1 0
#define TRANSLATE_A2 0

/* A leaf of 1 GiB in the top table of Sv39: V, R, W, X, A and D; or without W. */
#define BLOCK(physical)           ((physical) >> 12 << 10 | 0xcf)
#define BLOCK_READ_ONLY(physical) (BLOCK(physical) & ~(uint64_t)(1 << 2))

/* Words of the page of data that guest_floating_point takes its registers from, and stores them FP_STORED words behind. */
#define FP_WORDS  32
#define FP_STORED 64

/* The address words of EXIT_REGISTER for guest_register_read and guest_register_write: hstatus, htval. */
#define REGISTER_READ    (REGISTER_CSR(0x600) | REGISTER_OPERATION(CSR_SET))
#define REGISTER_WRITTEN (REGISTER_CSR(0x643) | REGISTER_OPERATION(CSR_WRITE))

/* Words of the page of data that guest_everything takes registers from: f0 to f31, 5 registers of VS-mode, x13 to x27. */
#define FILL_WORDS 128

static inline bool vm_arch_fills(unsigned int word)
{
	return word < 32 || (word >= 64 && word < 64 + 5) || (word >= 80 && word < 80 + 15);
}

/* In a saved VCpu, the floating-point registers as words. */
#define STATE_FP(state) ((state).f)

/* The page tells what the processor has: nothing that is not in the interface. */
static inline bool vm_arch_page_tells(const volatile struct vcpu_page *page)
{
	return (page->features & ~(uint64_t)(FEATURE_SSTC | FEATURE_V)) == 0;
}

/* A completion is an exit. */
static inline bool vm_arch_ended_alone(const volatile struct vcpu_page *page)
{
	(void)page;
	return true;
}

/* The guest begins at this address, with interrupts masked. */
static inline void vm_arch_begin(volatile struct registers *registers, uint64_t pc)
{
	registers->pc = pc;
	registers->mode = MODE_SUPERVISOR;
}

/* It is still in the mode of vm_arch_begin(). */
static inline bool vm_arch_has_mode(const volatile struct registers *registers)
{
	return registers->mode == MODE_SUPERVISOR;
}

/* The number of the call that the guest stands at. */
static inline uint64_t vm_arch_call(const struct message *exit,
				    const volatile struct vcpu_page *page)
{
	(void)exit;
	return page->registers.x[GUEST_CALL];
}

/* A guest's program makes its calls without changing register `n`. */
static inline bool vm_arch_keeps(unsigned int n)
{
	return n != 0 && n != GUEST_CALL;
}

/* Calls to the guest's interrupt controller, which the test is: what is the next interrupt (0: none); this one is done. */
#define CALL_CLAIM    0xe4
#define CALL_COMPLETE 0xe5

/* Makes of an exit that is such a call its answer. */
bool vm_arch_own_exit(struct message *exit);
