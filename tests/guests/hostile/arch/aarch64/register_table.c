/* SPDX-License-Identifier: BSD-2-Clause */
#include "register_table.h"

#include <stddef.h>

#define ALL UINT64_MAX

/* clang-format off */
#define AT(...) MSR_WORD(__VA_ARGS__), MSR_WORD(__VA_ARGS__)
#define FIXED(name, user, mask, value, ...) \
	{ AT(__VA_ARGS__), name, REGISTER_FIXED, USER_##user, mask, value, NULL }
#define STATE(name, user, mask, ...) \
	{ AT(__VA_ARGS__), name, REGISTER_STATE, USER_##user, mask, 0, NULL }
#define INERT(name, user, ...) { AT(__VA_ARGS__), name, REGISTER_INERT, USER_##user, 0, 0, NULL }
#define MOVES(name, user, ...) { AT(__VA_ARGS__), name, REGISTER_MOVES, USER_##user, 0, 0, NULL }
#define CLOCK(name, user, ...) { AT(__VA_ARGS__), name, REGISTER_CLOCK, USER_##user, 0, 0, NULL }
#define ORDER(name, ...) { AT(__VA_ARGS__), name, REGISTER_ORDER, USER_UNDEFINED, 0, 0, NULL }
#define BUT(kind, name, user, mask, reason, ...) \
	{ AT(__VA_ARGS__), name, REGISTER_##kind, USER_##user, mask, 0, reason }
#define HIDDEN(name, first, last) \
	{ first, last, name, REGISTER_HIDDEN, USER_UNDEFINED, 0, 0, own_trap }

static const char own_trap[] = "UNDEFINED, but EL0 may be told that EL1 has not allowed it";
static const char no_trap[] = "readable though its feature is not shown: nothing traps it";
static const char no_register[] = "QEMU has no such register";

const struct register_rule register_rules[] = {
	/* Debug: D19.3. Breakpoints and channels do nothing, ID_AA64DFR0_EL1 promises two of each. */
	INERT("OSDTRRX_EL1", UNDEFINED, 2, 0, 0, 0, 2),
	INERT("MDCCINT_EL1", UNDEFINED, 2, 0, 0, 2, 0),
	STATE("MDSCR_EL1", UNDEFINED, 0xf0ffffff, 2, 0, 0, 2, 2),
	INERT("OSDTRTX_EL1", UNDEFINED, 2, 0, 0, 3, 2),
	INERT("OSECCR_EL1", UNDEFINED, 2, 0, 0, 6, 2),
	INERT("DBGBVR0_EL1", UNDEFINED, 2, 0, 0, 0, 4),
	INERT("DBGBCR0_EL1", UNDEFINED, 2, 0, 0, 0, 5),
	INERT("DBGWVR0_EL1", UNDEFINED, 2, 0, 0, 0, 6),
	INERT("DBGWCR0_EL1", UNDEFINED, 2, 0, 0, 0, 7),
	INERT("DBGBVR1_EL1", UNDEFINED, 2, 0, 0, 1, 4),
	INERT("DBGBCR1_EL1", UNDEFINED, 2, 0, 0, 1, 5),
	INERT("DBGWVR1_EL1", UNDEFINED, 2, 0, 0, 1, 6),
	INERT("DBGWCR1_EL1", UNDEFINED, 2, 0, 0, 1, 7),
	FIXED("MDRAR_EL1", UNDEFINED, ALL, 0, 2, 0, 1, 0, 0),
	ORDER("OSLAR_EL1", 2, 0, 1, 0, 4),
	FIXED("OSLSR_EL1", UNDEFINED, ~2UL, 8, 2, 0, 1, 1, 4),
	INERT("OSDLR_EL1", UNDEFINED, 2, 0, 1, 3, 4),
	BUT(EXEMPT, "DBGPRCR_EL1", UNDEFINED, 0, no_register, 2, 0, 1, 4, 4),
	INERT("DBGCLAIMSET_EL1", UNDEFINED, 2, 0, 7, 8, 6),
	INERT("DBGCLAIMCLR_EL1", UNDEFINED, 2, 0, 7, 9, 6),
	BUT(EXEMPT, "DBGAUTHSTATUS_EL1", UNDEFINED, 0, no_register, 2, 0, 7, 14, 6),
	FIXED("MDCCSR_EL0", READS, ALL, 0, 2, 3, 0, 1, 0),
	BUT(EXEMPT, "DBGDTR_EL0", UNDEFINED, 0, no_register, 2, 3, 0, 4, 0),
	INERT("DBGDTRRX_EL0", READS, 2, 3, 0, 5, 0),

	/* Identification: D24.2. What is not shown is zero; AArch32 is not. */
	FIXED("MIDR_EL1", UNDEFINED, 0xf0000, 0xf0000, 3, 0, 0, 0, 0),
	FIXED("MPIDR_EL1", UNDEFINED, ALL, 0x80000000, 3, 0, 0, 0, 5),
	MOVES("REVIDR_EL1", UNDEFINED, 3, 0, 0, 0, 6),
	{ MSR_WORD(3, 0, 0, 1, 0), MSR_WORD(3, 0, 0, 3, 7), "an ID register of AArch32", REGISTER_FIXED,
	  USER_UNDEFINED, ALL, 0, NULL },
	/* No SVE, RAS, MPAM, AMU, RME, SEL2; GICv3; EL1 and EL0 in AArch64, no other level. */
	FIXED("ID_AA64PFR0_EL1", UNDEFINED, 0x00f0ffffff00ffff, 0x1000011, 3, 0, 0, 4, 0),
	/* SSBS and BT, if at all. */
	FIXED("ID_AA64PFR1_EL1", UNDEFINED, ~0xffUL, 0, 3, 0, 0, 4, 1),
	/* Two breakpoints and watchpoints, no double lock; no PMU, trace, SPE, TRBE, BRBE. */
	FIXED("ID_AA64DFR0_EL1", UNDEFINED, ALL, 0xf000101006, 3, 0, 0, 5, 0),
	FIXED("ID_AA64ISAR0_EL1", UNDEFINED, 0x0f00000f, 0, 3, 0, 0, 6, 0),
	/* No pointer authentication, nor LS64. */
	FIXED("ID_AA64ISAR1_EL1", UNDEFINED, 0xf0000000ff000ff0, 0, 3, 0, 0, 6, 1),
	/* No WFxT, APA3, GPA3, MOPS. */
	FIXED("ID_AA64ISAR2_EL1", UNDEFINED, 0xff00f0ff0f0fff0f, 0, 3, 0, 0, 6, 2),
	/* 40 bits; no mixed endianness, ECV, FGT. */
	FIXED("ID_AA64MMFR0_EL1", UNDEFINED, 0xffff0fff000fff0f, 2, 3, 0, 0, 7, 0),
	/* No VHE, LORegions, HCX, XNX, CMOW, TIDCP1. */
	FIXED("ID_AA64MMFR1_EL1", UNDEFINED, 0x0ff00f0ff00f0ff0, 0, 3, 0, 0, 7, 1),
	/* No nested virtualisation, FWB, EVT. */
	FIXED("ID_AA64MMFR2_EL1", UNDEFINED, 0x0f00ff000f00f000, 0, 3, 0, 0, 7, 2),
	{ MSR_WORD(3, 0, 0, 4, 2), MSR_WORD(3, 0, 0, 7, 7), "another ID register", REGISTER_FIXED,
	  USER_UNDEFINED, ALL, 0, NULL },
	MOVES("CCSIDR_EL1", UNDEFINED, 3, 1, 0, 0, 0),
	MOVES("CLIDR_EL1", UNDEFINED, 3, 1, 0, 0, 1),
	BUT(MOVES, "SMIDR_EL1", UNDEFINED, 0, no_trap, 3, 1, 0, 0, 6),
	MOVES("AIDR_EL1", UNDEFINED, 3, 1, 0, 0, 7),
	STATE("CSSELR_EL1", UNDEFINED, 0xf, 3, 2, 0, 0, 0),
	MOVES("CTR_EL0", TRAPS, 3, 3, 0, 0, 1),
	MOVES("DCZID_EL0", READS, 3, 3, 0, 0, 7),

	/* Control and translation: D24.2. Of SCTLR_EL1 what neither translates nor turns bytes around. */
	STATE("SCTLR_EL1", UNDEFINED, 0x00000000000dc600, 3, 0, 1, 0, 0),
	INERT("ACTLR_EL1", UNDEFINED, 3, 0, 1, 0, 1),
	STATE("CPACR_EL1", UNDEFINED, 0x300000, 3, 0, 1, 0, 2),
	STATE("TTBR0_EL1", UNDEFINED, 0xffffffffffffffff, 3, 0, 2, 0, 0),
	STATE("TTBR1_EL1", UNDEFINED, 0xffffffffffffffff, 3, 0, 2, 0, 1),
	STATE("TCR_EL1", UNDEFINED, 0x77ffffbfff, 3, 0, 2, 0, 2),
	INERT("AFSR0_EL1", UNDEFINED, 3, 0, 5, 1, 0),
	INERT("AFSR1_EL1", UNDEFINED, 3, 0, 5, 1, 1),
	STATE("ESR_EL1", UNDEFINED, 0xffffffff, 3, 0, 5, 2, 0),
	STATE("FAR_EL1", UNDEFINED, ALL, 3, 0, 6, 0, 0),
	STATE("PAR_EL1", UNDEFINED, 0xff00000000000f81, 3, 0, 7, 4, 0),
	STATE("MAIR_EL1", UNDEFINED, ALL, 3, 0, 10, 2, 0),
	INERT("AMAIR_EL1", UNDEFINED, 3, 0, 10, 3, 0),
	STATE("VBAR_EL1", UNDEFINED, ~0x7ffUL, 3, 0, 12, 0, 0),
	MOVES("ISR_EL1", UNDEFINED, 3, 0, 12, 1, 0),
	BUT(STATE, "DISR_EL1", UNDEFINED, 0x81ffffff, no_trap, 3, 0, 12, 1, 1),
	STATE("CONTEXTIDR_EL1", UNDEFINED, 0xffffffff, 3, 0, 13, 0, 1),
	STATE("TPIDR_EL1", UNDEFINED, ALL, 3, 0, 13, 0, 4),
	STATE("TPIDR_EL0", READS, ALL, 3, 3, 13, 0, 2),
	STATE("TPIDRRO_EL0", READS, ALL, 3, 3, 13, 0, 3),
	HIDDEN("TPIDR2_EL0", MSR_WORD(3, 3, 13, 0, 5), MSR_WORD(3, 3, 13, 0, 5)),
	HIDDEN("SCXTNUM_EL0", MSR_WORD(3, 3, 13, 0, 7), MSR_WORD(3, 3, 13, 0, 7)),
	MOVES("RNDR", READS, 3, 3, 2, 4, 0),
	MOVES("RNDRRS", READS, 3, 3, 2, 4, 1),

	/* What belongs to an exception, and PSTATE: C5.2. */
	STATE("SPSR_EL1", UNDEFINED, 0xf1600fcf, 3, 0, 4, 0, 0),
	STATE("ELR_EL1", UNDEFINED, ALL, 3, 0, 4, 0, 1),
	STATE("SP_EL0", UNDEFINED, ALL, 3, 0, 4, 1, 0),
	STATE("SPSel", UNDEFINED, 1, 3, 0, 4, 2, 0),
	FIXED("CurrentEL", UNDEFINED, ALL, 4, 3, 0, 4, 2, 2),
	STATE("PAN", UNDEFINED, 1 << 22, 3, 0, 4, 2, 3),
	STATE("UAO", UNDEFINED, 1 << 23, 3, 0, 4, 2, 4),
	BUT(STATE, "ALLINT", UNDEFINED, 1 << 13, no_trap, 3, 0, 4, 3, 0),
	STATE("NZCV", READS, 0xf0000000, 3, 3, 4, 2, 0),
	STATE("DAIF", TRAPS, 0x3c0, 3, 3, 4, 2, 1),
	STATE("DIT", READS, 1 << 24, 3, 3, 4, 2, 5),
	STATE("SSBS", READS, 1 << 12, 3, 3, 4, 2, 6),
	BUT(CLOCK, "TCO", READS, 0, no_trap, 3, 3, 4, 2, 7),
	/* Floating point: rounding, NaNs, flushing; the five exceptions and QC. */
	STATE("FPCR", READS, 0x07c00000, 3, 3, 4, 4, 0),
	STATE("FPSR", READS, 0x0800009f, 3, 3, 4, 4, 1),

	/* The virtual CPU interface. Five bits of priority. */
	STATE("ICC_PMR_EL1", UNDEFINED, 0xf8, 3, 0, 4, 6, 0),
	FIXED("ICC_IAR0_EL1", UNDEFINED, ALL, 1023, 3, 0, 12, 8, 0),
	ORDER("ICC_EOIR0_EL1", 3, 0, 12, 8, 1),
	FIXED("ICC_HPPIR0_EL1", UNDEFINED, ALL, 1023, 3, 0, 12, 8, 2),
	CLOCK("ICC_BPR0_EL1", UNDEFINED, 3, 0, 12, 8, 3),
	STATE("ICC_AP0R0_EL1", UNDEFINED, 0xffffffff, 3, 0, 12, 8, 4),
	STATE("ICC_AP1R0_EL1", UNDEFINED, 0xffffffff, 3, 0, 12, 9, 0),
	BUT(MOVES, "ICC_NMIAR1_EL1", UNDEFINED, 0, no_trap, 3, 0, 12, 9, 5),
	ORDER("ICC_DIR_EL1", 3, 0, 12, 11, 1),
	FIXED("ICC_RPR_EL1", UNDEFINED, 0xff, 0xff, 3, 0, 12, 11, 3),
	ORDER("ICC_SGI1R_EL1", 3, 0, 12, 11, 5),
	ORDER("ICC_ASGI1R_EL1", 3, 0, 12, 11, 6),
	ORDER("ICC_SGI0R_EL1", 3, 0, 12, 11, 7),
	FIXED("ICC_IAR1_EL1", UNDEFINED, ALL, 1023, 3, 0, 12, 12, 0),
	ORDER("ICC_EOIR1_EL1", 3, 0, 12, 12, 1),
	FIXED("ICC_HPPIR1_EL1", UNDEFINED, ALL, 1023, 3, 0, 12, 12, 2),
	CLOCK("ICC_BPR1_EL1", UNDEFINED, 3, 0, 12, 12, 3),
	STATE("ICC_CTLR_EL1", UNDEFINED, 3, 3, 0, 12, 12, 4),
	CLOCK("ICC_SRE_EL1", UNDEFINED, 3, 0, 12, 12, 5),
	STATE("ICC_IGRPEN0_EL1", UNDEFINED, 1, 3, 0, 12, 12, 6),
	STATE("ICC_IGRPEN1_EL1", UNDEFINED, 1, 3, 0, 12, 12, 7),

	/* Time: D12. The CNTP registers are the VMM's. */
	STATE("CNTKCTL_EL1", UNDEFINED, 0x203ff, 3, 0, 14, 1, 0),
	MOVES("CNTFRQ_EL0", TRAPS, 3, 3, 14, 0, 0),
	MOVES("CNTPCT_EL0", TRAPS, 3, 3, 14, 0, 1),
	MOVES("CNTVCT_EL0", TRAPS, 3, 3, 14, 0, 2),
	BUT(MOVES, "CNTPCTSS_EL0", TRAPS, 0, no_trap, 3, 3, 14, 0, 5),
	BUT(MOVES, "CNTVCTSS_EL0", TRAPS, 0, no_trap, 3, 3, 14, 0, 6),
	CLOCK("CNTP_TVAL_EL0", TRAPS, 3, 3, 14, 2, 0),
	STATE("CNTP_CTL_EL0", TRAPS, 3, 3, 3, 14, 2, 1),
	STATE("CNTP_CVAL_EL0", TRAPS, ALL, 3, 3, 14, 2, 2),
	CLOCK("CNTV_TVAL_EL0", TRAPS, 3, 3, 14, 3, 0),
	STATE("CNTV_CTL_EL0", TRAPS, 3, 3, 3, 14, 3, 1),
	STATE("CNTV_CVAL_EL0", TRAPS, ALL, 3, 3, 14, 3, 2),

	/* Performance monitors: D24.5. ID_AA64DFR0_EL1 says that there are none. */
	HIDDEN("a performance monitor", MSR_WORD(3, 3, 9, 12, 0), MSR_WORD(3, 3, 9, 14, 7)),
	HIDDEN("a performance monitor", MSR_WORD(3, 3, 14, 8, 0), MSR_WORD(3, 3, 14, 15, 7)),
	{ .name = NULL },
};
/* clang-format on */
