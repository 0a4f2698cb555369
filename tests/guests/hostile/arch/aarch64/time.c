/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Timers in the past and far away, and interrupts: all at once and with one priority, ended twice or never begun, masked in
 * each way. Interrupts are taken by reading ICC_IAR1_EL1, with PSTATE.I set all the time. IHI 0069, 12.2
 */
#include "hostile.h"

#include <bench_board.h>
#include <machine.h>
#include <stdint.h>

const char hostile_name[] = "time";

#define IGROUPR    0x080
#define ISENABLER  0x100
#define ISPENDR    0x200
#define IPRIORITYR 0x400
#define ICFGR      0xc00

/* Two bits for each interrupt. */
#define ALL_EDGE  0xaaaaaaaaU
#define ALL_LEVEL 0U

#define PRIORITY  0x80
#define INTIDS    64
#define ALL       UINT64_MAX
#define SGIS      16
#define FIRST_SPI 32
#define TIMER     27
#define NONE      1023
#define IDLE      0xff
#define PMR_OPEN  0xff
#define SPINS     1000
#define ROUNDS    50
#define RISES     100

#define UARTIMSC_TXIM 0x20

#define CTL_ENABLE  1UL
#define CTL_IMASK   2UL
#define CTL_ISTATUS 4UL

#define read(name)                                                        \
	({                                                                \
		uint64_t value_;                                          \
		__asm__ volatile("isb\n\tmrs %0, " #name : "=r"(value_)); \
		value_;                                                   \
	})
#define write(name, value) \
	__asm__ volatile("msr " #name ", %0\n\tisb" ::"r"((uint64_t)(value)) : "memory")

static void write_word(uint64_t address, uint32_t value)
{
	*(volatile uint32_t *)(uintptr_t)address = value;
}

/* Everything is enabled, in group 1, with one priority. */
static void start(void)
{
	arch_interrupts_start();
	for (uint64_t i = 0; i < FIRST_SPI; i += 4)
		write_word(GICS + IPRIORITYR + i, PRIORITY * 0x01010101U);
	for (uint64_t i = FIRST_SPI; i < INTIDS; i += 4)
		write_word(GICD + IPRIORITYR + i, PRIORITY * 0x01010101U);
	write_word(GICS + ISENABLER, UINT32_MAX);
	write_word(GICD + IGROUPR + 4, UINT32_MAX);
	write_word(GICD + ISENABLER + 4, UINT32_MAX);
}

static uint64_t take(void)
{
	uint64_t number = read(S3_0_C12_C12_0);

	for (unsigned int i = 0; number == NONE && i < SPINS; i++)
		number = read(S3_0_C12_C12_0);
	return number;
}

static void end(uint64_t number)
{
	write(S3_0_C12_C12_1, number);
}

/* Nothing is pending or active. */
static void expect_quiet(const char *after)
{
	hostile_judge(read(S3_0_C12_C12_0) == NONE && read(S3_0_C12_C11_3) == IDLE,
		      "not quiet after %s: running priority %lx", after,
		      (unsigned long)read(S3_0_C12_C11_3));
}

/* Its condition holds if and only if the counter is not below the compare value; then its interrupt comes, and again. */
static void try_timer(uint64_t compare)
{
	bool due;

	write(cntv_cval_el0, compare);
	write(cntv_ctl_el0, CTL_ENABLE | CTL_IMASK);
	due = read(cntvct_el0) >= compare;
	hostile_judge(!(read(cntv_ctl_el0) & CTL_ISTATUS) == !due, "the timer at %lx",
		      (unsigned long)compare);
	hostile_judge(read(S3_0_C12_C12_0) == NONE, "a masked timer at %lx",
		      (unsigned long)compare);
	write(cntv_ctl_el0, CTL_ENABLE);
	for (unsigned int i = 0; i < 2; i++) {
		uint64_t number = due ? take() : read(S3_0_C12_C12_0);

		hostile_judge(number == (due ? TIMER : NONE), "the timer at %lx: interrupt %lu",
			      (unsigned long)compare, (unsigned long)number);
		if (number != NONE)
			end(number);
	}
	/* It wakes whoever waits, though interrupts are masked. */
	if (due)
		__asm__ volatile("wfi");
	write(cntv_ctl_el0, 0);
	/* What was on its way when the timer went off still comes, once. */
	if (read(S3_0_C12_C12_0) == TIMER)
		end(TIMER);
}

static void try_timers(void)
{
	static const uint64_t compares[] = {
		0, 1, INT64_MAX, 1UL << 63, UINT64_MAX - 1, UINT64_MAX
	};
	static const uint64_t values[] = { 0, UINT32_MAX, 0x80000000, 0xffff0000, INT32_MAX };

	for (unsigned int i = 0; i < sizeof(compares) / sizeof(compares[0]); i++)
		try_timer(compares[i]);
	try_timer(read(cntvct_el0));
	try_timer(read(cntvct_el0) - 1);
	for (unsigned int i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		write(cntv_tval_el0, values[i]);
		try_timer(read(cntv_cval_el0));
	}
	expect_quiet("timers");
}

/* All of these are pending with one priority: each is taken once, and none while another is active. */
static void take_all(uint64_t expected, const char *what)
{
	while (expected) {
		uint64_t number = take();

		hostile_judge(number < INTIDS && (expected >> number & 1), "%s: interrupt %lu",
			      what, (unsigned long)number);
		if (number >= INTIDS)
			return;
		hostile_judge(read(S3_0_C12_C12_0) == NONE, "%s: two of one priority", what);
		expected &= ~(1UL << number);
		end(number);
	}
	expect_quiet(what);
}

static void pend_all(void)
{
	for (uint64_t i = 0; i < SGIS; i++)
		write(S3_0_C12_C11_5, 1 | i << 24);
	write_word(GICS + ISPENDR, ~0xffffU);
	write_word(GICD + ISPENDR + 4, UINT32_MAX);
}

static void configure_shared(uint32_t mode)
{
	write_word(GICD + ICFGR + 8, mode);
	write_word(GICD + ICFGR + 12, mode);
}

static void try_storms(void)
{
	for (unsigned int i = 0; i < ROUNDS; i++) {
		pend_all();
		take_all(ALL, "a storm");
	}
	/* Priorities that let nothing pass; then all is still there. */
	pend_all();
	write(S3_0_C4_C6_0, 0);
	hostile_judge(read(S3_0_C12_C12_0) == NONE, "an interrupt below the mask");
	write(S3_0_C4_C6_0, PRIORITY);
	hostile_judge(read(S3_0_C12_C12_0) == NONE, "an interrupt at the mask");
	write(S3_0_C12_C12_7, 0);
	write(S3_0_C4_C6_0, PMR_OPEN);
	hostile_judge(read(S3_0_C12_C12_0) == NONE, "an interrupt of a group that is off");
	write(S3_0_C12_C12_7, 1);
	/* What waits ends WFI, masked as it is. */
	__asm__ volatile("wfi");
	take_all(ALL, "what was masked");
}

/* Edges, levels, and one made the other while they are pending; one whose device's line rises without end comes once for all. */
static void try_edges(void)
{
	for (unsigned int i = 0; i < ROUNDS; i++) {
		configure_shared(i & 1 ? ALL_EDGE : ALL_LEVEL);
		pend_all();
		configure_shared(i & 2 ? ALL_EDGE : ALL_LEVEL);
		write_word(GICS + ICFGR + 4, i & 1 ? ALL_EDGE : ALL_LEVEL);
		take_all(ALL, "a storm of edges and levels");
	}
	configure_shared(ALL_EDGE);
	arch_put('\r');
	for (unsigned int i = 0; i < ROUNDS; i++) {
		for (unsigned int rise = 0; rise < RISES; rise++) {
			write_word(UART + UARTIMSC, 0);
			write_word(UART + UARTIMSC, UARTIMSC_TXIM);
		}
		take_all(1UL << UART_INTERRUPT, "a line that rises without end");
	}
	/* As a level it comes while it is up, and as an edge again does not. */
	configure_shared(ALL_LEVEL);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		uint64_t number = take();

		hostile_judge(number == UART_INTERRUPT, "a level: interrupt %lu",
			      (unsigned long)number);
		end(number);
	}
	write_word(UART + UARTIMSC, 0);
	configure_shared(ALL_EDGE);
	expect_quiet("a line that is down");
	configure_shared(ALL_LEVEL);
}

/* Ends of what was never begun, and of numbers that there are not. */
static void try_ends(void)
{
	static const uint64_t numbers[] = { 0,    3,    TIMER, 33,   63,       64,        1019,
					    1020, 1022, 1023,  8192, 0xffffff, 0xffffffff };

	for (unsigned int i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		write(S3_0_C12_C12_1, numbers[i]);
		write(S3_0_C12_C8_1, numbers[i]);
		write(S3_0_C12_C11_1, numbers[i]);
		expect_quiet("an end of nothing");
	}
	/* One that is begun and ended twice comes once more, and no other does. */
	write(S3_0_C12_C11_5, 1 | 5UL << 24);
	end(take());
	end(5);
	write(S3_0_C12_C11_5, 1 | 5UL << 24);
	take_all(1 << 5, "an end too many");
}

void hostile_attack(void)
{
	start();
	try_timers();
	try_storms();
	try_edges();
	try_ends();
}
