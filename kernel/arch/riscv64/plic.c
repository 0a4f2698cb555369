/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PLIC, and what the hart itself is interrupted by. The context's enable bits are on, always: the completion of a source
 * that is not enabled is ignored ("Interrupt Completion"), and it would be quiet for good. What is off has priority 0, which
 * never interrupts ("Interrupt Priorities").
 */
#include <arch/cpu.h>
#include <arch/irq.h>
#include <irq.h>
#include <kernel_space.h>
#include <sched.h>

/* "Memory Map": 4 bytes a source; 128 bytes, and 4 KiB, a context. */
#define PLIC_PRIORITY     0x000000UL
#define PLIC_ENABLE       0x002000UL
#define PLIC_ENABLE_SIZE  0x80UL
#define PLIC_CONTEXT      0x200000UL
#define PLIC_CONTEXT_SIZE 0x1000UL
#define CONTEXT_THRESHOLD 0
#define CONTEXT_CLAIM     1 /* and, written, completion */

static volatile uint32_t *priority;
static volatile uint32_t *context_registers;
static uint32_t interrupts; /* numbers that there are, with 0, which is none */

/* What a driver did to its device comes before, and what it will do after. */
static uint32_t read(volatile uint32_t *place)
{
	uint32_t value = *place;

	__asm__ volatile("fence i, iorw" ::: "memory");
	return value;
}

static void write(volatile uint32_t *place, uint32_t value)
{
	__asm__ volatile("fence iorw, o" ::: "memory");
	*place = value;
}

void arch_irq_start(paddr_t plic, uint64_t context, uint64_t sources)
{
	uint64_t enable = PLIC_ENABLE + context * PLIC_ENABLE_SIZE;
	volatile char *page = kernel_map_device(plic + align_down(enable, PAGE_SIZE), PAGE_SIZE);
	volatile uint32_t *enabled = (volatile uint32_t *)(page + enable % PAGE_SIZE);

	priority = kernel_map_device(plic + PLIC_PRIORITY, PAGE_SIZE);
	context_registers =
		kernel_map_device(plic + PLIC_CONTEXT + context * PLIC_CONTEXT_SIZE, PAGE_SIZE);
	interrupts = sources < IRQS ? (uint32_t)sources + 1 : IRQS;
	for (uint32_t irq = 1; irq < interrupts; irq++)
		write(&priority[irq], 0);
	for (uint32_t i = 0; i * 32 < interrupts; i++)
		write(&enabled[i], UINT32_MAX);
	write(&context_registers[CONTEXT_THRESHOLD], 0);
	/* What another kernel has claimed and left. */
	for (uint32_t irq = 1; irq < interrupts; irq++)
		write(&context_registers[CONTEXT_CLAIM], irq);
}

bool arch_irq_for_drivers(uint32_t irq)
{
	return irq && irq < interrupts;
}

void arch_irq_configure(uint32_t irq, bool edge)
{
	(void)edge;
	arch_irq_disable(irq);
}

void arch_irq_enable(uint32_t irq)
{
	write(&priority[irq], 1);
}

void arch_irq_disable(uint32_t irq)
{
	write(&priority[irq], 0);
}

void arch_irq_complete(uint32_t irq)
{
	write(&context_registers[CONTEXT_CLAIM], irq);
}

/* 0: by now it is no interrupt any more ("Interrupt Claim Process"). */
static void claim(void)
{
	uint32_t irq = read(&context_registers[CONTEXT_CLAIM]);

	if (arch_irq_for_drivers(irq))
		irq_arrived(irq);
	else if (irq)
		arch_irq_complete(irq);
}

void arch_irq_handle(void)
{
	uint64_t pending = read_csr(sip);

	if (pending & BIT(INTERRUPT_EXTERNAL)) {
		claim();
	} else if (pending & BIT(INTERRUPT_TIMER)) {
		core.timer_fired = true;
		arch_timer_set(DEADLINE_NEVER);
	}
}
