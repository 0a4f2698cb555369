/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Timers in the past and far away, IPIs and device interrupts: many at once, masked in each way, ended twice or never begun.
 * Interrupts are seen in sip, with sstatus.SIE clear all the time.
 */
#include "attempt.h"
#include "hostile.h"

#include <bench_board.h>
#include <machine.h>
#include <sbi.h>

const char hostile_name[] = "time";

#define CONTEXT PLIC_CONTEXT(0)

#define ALL_SOURCES 0xffffffffU
#define PRIORITY    1
#define PRIORITIES  7
#define SPINS       1000
#define ROUNDS      50
#define RISES       100

static volatile uint32_t *word_at(uint64_t address)
{
	return (volatile uint32_t *)(uintptr_t)address;
}

static volatile uint8_t *uart(uint32_t offset)
{
	return (volatile uint8_t *)(uintptr_t)(UART + offset);
}

static uint64_t pending(void)
{
	uint64_t bits;

	__asm__ volatile("csrr %0, sip" : "=r"(bits)::"memory");
	return bits;
}

/* Whether it comes in a while. */
static bool comes(uint64_t bit)
{
	for (unsigned int i = 0; i < SPINS; i++)
		if (pending() & bit)
			return true;
	return false;
}

static void set_enabled(uint64_t bits)
{
	__asm__ volatile("csrw sie, %0" ::"r"(bits));
}

static void set_by_call(uint64_t compare)
{
	sbi_call(SBI_TIME, 0, compare, 0, 0);
}

static void set_by_register(uint64_t compare)
{
	__asm__ volatile("csrw 0x14d, %0" ::"r"(compare));
}

static bool has_register(void)
{
	const uint32_t read = 0x14d025f3; /* csrr a1, stimecmp */
	struct attempt attempt = { .cause = 0 };

	attempt_words(&attempt, &read, 1, AT_SUPERVISOR);
	return attempt_done(&attempt);
}

/* It is pending if and only if the counter is not below the compare value, and no more when that is far away. */
static void try_timer(void (*set)(uint64_t compare), uint64_t compare)
{
	bool due = compare <= arch_counter();

	set(compare);
	hostile_judge(comes(INTERRUPT_TIMER) == due || compare <= arch_counter(),
		      "a timer at %lx: due %u", (unsigned long)compare, due);
	set(UINT64_MAX);
	hostile_judge(!(pending() & INTERRUPT_TIMER), "a timer at %lx stays",
		      (unsigned long)compare);
}

static void try_timers(void (*set)(uint64_t compare))
{
	static const uint64_t values[] = {
		0,         1,         0x7fffffff,      0x80000000,     0xffffffff,      1UL << 40,
		1UL << 62, 1UL << 63, (1UL << 63) - 1, UINT64_MAX - 1, UINT64_MAX >> 4, UINT64_MAX,
	};

	for (unsigned int i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		try_timer(set, values[i]);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		try_timer(set, arch_counter() - i);
		try_timer(set, arch_counter() + i);
		try_timer(set, arch_counter() | UINT64_MAX << i);
	}
	/* It ends WFI, masked as it is. */
	set_enabled(INTERRUPT_TIMER);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		set(arch_counter() + i);
		__asm__ volatile("wfi");
		hostile_judge(comes(INTERRUPT_TIMER), "the end of a wait");
	}
	set(UINT64_MAX);
	set_enabled(0);
}

/* Many are one, until it is cleared. */
static void try_ipis(void)
{
	for (unsigned int i = 0; i < ROUNDS; i++) {
		for (unsigned int n = 0; n < RISES; n++)
			sbi_call(SBI_IPI, 0, 1, 0, 0);
		hostile_judge(pending() & INTERRUPT_SOFTWARE, "an IPI");
		set_enabled(INTERRUPT_SOFTWARE);
		__asm__ volatile("wfi");
		set_enabled(0);
		__asm__ volatile("csrc sip, %0" ::"r"(INTERRUPT_SOFTWARE));
		hostile_judge(!(pending() & INTERRUPT_SOFTWARE), "an IPI stays");
	}
	/* By the register. */
	__asm__ volatile("csrs sip, %0" ::"r"(INTERRUPT_SOFTWARE));
	hostile_judge(pending() & INTERRUPT_SOFTWARE, "a bit of one's own");
	__asm__ volatile("csrc sip, %0" ::"r"(INTERRUPT_SOFTWARE));
	/* These are not its own to set. */
	__asm__ volatile("csrs sip, %0" ::"r"(INTERRUPT_TIMER | INTERRUPT_EXTERNAL));
	hostile_judge(!(pending() & (INTERRUPT_TIMER | INTERRUPT_EXTERNAL)), "bits of others");
}

