/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupts of devices (Arm IHI 0069, 12.9 and 12.2), and a loop that they come to. */
#include <bench_board.h>
#include <machine.h>

#include <bound.h>

#define GICD_IGROUPR    0x080
#define GICD_ISENABLER  0x100
#define GICD_IPRIORITYR 0x400
#define SOME_PRIORITY   0x80
/* Numbers from here on are no interrupts. */
#define SPECIAL 1020

extern const char bound_vectors[];

/* From vectors.S. */
void bound_take(void);

static void enable(uint32_t number)
{
	volatile uint32_t *group = (uint32_t *)(uintptr_t)(GICD + GICD_IGROUPR + number / 32 * 4);
	volatile uint32_t *set = (uint32_t *)(uintptr_t)(GICD + GICD_ISENABLER + number / 32 * 4);

	*(volatile uint8_t *)(uintptr_t)(GICD + GICD_IPRIORITYR + number) = SOME_PRIORITY;
	*group |= 1U << number % 32;
	*set = 1U << number % 32;
}

void bound_take(void)
{
	uint64_t number;

	__asm__ volatile("mrs %0, icc_iar1_el1\n\tdsb sy" : "=r"(number)::"memory");
	if (number >= SPECIAL)
		return;
	bound_interrupt((uint32_t)number);
	__asm__ volatile("msr icc_eoir1_el1, %0\n\tisb" ::"r"(number) : "memory");
}

void arch_bound_run(const uint32_t *interrupts, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		enable(interrupts[i]);
	__asm__ volatile("msr vbar_el1, %0\n\tisb\n\tmsr daifclr, #2" ::"r"(bound_vectors)
			 : "memory");
	for (;;)
		__asm__ volatile("");
}
