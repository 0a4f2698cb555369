/* SPDX-License-Identifier: BSD-2-Clause */
/* What each vCPU does for itself: PSCI, its CPU interface, its translation, its traces. */
#include "vcpus.h"

#include "bench_board.h"

#include <machine.h>

#define PSCI_CPU_OFF       0x84000002UL
#define PSCI_CPU_ON        0xc4000003UL
#define PSCI_AFFINITY_INFO 0xc4000004UL

/* Where memory is. */
#define MEMORY 0x40000000UL

/* ICC_CTLR_EL1, ICC_SGI1R_EL1 (Arm IHI 0069, chapter 12). */
#define CTLR_EOIMODE (1UL << 1)
#define SGI_IRM      (1UL << 40)

/* INTIDs from here on are none. */
#define FIRST_SPECIAL 1020

/* SCTLR_EL1 (Arm ARM D19.2): MMU; instruction cache, which is off after a reset as well. */
#define SCTLR_M (1UL << 0)
#define SCTLR_I (1UL << 12)

#define STAINED  0x737461696e6564UL
#define OWN_PAGE 0x80000000UL

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

extern void entry(uint64_t argument);

static uint64_t taken[VCPUS_MAX];
static bool is_split[VCPUS_MAX];

static int64_t call(uint64_t function, uint64_t a, uint64_t b, uint64_t c)
{
	register uint64_t x0 __asm__("x0") = function;
	register uint64_t x1 __asm__("x1") = a;
	register uint64_t x2 __asm__("x2") = b;
	register uint64_t x3 __asm__("x3") = c;

	__asm__ volatile("hvc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)::"memory");
	return (int64_t)x0;
}

uint64_t arch_entry(void)
{
	return (uint64_t)(uintptr_t)entry;
}

int64_t arch_cpu_on(uint64_t affinity, uint64_t at, uint64_t argument)
{
	return call(PSCI_CPU_ON, affinity, at, argument);
}

int64_t arch_affinity_info(uint64_t affinity)
{
	return call(PSCI_AFFINITY_INFO, affinity, 0, 0);
}

static uint64_t affinity(void)
{
	uint64_t mpidr;

	__asm__ volatile("mrs %0, mpidr_el1" : "=r"(mpidr));
	return mpidr & 0xff00ffffffUL;
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
static uint64_t take(uint64_t self)
{
	uint64_t intid;

	while ((intid = acknowledge()) == DOORBELL) {
		drop(DOORBELL);
		if (is_split[self])
			arch_deactivate(DOORBELL);
	}
	if (intid < FIRST_SPECIAL)
		taken[self] = intid;
	return intid;
}

uint64_t arch_take_when_it_comes(void)
{
	uint64_t intid;

	while ((intid = take(affinity())) >= FIRST_SPECIAL)
		arch_wait();
	return intid;
}

void arch_wait(void)
{
	__asm__ volatile("wfi" ::: "memory");
	*(volatile uint32_t *)(GICS + affinity() * GICR_SIZE + GIC_ICPENDR) = 1U << DOORBELL;
}

void arch_send_sgi(uint32_t intid, uint64_t list)
{
	__asm__ volatile("msr icc_sgi1r_el1, %0\n\tisb" ::"r"((uint64_t)intid << 24 | list));
}

void arch_deactivate(uint32_t intid)
{
	__asm__ volatile("msr icc_dir_el1, %0\n\tisb" ::"r"((uint64_t)intid));
}

static void set_sctlr(uint64_t clear, uint64_t set)
{
	uint64_t sctlr;

	__asm__ volatile("mrs %0, sctlr_el1" : "=r"(sctlr));
	sctlr = (sctlr & ~clear) | set;
	__asm__ volatile("dsb sy\n\tmsr sctlr_el1, %0\n\tisb" ::"r"(sctlr) : "memory");
}

static void leave_traces(void)
{
	set_sctlr(0, SCTLR_I);
	__asm__ volatile("msr cntv_ctl_el0, %0\n\tisb" ::"r"(1UL));
}

static uint64_t count_traces(void)
{
	uint64_t sctlr;
	uint64_t timer;

	/* What is UNKNOWN after a reset is no trace. */
	__asm__ volatile("mrs %0, sctlr_el1\n\tmrs %1, cntv_ctl_el0" : "=r"(sctlr), "=r"(timer));
	return !!(sctlr & (SCTLR_M | SCTLR_I)) + (timer & 1);
}

/*
 * Tables of a granule of 4 KiB and 39 bits: devices, memory as it is without translation, and behind them one page that is
 * each vCPU's own, not global, all under ASID 1.
 */
#define TABLE      3UL
#define BLOCK      1UL
#define PAGE       3UL
#define ACCESSED   (1UL << 10)
#define NOT_GLOBAL (1UL << 11)
#define UNCACHED   (1UL << 2)
#define MAIR_VALUE 0x4400UL
#define TCR_VALUE  (25UL | 1UL << 23 | 2UL << 32)
#define ASID       (1UL << 48)

static uint64_t tables[VCPUS_MAX][3][512] __attribute__((aligned(4096)));
static uint64_t pages[VCPUS_MAX][512] __attribute__((aligned(4096)));

static uint64_t at(const void *place)
{
	return (uint64_t)(uintptr_t)place;
}

static void translate(uint64_t self)
{
	uint64_t(*table)[512] = tables[self];

	table[0][0] = ACCESSED | BLOCK;
	table[0][1] = MEMORY | ACCESSED | UNCACHED | BLOCK;
	table[0][2] = at(table[1]) | TABLE;
	table[1][0] = at(table[2]) | TABLE;
	table[2][0] = at(pages[self]) | ACCESSED | NOT_GLOBAL | UNCACHED | PAGE;
	__asm__ volatile("msr mair_el1, %0\n\t"
			 "msr tcr_el1, %1\n\t"
			 "msr ttbr0_el1, %2" ::"r"(MAIR_VALUE),
			 "r"(TCR_VALUE), "r"(at(table[0]) | ASID));
	set_sctlr(0, SCTLR_M);
}

static uint64_t frequency(void)
{
	uint64_t ticks;

	__asm__("mrs %0, cntfrq_el0" : "=r"(ticks));
	return ticks;
}

/* Long enough for many turns of the others, who do the same. */
static uint64_t see_own_page(uint64_t self)
{
	volatile uint64_t *own = (volatile uint64_t *)OWN_PAGE;
	uint64_t end = arch_counter() + frequency() / 10;
	uint64_t wrong = 0;

	translate(self);
	*own = self;
	while (arch_counter() < end)
		wrong += *own != self;
	set_sctlr(SCTLR_M, 0);
	return wrong + (pages[self][0] != self);
}

static _Noreturn void scribble(void)
{
	for (;;)
		for (uint64_t word = STAIN_FIRST; word < STAIN_END; word += 8)
			*(volatile uint64_t *)word = STAINED;
}

static _Noreturn void leave(uint64_t function)
{
	call(function, 0, 0, 0);
	for (;;)
		continue;
}

uint64_t arch_do(enum order order)
{
	uint64_t self = affinity();

	switch (order) {
	case ORDER_AFFINITY:
		return self;
	case ORDER_TAKE:
		return take(self);
	case ORDER_END:
		drop(taken[self]);
		return 0;
	case ORDER_SPLIT_END:
	case ORDER_WHOLE_END:
		split_end(self, order == ORDER_SPLIT_END);
		return 0;
	case ORDER_SGI_OTHERS:
		arch_send_sgi(SGI, SGI_IRM);
		return 0;
	case ORDER_OFF:
		leave_traces();
		leave(PSCI_CPU_OFF);
	case ORDER_TRACES:
		return count_traces();
	case ORDER_OWN_PAGE:
		return see_own_page(self);
	case ORDER_SCRIBBLE:
		scribble();
	case ORDER_RESET:
		leave(PSCI_SYSTEM_RESET);
	default:
		return 0;
	}
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

void arch_shared_start(uint32_t intid)
{
	*gicd(GIC_ICFGR + intid / 16 * 4) |= 2U << 2 * (intid % 16);
	*gicd(GIC_IGROUPR + 4) |= 1U << intid % 32;
	*gicd(GIC_ISENABLER + 4) = 1U << intid % 32;
}

void arch_shared_route(uint32_t intid, uint64_t to)
{
	*(volatile uint64_t *)(uintptr_t)(GICD + GIC_IROUTER + 8UL * intid) = to;
}

void arch_shared_pend(uint32_t intid)
{
	*gicd(GIC_ISPENDR + 4) = 1U << intid % 32;
}

bool arch_shared_pending(uint32_t intid)
{
	return *gicd(GIC_ISPENDR + 4) >> intid % 32 & 1;
}

bool arch_shared_active(uint32_t intid)
{
	return *gicd(GIC_ISACTIVER + 4) >> intid % 32 & 1;
}
