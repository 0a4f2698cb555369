/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a message is in the registers of a thread: idl/aarch64.idl says it.
 */
#pragma once

#include <idl/aarch64.h>
#include <idl/kernel.h>

static inline cap_t message_capability(const struct registers *registers)
{
	/* A number that does not fit names no slot. */
	return registers->x[0] > UINT32_MAX ? UINT32_MAX : (cap_t)registers->x[0];
}

static inline uint64_t message_syscall(const struct registers *registers)
{
	return registers->x[8];
}

static inline uint64_t message_deadline(const struct registers *registers)
{
	return registers->x[9];
}

static inline uint64_t *message_label(struct registers *registers)
{
	return &registers->x[1];
}

static inline uint64_t *message_words(struct registers *registers)
{
	return &registers->x[2];
}

static inline void message_set_status(struct registers *registers, enum status status)
{
	registers->x[0] = status;
}

static inline void message_set_badge(struct registers *registers, uint64_t badge)
{
	registers->x[9] = badge;
}

/* Label and words. */
static inline void message_copy(struct registers *to, const struct registers *from)
{
	for (unsigned int i = 1; i <= 1 + MESSAGE_WORDS; i++)
		to->x[i] = from->x[i];
}

/* The system call (an SVC, which is four bytes) is made again when the thread goes on. */
static inline void arch_registers_again(struct registers *registers)
{
	registers->pc -= 4;
}

/* A thread's registers before its first instruction. */
void arch_registers_init(struct registers *registers, uint64_t pc, uint64_t sp);
void arch_registers_arguments(struct registers *registers, uint64_t argument0, uint64_t argument1);
