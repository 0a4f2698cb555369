/* SPDX-License-Identifier: BSD-2-Clause */
/* What the first vCPU tests of the others, in the words of TAP; then the guest is reset, and all begins anew. */
#include "vcpus.h"

#include <bench_board.h>
#include <cloister/print.h>
#include <machine.h>

#define LINE_SIZE 100
#define ARGUMENT  0x5a5a0000UL

#define GENERIC_TESTS 10

#define PAGE_WORDS 512

/* What a vCPU is told, and its answer: it has done so when the order is none. */
static volatile struct {
	uint64_t order;
	uint64_t answer;
	uint64_t entered;
} mail[VCPUS_MAX];

static uint32_t count;
static uint32_t number;

static void say(const char *line)
{
	for (; *line; line++)
		arch_put(*line);
}

void judge(bool good, const char *what)
{
	char line[LINE_SIZE];

	print_format(line, sizeof(line), "%sok %u %s\r\n", good ? "" : "not ", ++number, what);
	say(line);
}

/* Long enough for many turns of the others, who do the same. */
static uint64_t see_own_page(uint64_t self)
{
	static uint64_t pages[VCPUS_MAX][PAGE_WORDS] __attribute__((aligned(4096)));
	volatile uint64_t *own = (volatile uint64_t *)OWN_PAGE;
	uint64_t end = arch_counter() + COUNTER_FREQUENCY / 10;
	uint64_t wrong = 0;

	arch_translate(self, pages[self]);
	*own = self;
	while (arch_counter() < end)
		wrong += *own != self;
	arch_translate_no_more();
	return wrong + (pages[self][0] != self);
}

static _Noreturn void scribble(void)
{
	for (;;)
		for (uint64_t word = STAIN_FIRST; word < STAIN_END; word += 8)
			*(volatile uint64_t *)word = STAINED;
}

uint64_t vcpus_do(uint32_t order)
{
	uint64_t self = arch_number();

	switch (order) {
	case ORDER_NUMBER:
		return self;
	case ORDER_TAKE:
		return arch_take_interrupt(self);
	case ORDER_END:
		arch_end_interrupt(self);
		return 0;
	case ORDER_OFF:
		arch_leave_traces();
		arch_off();
	case ORDER_TRACES:
		return arch_count_traces();
	case ORDER_OWN_PAGE:
		return see_own_page(self);
	case ORDER_SCRIBBLE:
		scribble();
	case ORDER_RESET:
		arch_reset();
	default:
		return arch_do(order);
	}
}

void vcpus_work(uint64_t argument)
{
	uint64_t self = arch_number();

	arch_own_controller_start(self);
	mail[self].entered = argument;
	arch_ring(1);
	for (;;) {
		uint32_t order = (uint32_t)mail[self].order;

		if (order == ORDER_NONE) {
			arch_wait();
			continue;
		}
		mail[self].answer = vcpus_do(order);
		mail[self].order = ORDER_NONE;
		arch_ring(1);
	}
}

void tell(uint32_t vcpu, uint32_t order)
{
	mail[vcpu].order = order;
	arch_ring(1UL << vcpu);
}

uint64_t answer_of(uint32_t vcpu)
{
	while (mail[vcpu].order != ORDER_NONE)
		arch_wait();
	return mail[vcpu].answer;
}

uint64_t ask(uint32_t vcpu, uint32_t order)
{
	tell(vcpu, order);
	return answer_of(vcpu);
}

static bool enters(uint32_t vcpu)
{
	while (mail[vcpu].entered == 0)
		arch_wait();
	return mail[vcpu].entered == ARGUMENT + vcpu;
}

static bool is_clean(void)
{
	for (uint64_t at = STAIN_FIRST; at < STAIN_END; at += 8)
		if (*(volatile uint64_t *)at)
			return false;
	return true;
}

static void test_power(void)
{
	bool good = true;

	for (uint32_t i = 1; i < count; i++)
		good = good && arch_power_state(i) == OFF;
	judge(good && arch_power_state(0) == ON, "only the first is on");
	judge(arch_cpu_on(0, arch_entry(), 0) == ALREADY_ON, "one that is on");
	judge(arch_cpu_on(count, arch_entry(), 0) == INVALID, "one that is not there");
	judge(arch_cpu_on(1, NO_MEMORY, 0) == BAD_ADDRESS && arch_power_state(1) == OFF,
	      "an address without memory");
	for (uint32_t i = 1; i < count; i++) {
		int64_t again;

		good = good && arch_cpu_on(i, arch_entry(), ARGUMENT + i) == SUCCESS;
		again = arch_cpu_on(i, arch_entry(), 0);
		good = good && (again == PENDING || again == ALREADY_ON) && enters(i) &&
		       arch_power_state(i) == ON;
	}
	judge(good, "all others are switched on, with their arguments");
	for (uint32_t i = 1; i < count; i++)
		good = good && ask(i, ORDER_NUMBER) == i;
	judge(good, "each has its number");
}

static void test_pages(void)
{
	bool good;

	for (uint32_t i = 1; i < count; i++)
		tell(i, ORDER_OWN_PAGE);
	good = vcpus_do(ORDER_OWN_PAGE) == 0;
	for (uint32_t i = 1; i < count; i++)
		good = good && answer_of(i) == 0;
	judge(good, "each sees its own page under one ASID");
}

static void test_off(void)
{
	bool good = true;

	for (uint32_t i = 1; i < count; i++) {
		mail[i].entered = 0;
		tell(i, ORDER_OFF);
		while (arch_power_state(i) != OFF)
			continue;
		mail[i].order = ORDER_NONE;
	}
	judge(good, "switched off");
	for (uint32_t i = 1; i < count; i++)
		good = good && arch_cpu_on(i, arch_entry(), ARGUMENT + i) == SUCCESS && enters(i) &&
		       ask(i, ORDER_TRACES) == 0;
	judge(good, "switched on again, as after a reset");
}

/* One resets the guest, the others write to its memory meanwhile. */
static _Noreturn void reset(void)
{
	uint32_t who = (uint32_t)(arch_counter() % count);

	for (uint32_t i = 1; i < count; i++)
		tell(i, i == who ? ORDER_RESET : ORDER_SCRIBBLE);
	vcpus_do(who ? ORDER_SCRIBBLE : ORDER_RESET);
	for (;;)
		continue;
}

void guest_main(const uint8_t *tree)
{
	char line[LINE_SIZE];
	bool clean = is_clean();

	(void)tree;
	arch_console_start();
	while (count < VCPUS_MAX && arch_power_state(count) != INVALID)
		count++;
	arch_controller_start();
	arch_own_controller_start(0);
	print_format(line, sizeof(line), "1..%u with %u vCPUs\r\n", GENERIC_TESTS + ARCH_TESTS,
		     count);
	say(line);
	test_power();
	arch_test_interrupts(count);
	test_pages();
	test_off();
	judge(clean && is_clean(), "nothing of the life before is left, or comes");
	reset();
}
