/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest that misbehaves: it does what no machine answers, a million times, and checks each
 * time that it gets the exception or the error that the architecture's manual promises, and nothing
 * else. What there is to do wrong is the architecture's (arch/<a>/); rounds and words are not.
 */
#pragma once

/* Offsets in `trap`. */
#define TRAP_COUNT   0
#define TRAP_CAUSE   8
#define TRAP_ADDRESS 16

/* What an attempt's destination register holds before it, and behind it if nothing was loaded. */
#define MARKER 0x5eed

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stdint.h>

/* Exceptions so far; what the architecture's registers say of the last one's cause and address. */
struct trap {
	uint64_t count;
	uint64_t cause;
	uint64_t address;
};

extern volatile struct trap trap;

/* Different violations. Each is one line of the VMM's log, which knows that many apart. */
#define SITES 20

#define NO_TRAP UINT64_MAX

struct site {
	uint64_t (*attempt)(uint64_t operand);
	uint64_t operand;
	/* Of the exception that must come; NO_TRAP: none. */
	uint64_t cause;
	/* What the attempt gives. */
	uint64_t result;
};

extern const struct site arch_sites[SITES];

/* Another violation for every `number`. */
struct site arch_stray(uint64_t number);

/* Makes ready what the violations need; before anything else. */
void arch_start(void);

/*
 * Accesses to a device that are no violations, of kinds that the hardware decodes least. They give the difference to what they
 * do on hardware: 0 if there is none.
 */
uint64_t arch_emulated(void);

/* Whether the exception tells the address that made it, which then is the attempt's operand. */
bool arch_tells_address(uint64_t cause);

/* Writes one character to the guest's console. */
void arch_put(char c);

_Noreturn void arch_power_off(void);

/* Where arch/<a>/start.S goes, on a stack. */
_Noreturn void violations_main(void);

/* Where exceptions go that no violation makes. */
_Noreturn void violations_unexpected(void);

#endif
