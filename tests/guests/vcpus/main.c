/* SPDX-License-Identifier: BSD-2-Clause */
/* What the first vCPU tests of the others, in the words of TAP; then the guest is reset, and all begins anew. */
#include "vcpus.h"

#include <cloister/print.h>
#include <machine.h>

#define LINE_SIZE 100
#define SPI       40
#define SPI_SPLIT 41
#define ARGUMENT  0x5a5a0000UL

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

static void judge(bool good, const char *what)
{
	char line[LINE_SIZE];

	print_format(line, sizeof(line), "%sok %u %s\r\n", good ? "" : "not ", ++number, what);
	say(line);
}

void vcpus_work(uint64_t argument)
{
	uint64_t self = arch_do(ORDER_AFFINITY);

	arch_own_controller_start(self);
	mail[self].entered = argument;
	arch_send_sgi(DOORBELL, 1);
	for (;;) {
		enum order order = (enum order)mail[self].order;

		if (order == ORDER_NONE) {
			arch_wait();
			continue;
		}
		mail[self].answer = arch_do(order);
		mail[self].order = ORDER_NONE;
		arch_send_sgi(DOORBELL, 1);
	}
}

static void tell(uint32_t vcpu, enum order order)
{
	mail[vcpu].order = order;
	arch_send_sgi(DOORBELL, 1UL << vcpu);
}

static uint64_t answer_of(uint32_t vcpu)
{
	while (mail[vcpu].order != ORDER_NONE)
		arch_wait();
	return mail[vcpu].answer;
}

static uint64_t ask(uint32_t vcpu, enum order order)
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
		good = good && arch_affinity_info(i) == OFF;
	judge(good && arch_affinity_info(0) == ON, "only the first is on");
	judge(arch_cpu_on(0, arch_entry(), 0) == ALREADY_ON, "one that is on");
	judge(arch_cpu_on(count, arch_entry(), 0) == INVALID, "one that is not there");
	judge(arch_cpu_on(1, 0, 0) == BAD_ADDRESS && arch_affinity_info(1) == OFF,
	      "an address without memory");
	for (uint32_t i = 1; i < count; i++) {
		int64_t again;

		good = good && arch_cpu_on(i, arch_entry(), ARGUMENT + i) == SUCCESS;
		again = arch_cpu_on(i, arch_entry(), 0);
		good = good && (again == PENDING || again == ALREADY_ON) && enters(i) &&
		       arch_affinity_info(i) == ON;
	}
	judge(good, "all others are switched on, with their arguments");
	for (uint32_t i = 1; i < count; i++)
		good = good && ask(i, ORDER_AFFINITY) == i;
	judge(good, "each has its affinity");
}

static void test_sgis(void)
{
	bool good = true;

	for (uint32_t i = 1; i < count; i++) {
		arch_send_sgi(SGI, 1UL << i);
		good = good && ask(i, ORDER_TAKE) == SGI && ask(i, ORDER_END) == 0 &&
		       ask(i, ORDER_TAKE) == NO_INTERRUPT && arch_do(ORDER_TAKE) == NO_INTERRUPT;
	}
	judge(good, "an SGI to each");
	ask(1, ORDER_SGI_OTHERS);
	for (uint32_t i = 0; i < count; i++) {
		uint64_t taken = i ? ask(i, ORDER_TAKE) : arch_do(ORDER_TAKE);

		good = good && taken == (i == 1 ? NO_INTERRUPT : SGI);
		if (i)
			ask(i, ORDER_END);
		else
			arch_do(ORDER_END);
	}
	judge(good, "an SGI to all but the sender");
}

/* From the first vCPU, of an interrupt that another one takes. */
static void test_in_flight(void)
{
	bool good;

	arch_shared_start(SPI);
	arch_shared_route(SPI, 1);
	arch_shared_pend(SPI);
	judge(arch_shared_pending(SPI) && !arch_shared_active(SPI) &&
		      arch_do(ORDER_TAKE) == NO_INTERRUPT,
	      "pending at another");
	good = ask(1, ORDER_TAKE) == SPI;
	judge(good && !arch_shared_pending(SPI) && arch_shared_active(SPI), "active at another");
	arch_shared_pend(SPI);
	judge(arch_shared_pending(SPI) && arch_shared_active(SPI), "active and pending at another");
	arch_shared_route(SPI, 0);
	judge(arch_do(ORDER_TAKE) == NO_INTERRUPT && arch_shared_pending(SPI) &&
		      arch_shared_active(SPI),
	      "routed here, it stays where it is active");
	ask(1, ORDER_END);
	good = ask(1, ORDER_TAKE) == NO_INTERRUPT;
	judge(good && arch_take_when_it_comes() == SPI && !arch_shared_pending(SPI) &&
		      arch_shared_active(SPI),
	      "at its end it comes here");
	arch_do(ORDER_END);
	judge(!arch_shared_active(SPI), "and ends here");
	arch_shared_route(SPI, 1);
	arch_shared_pend(SPI);
	arch_shared_route(SPI, 0);
	judge(arch_do(ORDER_TAKE) == SPI && ask(1, ORDER_TAKE) == NO_INTERRUPT,
	      "pending, it moves at once");
	arch_do(ORDER_END);
}

/* The end in two halves, the second by another vCPU. */
static void test_split_end(void)
{
	bool good;

	arch_shared_start(SPI_SPLIT);
	arch_shared_route(SPI_SPLIT, 1);
	ask(1, ORDER_SPLIT_END);
	arch_shared_pend(SPI_SPLIT);
	good = ask(1, ORDER_TAKE) == SPI_SPLIT;
	ask(1, ORDER_END);
	judge(good && arch_shared_active(SPI_SPLIT), "active after the drop of its priority");
	arch_deactivate(SPI_SPLIT);
	judge(!arch_shared_active(SPI_SPLIT), "deactivated by another");
	arch_shared_pend(SPI_SPLIT);
	judge(ask(1, ORDER_TAKE) == SPI_SPLIT, "it comes again");
	ask(1, ORDER_END);
	arch_deactivate(SPI_SPLIT);
	ask(1, ORDER_WHOLE_END);
}

static void test_pages(void)
{
	bool good;

	for (uint32_t i = 1; i < count; i++)
		tell(i, ORDER_OWN_PAGE);
	good = arch_do(ORDER_OWN_PAGE) == 0;
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
		while (arch_affinity_info(i) != OFF)
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
	arch_do(who ? ORDER_SCRIBBLE : ORDER_RESET);
	for (;;)
		continue;
}

void guest_main(const uint8_t *tree)
{
	char line[LINE_SIZE];
	bool clean = is_clean();

	(void)tree;
	arch_console_start();
	while (count < VCPUS_MAX && arch_affinity_info(count) != INVALID)
		count++;
	arch_controller_start();
	arch_own_controller_start(0);
	print_format(line, sizeof(line), "1..22 with %u vCPUs\r\n", count);
	say(line);
	test_power();
	test_sgis();
	test_in_flight();
	test_split_end();
	test_pages();
	test_off();
	judge(clean && is_clean(), "nothing of the life before is left, or comes");
	reset();
}
