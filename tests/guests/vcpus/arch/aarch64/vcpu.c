/* SPDX-License-Identifier: BSD-2-Clause */
/* What each vCPU does for itself: PSCI, its translation, its traces. */
#include "vcpus.h"

#define PSCI_CPU_OFF       0x84000002UL
#define PSCI_CPU_ON        0xc4000003UL
#define PSCI_AFFINITY_INFO 0xc4000004UL

/* Where memory is. */
#define MEMORY 0x40000000UL

/* SCTLR_EL1 (Arm ARM D19.2): MMU; instruction cache, which is off after a reset as well. */
#define SCTLR_M (1UL << 0)
#define SCTLR_I (1UL << 12)

extern void entry(uint64_t argument);

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

int64_t arch_power_state(uint64_t affinity)
{
	return call(PSCI_AFFINITY_INFO, affinity, 0, 0);
}

uint64_t arch_number(void)
{
	uint64_t mpidr;

	__asm__ volatile("mrs %0, mpidr_el1" : "=r"(mpidr));
	return mpidr & 0xff00ffffffUL;
}

static void set_sctlr(uint64_t clear, uint64_t set)
{
	uint64_t sctlr;

	__asm__ volatile("mrs %0, sctlr_el1" : "=r"(sctlr));
	sctlr = (sctlr & ~clear) | set;
	__asm__ volatile("dsb sy\n\tmsr sctlr_el1, %0\n\tisb" ::"r"(sctlr) : "memory");
}

void arch_leave_traces(void)
{
	set_sctlr(0, SCTLR_I);
	__asm__ volatile("msr cntv_ctl_el0, %0\n\tisb" ::"r"(1UL));
}

uint64_t arch_count_traces(void)
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

static uint64_t at(const void *place)
{
	return (uint64_t)(uintptr_t)place;
}

void arch_translate(uint64_t self, const void *page)
{
	uint64_t(*table)[512] = tables[self];

	table[0][0] = ACCESSED | BLOCK;
	table[0][1] = MEMORY | ACCESSED | UNCACHED | BLOCK;
	table[0][2] = at(table[1]) | TABLE;
	table[1][0] = at(table[2]) | TABLE;
	table[2][0] = at(page) | ACCESSED | NOT_GLOBAL | UNCACHED | PAGE;
	__asm__ volatile("msr mair_el1, %0\n\t"
			 "msr tcr_el1, %1\n\t"
			 "msr ttbr0_el1, %2" ::"r"(MAIR_VALUE),
			 "r"(TCR_VALUE), "r"(at(table[0]) | ASID));
	set_sctlr(0, SCTLR_M);
}

void arch_translate_no_more(void)
{
	set_sctlr(SCTLR_M, 0);
}

void arch_off(void)
{
	call(PSCI_CPU_OFF, 0, 0, 0);
	for (;;)
		continue;
}
