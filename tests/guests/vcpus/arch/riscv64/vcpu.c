/* SPDX-License-Identifier: BSD-2-Clause */
/* What each hart does for itself: the SBI's hart states, its translation, its traces. */
#include "vcpus.h"

#include <bench_board.h>
#include <sbi.h>

/* Sv39 ("Page-Based 39-bit Virtual-Memory System"): V, R, W, X, A, D; V alone is a table. */
#define LEAF       0xcfUL
#define TABLE      1UL
#define GIB        (1UL << 30)
#define SATP_SV39  (8UL << 60)
#define SATP_ASID1 (1UL << 44)

extern void entry(uint64_t argument);

/* From entry.S: satp and sstatus as a hart found them. */
extern const uint64_t entered[VCPUS_MAX][2];

static uint64_t tables[VCPUS_MAX][3][512] __attribute__((aligned(4096)));

uint64_t arch_entry(void)
{
	return (uint64_t)(uintptr_t)entry;
}

int64_t arch_cpu_on(uint64_t vcpu, uint64_t at, uint64_t argument)
{
	return sbi_call(SBI_HSM, SBI_HSM_START, vcpu, at, argument).error;
}

int64_t arch_power_state(uint64_t vcpu)
{
	struct sbi_result result = sbi_call(SBI_HSM, SBI_HSM_STATUS, vcpu, 0, 0);

	return result.error ? result.error : result.value;
}

uint64_t arch_number(void)
{
	uint64_t number;

	__asm__ volatile("mv %0, tp" : "=r"(number));
	return number;
}

void arch_off(void)
{
	sbi_call(SBI_HSM, SBI_HSM_STOP, 0, 0, 0);
	for (;;)
		continue;
}

static uint64_t page_entry(const void *page)
{
	return (uint64_t)(uintptr_t)page >> 12 << 10;
}

void arch_translate(uint64_t self, const void *page)
{
	uint64_t(*table)[512] = tables[self];

	table[0][0] = LEAF;
	table[0][2] = (2 * GIB) >> 12 << 10 | LEAF;
	table[0][OWN_PAGE / GIB] = page_entry(table[1]) | TABLE;
	table[1][0] = page_entry(table[2]) | TABLE;
	table[2][0] = page_entry(page) | LEAF;
	__asm__ volatile("csrw satp, %0\n\t"
			 "sfence.vma" ::"r"(SATP_SV39 | SATP_ASID1 | page_entry(table[0]) >> 10)
			 : "memory");
}

void arch_replace(unsigned int vcpu, const void *page)
{
	*(volatile uint64_t *)&tables[vcpu][2][0] = page_entry(page) | LEAF;
}

void arch_translate_no_more(void)
{
	__asm__ volatile("csrw satp, zero" ::: "memory");
}

/* Without a page of its own, which no other hart has in its way: the hart stays as it is. */
void arch_leave_traces(void)
{
	arch_translate(arch_number(), tables);
	__asm__ volatile("csrs sstatus, %0" ::"r"(SSTATUS_SIE));
}

uint64_t arch_count_traces(void)
{
	uint64_t self = arch_number();

	return (entered[self][0] != 0) + (entered[self][1] & SSTATUS_SIE ? 1 : 0);
}
