/* SPDX-License-Identifier: BSD-2-Clause */
/* SGIs and shared interrupts of GICv3 (Arm IHI 0069, chapter 12), and what the first vCPU tests of them. */
#include "vcpus.h"

#include <bench_board.h>

/* The SGI that is tested, and the one that ends a wait; shared interrupts. */
#define SGI       3
#define DOORBELL  1
#define SPI       40
#define SPI_SPLIT 41

/* ICC_CTLR_EL1, ICC_SGI1R_EL1 (Arm IHI 0069, chapter 12). */
#define CTLR_EOIMODE (1UL << 1)
#define SGI_IRM      (1UL << 40)

/* INTIDs from here on are none. */
#define FIRST_SPECIAL 1020

/* The distributor's and the redistributors' registers (Arm IHI 0069, chapter 12). */
#define CTLR_VALUE    0x13
#define GICR_SIZE     0x20000UL
#define GICR_WAKER    0x0014
#define GIC_IGROUPR   0x0080
#define GIC_ISENABLER 0x0100
#define GIC_ISPENDR   0x0200
#define GIC_ICPENDR   0x0280
#define GIC_ISACTIVER 0x0300
#define GIC_ICFGR     0x0c00
#define GIC_IROUTER   0x6000

static uint64_t taken[VCPUS_MAX];
static bool is_split[VCPUS_MAX];

static void deactivate(uint32_t intid)
{
	__asm__ volatile("msr icc_dir_el1, %0\n\tisb" ::"r"((uint64_t)intid));
}

static void send_sgi(uint32_t intid, uint64_t list)
{
	__asm__ volatile("msr icc_sgi1r_el1, %0\n\tisb" ::"r"((uint64_t)intid << 24 | list));
}

void arch_ring(uint64_t list)
{
	send_sgi(DOORBELL, list);
}

static void split_end(uint64_t self, bool split)
{
	is_split[self] = split;
	__asm__ volatile("msr icc_ctlr_el1, %0\n\tisb" ::"r"(split ? CTLR_EOIMODE : 0UL));
}

static uint64_t acknowledge(void)
{
	uint64_t intid;

	__asm__ volatile("mrs %0, icc_iar1_el1\n\tdsb sy\n\tisb" : "=r"(intid)::"memory");
	return intid;
}

static void drop(uint64_t intid)
{
	__asm__ volatile("msr icc_eoir1_el1, %0\n\tisb" ::"r"(intid) : "memory");
}

/* A doorbell that came late is none of the test's. */
uint64_t arch_take_interrupt(uint64_t self)
{
	uint64_t intid;

	while ((intid = acknowledge()) == DOORBELL) {
		drop(DOORBELL);
		if (is_split[self])
			deactivate(DOORBELL);
	}
	if (intid < FIRST_SPECIAL)
		taken[self] = intid;
	return intid;
}

void arch_end_interrupt(uint64_t self)
{
	drop(taken[self]);
}

uint64_t arch_do(uint32_t order)
{
	if (order == ORDER_SGI_OTHERS)
		send_sgi(SGI, SGI_IRM);
	else
		split_end(arch_number(), order == ORDER_SPLIT_END);
	return 0;
}

static uint64_t take_when_it_comes(void)
{
	uint64_t intid;

	while ((intid = arch_take_interrupt(arch_number())) >= FIRST_SPECIAL)
		arch_wait();
	return intid;
}

void arch_wait(void)
{
	__asm__ volatile("wfi" ::: "memory");
	*(volatile uint32_t *)(GICS + arch_number() * GICR_SIZE + GIC_ICPENDR) = 1U << DOORBELL;
}

void arch_own_controller_start(uint64_t vcpu)
{
	volatile uint32_t *waker = (volatile uint32_t *)(GICR + vcpu * GICR_SIZE + GICR_WAKER);
	uint64_t sgis = GICS + vcpu * GICR_SIZE;

	*waker = 0;
	*(volatile uint32_t *)(sgis + GIC_IGROUPR) = UINT32_MAX;
	*(volatile uint32_t *)(sgis + GIC_ISENABLER) = 1U << SGI | 1U << DOORBELL;
	__asm__ volatile("msr icc_sre_el1, %0\n\t"
			 "isb\n\t"
			 "msr icc_pmr_el1, %1\n\t"
			 "msr icc_igrpen1_el1, %0\n\t"
			 "isb" ::"r"(1UL),
			 "r"(0xffUL));
}

static volatile uint32_t *gicd(uint64_t offset)
{
	return (volatile uint32_t *)(uintptr_t)(GICD + offset);
}

