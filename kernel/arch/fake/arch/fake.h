/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine from outside: what tests do to it and see of it. The kernel does not include this.
 */
#pragma once

#include <types.h>

struct context;
struct exit;
struct manifest;
struct vcpu;

struct fake {
	uint64_t clock;      /* what arch_counter() gives */
	uint64_t timer;      /* DEADLINE_NEVER: off */
	uint64_t idle_until; /* idling lets time pass up to here */
	bool idle;           /* nobody runs */
	uint64_t work; /* ticks that the kernel takes behind an entry, for a switch, and before a return */
	uint64_t instructions;   /* of guests, and half as many of others; 0: not counted */
	bool timers_unheard;     /* guests' timers interrupt none but them */
	uint32_t list_registers; /* how many there are */
	uint32_t space_ids;      /* ASIDs, and VMIDs, with 0: what a test wants, before power on */
	bool absence; /* the TLB remembers where nothing is mapped: what a test wants, before power on */
	uint32_t pending; /* every which time a long operation finds an interrupt pending; 0: never */
	uint32_t polls;   /* how often one has looked */
	uint64_t flushes; /* of the TLB, of any kind, since the start */
};

extern struct fake fake;

/* Power on: memory full of rubbish, no interrupt enabled, four list registers, 256 identifiers of spaces. */
void fake_start(void);

/* Entries into the kernel. Each is over when somebody runs or, with `fake.idle` set, when nobody can. */
void fake_boot(const struct manifest *manifest);
void fake_syscall(void); /* of the thread that runs */
void fake_fault(uint64_t cause, uint64_t address);
void fake_interrupt(void); /* all that are pending */

/* The VCpu that runs exits with kind, address, access, value and detail of `exit`, or waits for an interrupt. */
void fake_guest_exit(const struct exit *exit);
void fake_guest_wait(void);

/* Let time pass; the timers' interrupts come when they are due. */
void fake_pass(uint64_t until);

/* How a call into the kernel can end. */
enum fake_end {
	FAKE_RETURNED,
	FAKE_HALTED, /* panic */
	FAKE_OFF,
	FAKE_RESET,
};

/* Call `function`, which may end the machine. Outside of this such an end aborts the test. */
enum fake_end fake_try(void (*function)(void *argument), void *argument);

/* What was written to the console since fake_start(). */
const char *fake_console_text(void);

/* Interrupt lines of devices. Edge: an interrupt at each rise. */
void fake_irq_line(uint32_t irq, bool up);
bool fake_irq_enabled(uint32_t irq);
bool fake_irq_active(uint32_t irq);
bool fake_irq_is_edge(uint32_t irq);

/* What the guest on the core reads when it acknowledges, and its end of an interrupt. Nothing: FAKE_SPURIOUS. */
#define FAKE_SPURIOUS 1023
uint32_t fake_guest_acknowledge(void);
void fake_guest_eoi(uint32_t number);
/* Whether an interrupt of this number is pending in a list register. */
bool fake_guest_sees(uint32_t number);
/* Whether the list registers want the kernel's attention. */
bool fake_maintenance(void);
/* How many hold an interrupt. */
unsigned int fake_list_registers_used(void);
/* Whether it is asked for when there is room, or for counted EOIs. */
bool fake_overflow_asked(void);
/* Deactivate all list registers' interrupts at power on. */
void fake_list_registers_start(void);

/*
 * An access to memory by a process or guest, as if it ran now. It goes through the TLB, and what it needed is in the TLB after
 * it. False: a fault.
 */
bool fake_access(struct context *context, uint64_t address, uint32_t rights, paddr_t *physical);
/* How many entries of the TLB that the loaded process and guest can use are not, or not so, in their tables. */
unsigned int fake_tlb_stale(void);
/* The processor looks ahead: something of what is loaded comes into the TLB. */
void fake_tlb_speculate(void);
/* Whose stage 1 is on the core: a number for each life of a VCpu. */
void fake_tlb_stage1(uint64_t life);
/* At power on the TLB is empty, and memory full of rubbish. */
void fake_tlb_start(void);
void fake_memory_start(void);
