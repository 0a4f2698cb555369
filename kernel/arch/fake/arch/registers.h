/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a message is in the registers of a thread: not where any real architecture has it, so that nothing
 * generic can count on a place.
 */
#pragma once

#include <idl/aarch64.h>
#include <idl/kernel.h>

#define FAKE_SYSCALL  10
#define FAKE_CAP      11 /* and the status */
#define FAKE_DEADLINE 12 /* and the badge */
#define FAKE_LABEL    13
#define FAKE_WORDS    20

static inline cap_t message_capability(const struct registers *registers)
{
	uint64_t cap = registers->x[FAKE_CAP];

	return cap > UINT32_MAX ? UINT32_MAX : (cap_t)cap;
}

static inline uint64_t message_syscall(const struct registers *registers)
{
	return registers->x[FAKE_SYSCALL];
}

static inline uint64_t message_deadline(const struct registers *registers)
{
	return registers->x[FAKE_DEADLINE];
}

static inline uint64_t *message_label(struct registers *registers)
{
	return &registers->x[FAKE_LABEL];
}

static inline uint64_t *message_words(struct registers *registers)
{
	return &registers->x[FAKE_WORDS];
}

static inline void message_set_status(struct registers *registers, enum status status)
{
	registers->x[FAKE_CAP] = status;
}

static inline void message_set_badge(struct registers *registers, uint64_t badge)
{
	registers->x[FAKE_DEADLINE] = badge;
}

/* Label and words. */
static inline void message_copy(struct registers *to, const struct registers *from)
{
	to->x[FAKE_LABEL] = from->x[FAKE_LABEL];
	for (unsigned int i = FAKE_WORDS; i < FAKE_WORDS + MESSAGE_WORDS; i++)
		to->x[i] = from->x[i];
}

/* The system call is made again when the thread goes on: fake_syscall() has stepped over it. */
static inline void arch_registers_again(struct registers *registers)
{
	registers->pc -= 4;
}

/* A thread's registers before its first instruction. */
void arch_registers_init(struct registers *registers, uint64_t pc, uint64_t sp);
void arch_registers_arguments(struct registers *registers, uint64_t argument0, uint64_t argument1);
