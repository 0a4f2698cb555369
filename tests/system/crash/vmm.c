/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A VMM that crashes, in the way that its guest's name says: what it may not write, what it may not
 * run, and where nothing is; or that hangs. Whatever it gets away with ends in a trap of its own.
 */
#include <stddef.h>
#include <stdint.h>

#include <cloister/message.h>
#include <idl/root.h>
#include <idl/vmm.h>

static const uint32_t constant = 0xd65f03c0;
static uint32_t variable = 0xd65f03c0;
static volatile uint32_t *nowhere;

__attribute__((noinline)) static void read_nowhere(void)
{
	(void)*nowhere;
}

__attribute__((noinline)) static void write_code(void)
{
	*(volatile uint32_t *)(uintptr_t)read_nowhere = constant;
}

__attribute__((noinline)) static void write_constant(void)
{
	*(volatile uint32_t *)(uintptr_t)&constant = 0;
}

__attribute__((noinline)) static void write_configuration(void)
{
	*(volatile uint32_t *)PROCESS_CONFIG = 0;
}

/* The word at `code` is the instruction RET. */
__attribute__((noinline)) static void run(const volatile uint32_t *code)
{
	((void (*)(void))(uintptr_t)code)();
	__asm__ volatile("" ::: "memory");
}

void server_main(struct message *first)
{
	const struct vmm_config *config = (const struct vmm_config *)PROCESS_CONFIG;
	volatile uint32_t on_stack = constant;

	(void)first;
	switch (config->name[0]) {
	case 'n':
		read_nowhere();
		break;
	case 't':
		write_code();
		break;
	case 'c':
		write_constant();
		break;
	case 'p':
		write_configuration();
		break;
	case 'd':
		run(&variable);
		break;
	case 's':
		run(&on_stack);
		break;
	case 'h':
		/* One that hangs is none of the failures that are seen. */
		for (;;)
			nowhere = NULL;
	}
	__builtin_trap();
}
