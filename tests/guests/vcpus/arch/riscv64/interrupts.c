/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IPIs and remote fences (SBI, 7 and 8), the PLIC, and what the first vCPU tests of them. The shared interrupt is that of the
 * UART, whose transmitter says when it is empty.
 */
#include "vcpus.h"

#include <bench_board.h>
#include <machine.h>
#include <sbi.h>

#define PAGE_SIZE 4096UL

#define CONTEXT(vcpu) PLIC_CONTEXT(vcpu)

static uint64_t taken[VCPUS_MAX];
static uint64_t pages[2][512] __attribute__((aligned(4096)));
static volatile bool is_waiting[VCPUS_MAX];

static volatile uint32_t *word_at(uint64_t address)
{
	return (volatile uint32_t *)(uintptr_t)address;
}

static volatile uint8_t *uart(uint32_t offset)
{
	return (volatile uint8_t *)(uintptr_t)(UART + offset);
}

void arch_ring(uint64_t list)
{
	sbi_call(SBI_IPI, 0, list, 0, 0);
}

void arch_wait(void)
{
	__asm__ volatile("wfi\n\tcsrc sip, %0" ::"r"(INTERRUPT_SOFTWARE) : "memory");
}

uint64_t arch_take_interrupt(uint64_t self)
{
	uint32_t source = *word_at(CONTEXT(self) + PLIC_CLAIM);

	if (source)
		taken[self] = source;
	return source;
}

void arch_end_interrupt(uint64_t self)
{
	*word_at(CONTEXT(self) + PLIC_CLAIM) = (uint32_t)taken[self];
}

void arch_controller_start(void)
{
	*word_at(PLIC_PRIORITY(UART_INTERRUPT)) = 1;
}

void arch_own_controller_start(uint64_t vcpu)
{
	*word_at(CONTEXT(vcpu) + PLIC_THRESHOLD) = 0;
	__asm__ volatile("csrw sie, %0" ::"r"(INTERRUPT_SOFTWARE));
}

/* The page that all see at one address: the second one, when it has taken the first one's place. */
static uint64_t look(uint64_t self, bool again)
{
	if (!again)
		arch_translate(self, pages[0]);
	return *(volatile uint64_t *)OWN_PAGE;
}

/* Until the next IPI, which none but the tested one is. */
static void wait_for_ipi(uint64_t self)
{
	uint64_t pending;

	__asm__ volatile("csrc sip, %0" ::"r"(INTERRUPT_SOFTWARE));
	is_waiting[self] = true;
	do
		__asm__ volatile("csrr %0, sip" : "=r"(pending));
	while (!(pending & INTERRUPT_SOFTWARE));
	is_waiting[self] = false;
}

uint64_t arch_do(uint32_t order)
{
	uint64_t self = arch_number();

	if (order != ORDER_IPI)
		return look(self, order == ORDER_AGAIN);
	wait_for_ipi(self);
	return 0;
}

static void all_wait(uint32_t count)
{
	for (uint32_t i = 1; i < count; i++)
		tell(i, ORDER_IPI);
	for (uint32_t i = 1; i < count; i++)
		while (!is_waiting[i])
			continue;
}

static bool all_answer(uint32_t count)
{
	for (uint32_t i = 1; i < count; i++)
		if (answer_of(i) != 0)
			return false;
	return true;
}

/* A mask with its base, and all. SBI, 3.1 and 7.1 */
static void test_ipis(uint32_t count)
{
	bool good;

	all_wait(count);
	good = sbi_call(SBI_IPI, 0, (1UL << (count - 1)) - 1, 1, 0).error == SUCCESS;
	judge(good && all_answer(count), "an IPI to the others, by a mask");
	all_wait(count);
	good = sbi_call(SBI_IPI, 0, 0, UINT64_MAX, 0).error == SUCCESS;
	judge(good && all_answer(count), "an IPI to all");
	judge(sbi_call(SBI_IPI, 0, 1, count, 0).error == INVALID &&
		      sbi_call(SBI_IPI, 0, 1UL << count, 0, 0).error == INVALID,
	      "an IPI to one that is not there");
}

static void route(uint32_t count, uint32_t vcpu)
{
	for (uint32_t i = 0; i < count; i++)
		*word_at(PLIC_ENABLE(i)) = i == vcpu ? 1U << UART_INTERRUPT : 0;
}

static bool is_pending(void)
{
	return *word_at(PLIC_PENDING) >> UART_INTERRUPT & 1;
}

/* PLIC 1.0.0, 1.2 and 9: once claimed it is not pending, whatever its line does, until it is completed. */
static void test_in_flight(uint32_t count)
{
	bool good;

	while (!(*uart(UART_LSR) & LSR_THR_EMPTY))
		continue;
	route(count, 1);
	*uart(UART_IER) = IER_THR_EMPTY;
	judge(is_pending() && vcpus_do(ORDER_TAKE) == NO_INTERRUPT, "pending at another");
	good = ask(1, ORDER_TAKE) == UART_INTERRUPT;
	judge(good && !is_pending() && ask(1, ORDER_TAKE) == NO_INTERRUPT, "claimed by another");
	*uart(UART_IER) = 0;
	*uart(UART_IER) = IER_THR_EMPTY;
	route(count, 0);
	judge(vcpus_do(ORDER_TAKE) == NO_INTERRUPT, "routed here, it stays where it is claimed");
	route(count, 1);
	ask(1, ORDER_END);
	route(count, 0);
	judge(vcpus_do(ORDER_TAKE) == UART_INTERRUPT, "completed there, it comes here");
	*uart(UART_IER) = 0;
	vcpus_do(ORDER_END);
	judge(!is_pending() && vcpus_do(ORDER_TAKE) == NO_INTERRUPT, "and ends here");
	route(count, count);
}

static int64_t fence(uint64_t mask, uint64_t base)
{
	return sbi_call4(SBI_RFENCE, SBI_RFENCE_SFENCE_VMA, mask, base, OWN_PAGE, PAGE_SIZE).error;
}

/* What a hart has seen of a page before a remote fence it does not see behind it. */
static void test_fences(uint32_t count)
{
	bool good = true;

	pages[0][0] = 1;
	pages[1][0] = 2;
	for (uint32_t i = 1; i < count; i++)
		good = good && ask(i, ORDER_LOOK) == 1;
	judge(good, "all see one page");
	for (uint32_t i = 1; i < count; i++)
		arch_replace(i, pages[1]);
	good = fence(0, UINT64_MAX) == SUCCESS;
	for (uint32_t i = 1; i < count; i++)
		good = good && ask(i, ORDER_AGAIN) == 2;
	judge(good, "behind a remote fence all see another");
	judge(fence(1, count) == INVALID, "a fence of one that is not there");
}

void arch_test_interrupts(uint32_t count)
{
	test_ipis(count);
	test_in_flight(count);
	test_fences(count);
}
