/* SPDX-License-Identifier: BSD-2-Clause */
/* A driver, or a multiplexer, that crashes as soon as it runs, two calls deep. */
#include <stdint.h>

#include <cloister/message.h>

/* Where the kernel is (kernel/arch/<a>/kernel.lds). */
#define NOT_OURS 0xffffffffc0000000

/* A function that calls another and goes on has a frame record. */
__attribute__((noinline)) static void keep_record(void)
{
	__asm__ volatile("" ::: "memory");
}

__attribute__((noinline)) static void reset_device(volatile uint32_t *registers)
{
	registers[0] = 0;
	keep_record();
	__asm__ volatile("" ::: "memory");
}

__attribute__((noinline)) static void start_device(void)
{
	reset_device((volatile uint32_t *)NOT_OURS);
	__asm__ volatile("" ::: "memory");
}

void server_main(struct message *first)
{
	(void)first;
	start_device();
	__builtin_trap();
}