static uint32_t claim(void)
{
	return *word_at(CONTEXT + PLIC_CLAIM);
}

static void complete(uint32_t source)
{
	*word_at(CONTEXT + PLIC_CLAIM) = source;
}

static void set_line(bool up)
{
	*uart(UART_IER) = up ? IER_THR_EMPTY : 0;
}

/* What was pending before its line fell may come once more (PLIC 1.0.0, "Interrupt Flow"). */
static void drain(void)
{
	uint32_t source;

	set_line(false);
	while ((source = claim()) != 0)
		complete(source);
}

static void expect_quiet(const char *after)
{
	hostile_judge(!(pending() & INTERRUPT_EXTERNAL) && claim() == 0, "not quiet after %s",
		      after);
}

/* A source that is claimed does not come again until it is completed, whatever its line does. */
static void try_device(void)
{
	for (unsigned int i = 0; i < ROUNDS; i++) {
		for (unsigned int n = 0; n < RISES; n++) {
			set_line(false);
			set_line(true);
		}
		hostile_judge(comes(INTERRUPT_EXTERNAL), "a line that rises without end");
		hostile_judge(claim() == UART_INTERRUPT, "its claim");
		set_line(false);
		set_line(true);
		expect_quiet("a claim");
		complete(UART_INTERRUPT);
		drain();
	}
	expect_quiet("a line that is down");
}

/* Priority 0, and a threshold that is not below the priority, let nothing pass. */
static void try_masks(void)
{
	set_line(true);
	for (uint32_t priority = 0; priority <= PRIORITIES; priority++)
		for (uint32_t threshold = 0; threshold <= PRIORITIES; threshold++) {
			bool passes = priority > threshold;

			*word_at(PLIC_PRIORITY(UART_INTERRUPT)) = priority;
			*word_at(CONTEXT + PLIC_THRESHOLD) = threshold;
			hostile_judge(!(pending() & INTERRUPT_EXTERNAL) == !passes,
				      "priority %u, threshold %u", priority, threshold);
		}
	*word_at(PLIC_PRIORITY(UART_INTERRUPT)) = PRIORITY;
	*word_at(CONTEXT + PLIC_THRESHOLD) = 0;
	*word_at(PLIC_ENABLE(0)) = 0;
	hostile_judge(!(pending() & INTERRUPT_EXTERNAL), "a source that is not enabled");
	*word_at(PLIC_ENABLE(0)) = ALL_SOURCES;
	hostile_judge(pending() & INTERRUPT_EXTERNAL, "one that is enabled again");
	drain();
}

/* Ends of what was never begun, and of numbers that there are not. */
static void try_ends(void)
{
	static const uint32_t sources[] = {
		0, 1, UART_INTERRUPT, 11, 31, 32, 95, 96, 127, 1023, 1024, 0x7fffffff, 0xffffffff
	};

	for (unsigned int i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		complete(sources[i]);
		expect_quiet("an end of nothing");
	}
	set_line(true);
	hostile_judge(claim() == UART_INTERRUPT, "a claim");
	complete(UART_INTERRUPT + 1);
	expect_quiet("the end of another");
	complete(UART_INTERRUPT);
	complete(UART_INTERRUPT);
	drain();
	expect_quiet("an end too many");
}

void hostile_attack(void)
{
	attempt_start();
	*word_at(PLIC_PRIORITY(UART_INTERRUPT)) = PRIORITY;
	*word_at(CONTEXT + PLIC_THRESHOLD) = 0;
	*word_at(PLIC_ENABLE(0)) = ALL_SOURCES;
	try_timers(set_by_call);
	if (has_register())
		try_timers(set_by_register);
	else
		hostile_exempt("there is no stimecmp");
	try_ipis();
	try_device();
	try_masks();
	try_ends();
}
