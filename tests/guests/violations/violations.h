/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest that misbehaves: it does what no machine answers, a million times, and checks each
 * time that it gets the exception or the error that the architecture's manual promises, and nothing
 * else. What there is to do wrong is the architecture's (arch/<a>/); rounds and words are not.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Different violations. Each is one line of the VMM's log, which knows that many apart. */
#define SITES 20

/* Makes ready what the violations need; before anything else. */
void arch_start(void);

/*
 * Accesses to a device that the hardware does not decode, which are no violations. False if one of
 * them did not do what it does on hardware.
 */
bool arch_emulated(void);

/* Commits violation `site`, below SITES. False if what came of it is wrong. */
bool arch_violate(uint32_t site);

/* Commits another violation for every `number`. False if what came of it is wrong. */
bool arch_stray(uint64_t number);

/* Says in `text` what came of the last violation. */
void arch_describe(char *text, uint32_t size);

/* Writes one character to the guest's console. */
void arch_put(char c);

_Noreturn void arch_power_off(void);

/* Where arch/<a>/start.S goes, on a stack. */
_Noreturn void violations_main(void);

/* Where exceptions go that no violation makes. */
_Noreturn void violations_unexpected(void);
