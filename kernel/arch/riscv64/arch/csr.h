/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Control and status registers (Privileged Architecture, "Control and Status Registers (CSRs)"), and accesses that may fault.
 */
#pragma once

#include <types.h>

/* By name, or by number where an assembler may not know the name. */
#define CSR_STRING(csr) #csr
#define read_csr(csr)                                                                   \
	({                                                                              \
		uint64_t value_;                                                        \
		__asm__ volatile("csrr %0, " CSR_STRING(csr) : "=r"(value_)::"memory"); \
		value_;                                                                 \
	})
#define write_csr(csr, value) \
	__asm__ volatile("csrw " CSR_STRING(csr) ", %0" ::"rK"((uint64_t)(value)) : "memory")
#define set_csr(csr, bits) \
	__asm__ volatile("csrs " CSR_STRING(csr) ", %0" ::"rK"((uint64_t)(bits)) : "memory")
#define clear_csr(csr, bits) \
	__asm__ volatile("csrc " CSR_STRING(csr) ", %0" ::"rK"((uint64_t)(bits)) : "memory")
/* The value that it had. */
#define swap_csr(csr, value)                                         \
	({                                                           \
		uint64_t value_;                                     \
		__asm__ volatile("csrrw %0, " CSR_STRING(csr) ", %1" \
				 : "=r"(value_)                      \
				 : "rK"((uint64_t)(value))           \
				 : "memory");                        \
		value_;                                              \
	})

/*
 * If the instruction at label `from` traps in the kernel, it goes on at label `to` with all registers as they were
 * (trap_kernel()). hstatus.SPV and sstatus.SPP are 0 then, whatever they were before: who could have come from a guest keeps
 * hstatus; sstatus.SPP is written at each return.
 */
#define FIXUP(from, to)                             \
	".pushsection .fixups, \"a\"\n\t"           \
	".balign 8\n\t.quad " #from ", " #to "\n\t" \
	".popsection\n\t"

/* Whether a register is there and may be read. At the start, before anybody runs. */
#define csr_is_there(csr)                                                                         \
	({                                                                                        \
		uint64_t is_there_ = 0;                                                           \
		__asm__ volatile("1:\tcsrr t0, " CSR_STRING(csr) "\n\tli %0, 1\n2:\n\t" FIXUP(1b, \
											      2b) \
				 : "+r"(is_there_)::"t0", "memory");                              \
		(bool)is_there_;                                                                  \
	})

/* sstatus, "Supervisor Status (sstatus) Register". */
#define SSTATUS_SIE  BIT(1)
#define SSTATUS_SPIE BIT(5)
#define SSTATUS_SPP  BIT(8)
#define SSTATUS_VS   (3UL << 9)
#define SSTATUS_FS   (3UL << 13)
#define SSTATUS_SUM  BIT(18)
#define SSTATUS_MXR  BIT(19)

/* hstatus, "Hypervisor Status (hstatus) Register". */
#define HSTATUS_GVA     BIT(6)
#define HSTATUS_SPV     BIT(7)
#define HSTATUS_SPVP    BIT(8)
#define HSTATUS_HU      BIT(9)
#define HSTATUS_VTVM    BIT(20)
#define HSTATUS_VTW     BIT(21)
#define HSTATUS_VTSR    BIT(22)
#define HSTATUS_VSXL_64 (2UL << 32)

/* scause, "Supervisor Cause (scause) Register"; the interrupts' bits in sip, sie, hip, hie, hvip and hideleg are their numbers. */
#define SCAUSE_INTERRUPT      BIT(63)
#define INTERRUPT_VS_SOFTWARE 2
#define INTERRUPT_TIMER       5
#define INTERRUPT_VS_TIMER    6
#define INTERRUPT_EXTERNAL    9
#define INTERRUPT_VS_EXTERNAL 10

#define CAUSE_FETCH_MISALIGNED 0UL
#define CAUSE_FETCH_ACCESS     1UL
#define CAUSE_ILLEGAL          2UL
#define CAUSE_BREAKPOINT       3UL
#define CAUSE_LOAD_MISALIGNED  4UL
#define CAUSE_LOAD_ACCESS      5UL
#define CAUSE_STORE_MISALIGNED 6UL
#define CAUSE_STORE_ACCESS     7UL
#define CAUSE_ECALL_USER       8UL /* from U or VU */
#define CAUSE_ECALL_GUEST      10UL
#define CAUSE_FETCH_PAGE       12UL
#define CAUSE_LOAD_PAGE        13UL
#define CAUSE_STORE_PAGE       15UL
#define CAUSE_FETCH_GUEST_PAGE 20UL
#define CAUSE_LOAD_GUEST_PAGE  21UL
#define CAUSE_VIRTUAL          22UL
#define CAUSE_STORE_GUEST_PAGE 23UL

/* henvcfg, "Hypervisor Environment Configuration (henvcfg) Register". */
#define HENVCFG_FIOM  BIT(0)
#define HENVCFG_CBIE  (3UL << 4)
#define HENVCFG_CBCFE BIT(6)
#define HENVCFG_CBZE  BIT(7)
#define HENVCFG_ADUE  BIT(61)
#define HENVCFG_PBMTE BIT(62)
#define HENVCFG_STCE  BIT(63)

/* scounteren, hcounteren. */
#define COUNTEREN_TM BIT(1)

/* satp, vsatp, hgatp: the mode, which of hgatp is Sv39x4, and where ASID and VMID are. */
#define ATP_MODE_SV39  (8UL << 60)
#define ATP_IDENTIFIER 44