void arch_controller_start(void)
{
	*gicd(0) = CTLR_VALUE;
}

static void shared_start(uint32_t intid)
{
	*gicd(GIC_ICFGR + intid / 16 * 4) |= 2U << 2 * (intid % 16);
	*gicd(GIC_IGROUPR + 4) |= 1U << intid % 32;
	*gicd(GIC_ISENABLER + 4) = 1U << intid % 32;
}

static void shared_route(uint32_t intid, uint64_t to)
{
	*(volatile uint64_t *)(uintptr_t)(GICD + GIC_IROUTER + 8UL * intid) = to;
}

static void shared_pend(uint32_t intid)
{
	*gicd(GIC_ISPENDR + 4) = 1U << intid % 32;
}

static bool shared_pending(uint32_t intid)
{
	return *gicd(GIC_ISPENDR + 4) >> intid % 32 & 1;
}

static bool shared_active(uint32_t intid)
{
	return *gicd(GIC_ISACTIVER + 4) >> intid % 32 & 1;
}

static void test_sgis(uint32_t count)
{
	bool good = true;

	for (uint32_t i = 1; i < count; i++) {
		send_sgi(SGI, 1UL << i);
		good = good && ask(i, ORDER_TAKE) == SGI && ask(i, ORDER_END) == 0 &&
		       ask(i, ORDER_TAKE) == NO_INTERRUPT && vcpus_do(ORDER_TAKE) == NO_INTERRUPT;
	}
	judge(good, "an SGI to each");
	ask(1, ORDER_SGI_OTHERS);
	for (uint32_t i = 0; i < count; i++) {
		uint64_t taken = i ? ask(i, ORDER_TAKE) : vcpus_do(ORDER_TAKE);

		good = good && taken == (i == 1 ? NO_INTERRUPT : SGI);
		if (i)
			ask(i, ORDER_END);
		else
			vcpus_do(ORDER_END);
	}
	judge(good, "an SGI to all but the sender");
}

/* From the first vCPU, of an interrupt that another one takes. */
static void test_in_flight(void)
{
	bool good;

	shared_start(SPI);
	shared_route(SPI, 1);
	shared_pend(SPI);
	judge(shared_pending(SPI) && !shared_active(SPI) && vcpus_do(ORDER_TAKE) == NO_INTERRUPT,
	      "pending at another");
	good = ask(1, ORDER_TAKE) == SPI;
	judge(good && !shared_pending(SPI) && shared_active(SPI), "active at another");
	shared_pend(SPI);
	judge(shared_pending(SPI) && shared_active(SPI), "active and pending at another");
	shared_route(SPI, 0);
	judge(vcpus_do(ORDER_TAKE) == NO_INTERRUPT && shared_pending(SPI) && shared_active(SPI),
	      "routed here, it stays where it is active");
	ask(1, ORDER_END);
	good = ask(1, ORDER_TAKE) == NO_INTERRUPT;
	judge(good && take_when_it_comes() == SPI && !shared_pending(SPI) && shared_active(SPI),
	      "at its end it comes here");
	vcpus_do(ORDER_END);
	judge(!shared_active(SPI), "and ends here");
	shared_route(SPI, 1);
	shared_pend(SPI);
	shared_route(SPI, 0);
	judge(vcpus_do(ORDER_TAKE) == SPI && ask(1, ORDER_TAKE) == NO_INTERRUPT,
	      "pending, it moves at once");
	vcpus_do(ORDER_END);
}

/* The end in two halves, the second by another vCPU. */
static void test_split_end(void)
{
	bool good;

	shared_start(SPI_SPLIT);
	shared_route(SPI_SPLIT, 1);
	ask(1, ORDER_SPLIT_END);
	shared_pend(SPI_SPLIT);
	good = ask(1, ORDER_TAKE) == SPI_SPLIT;
	ask(1, ORDER_END);
	judge(good && shared_active(SPI_SPLIT), "active after the drop of its priority");
	deactivate(SPI_SPLIT);
	judge(!shared_active(SPI_SPLIT), "deactivated by another");
	shared_pend(SPI_SPLIT);
	judge(ask(1, ORDER_TAKE) == SPI_SPLIT, "it comes again");
	ask(1, ORDER_END);
	deactivate(SPI_SPLIT);
	ask(1, ORDER_WHOLE_END);
}

void arch_test_interrupts(uint32_t count)
{
	test_sgis(count);
	test_in_flight();
	test_split_end();
}
