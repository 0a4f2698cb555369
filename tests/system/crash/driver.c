/* SPDX-License-Identifier: BSD-2-Clause */
/* A driver, or a multiplexer, that crashes as soon as it runs, two calls deep. */
#include <stdint.h>

#include <cloister/message.h>

/* Where the kernel is (kernel/arch/aarch64/kernel.lds). */
#define NOT_OURS 0xffffffffc0000000

/* A function that calls others has a frame record: one whose x30 changes is taken for such. */
#define KEEP_RECORD() __asm__ volatile("" ::: "x30", "memory")

__attribute__((noinline)) static void reset_device(volatile uint32_t *registers)
{
	registers[0] = 0;
	KEEP_RECORD();
}

__attribute__((noinline)) static void start_device(void)
{
	reset_device((volatile uint32_t *)NOT_OURS);
	KEEP_RECORD();
}

void server_main(struct message *first)
{
	(void)first;
	start_device();
	__builtin_trap();
}
