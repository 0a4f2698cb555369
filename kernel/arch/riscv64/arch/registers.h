/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a message is in the registers of a thread: idl/riscv64.idl says it.
 */
#pragma once

#include <idl/kernel.h>
#include <idl/riscv64.h>

#define REGISTER_SP 2
#define REGISTER_T0 5
#define REGISTER_T1 6
#define REGISTER_A0 10
#define REGISTER_A1 11
#define REGISTER_A2 12

static inline cap_t message_capability(const struct registers *registers)
{
	uint64_t cap = registers->x[REGISTER_A0];

	/* A number that does not fit names no slot. */
	return cap > UINT32_MAX ? UINT32_MAX : (cap_t)cap;
}

static inline uint64_t message_syscall(const struct registers *registers)
{
	return registers->x[REGISTER_T0];
}

static inline uint64_t message_deadline(const struct registers *registers)
{
	return registers->x[REGISTER_T1];
}

static inline uint64_t *message_label(struct registers *registers)
{
	return &registers->x[REGISTER_A1];
}

static inline uint64_t *message_words(struct registers *registers)
{
	return &registers->x[REGISTER_A2];
}

static inline void message_set_status(struct registers *registers, enum status status)
{
	registers->x[REGISTER_A0] = status;
}

static inline void message_set_badge(struct registers *registers, uint64_t badge)
{
	registers->x[REGISTER_T1] = badge;
}

/* Label and words. */
static inline void message_copy(struct registers *to, const struct registers *from)
{
	for (unsigned int i = REGISTER_A1; i <= REGISTER_A1 + MESSAGE_WORDS; i++)
		to->x[i] = from->x[i];
}

/* The system call (an ECALL, which is four bytes) is made again when the thread goes on. */
static inline void arch_registers_again(struct registers *registers)
{
	registers->pc -= 4;
}

/* A thread's registers before its first instruction. */
void arch_registers_init(struct registers *registers, uint64_t pc, uint64_t sp);
void arch_registers_arguments(struct registers *registers, uint64_t argument0, uint64_t argument1);
