/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Instructions of features that guests are not shown, of the debugger and of other levels; returns to each mode that
 * there is and is not; AArch32; breakpoints where servers are.
 */
#include "attempt.h"
#include "hostile.h"

#include <bench_board.h>
#include <stddef.h>

const char hostile_name[] = "features";

/* What may come of an instruction: bits. */
#define DONE      1U
#define UNDEFINED 2U
#define BREAK     4U
#define REFUSED   8U /* EL1 has not allowed it to EL0 */

#define CLASS_WFI     0x01
#define CLASS_ILLEGAL 0x0e
#define CLASS_SVC32   0x11
#define CLASS_TRAPPED 0x18
#define CLASS_FETCH   0x20
#define CLASS_PC      0x22
#define CLASS_DATA    0x24
#define CLASS_BRK     0x3c

static const char no_trap[] = "of a feature that is not shown, without effect: nothing traps it";
static const char wait[] = "WFIT is not tried: QEMU traps it as WFI, and the guest would sleep";
static const char aarch32[] = "in AArch32, which is not shown: nothing keeps EL0 from it";

struct instruction {
	uint32_t word;
	unsigned int allowed;
	const char *name;
};

/* X0 and X1 hold addresses in memory, X2 a size. */
static const struct instruction at_el1[] = {
	{ 0x04bf5021, UNDEFINED, "rdvl x1, #1" },
	{ 0x2518e3e0, UNDEFINED, "ptrue p0.b" },
	{ 0xa400a000, UNDEFINED, "ld1b {z0.b}, p0/z, [x0]" },
	{ 0x2519f000, UNDEFINED, "rdffr p0.b" },
	{ 0x04215021, UNDEFINED, "addvl x1, x1, #1" },
	{ 0xd503477f, UNDEFINED, "smstart" },
	{ 0xd503467f, UNDEFINED, "smstop" },
	{ 0xd503437f, UNDEFINED, "msr svcrsm, #1" },
	{ 0x04bf5821, UNDEFINED, "rdsvl x1, #1" },
	{ 0xc00800ff, UNDEFINED, "zero {za}" },
	{ 0x9ac03001, UNDEFINED, "pacga x1, x0, x0" },
	{ 0xdac10001, UNDEFINED | DONE, "pacia x1, x0" },
	{ 0xdac11001, UNDEFINED | DONE, "autia x1, x0" },
	{ 0xdac143e1, UNDEFINED | DONE, "xpaci x1" },
	{ 0xdac123e1, UNDEFINED | DONE, "paciza x1" },
	{ 0xdac13fe1, UNDEFINED | DONE, "autdzb x1" },
	{ 0x9adf1001, UNDEFINED | DONE, "irg x1, x0" },
	{ 0x9ac11401, UNDEFINED | DONE, "gmi x1, x0, x1" },
	{ 0x91810401, UNDEFINED | DONE, "addg x1, x0, #16, #1" },
	{ 0x9ac00001, UNDEFINED | DONE, "subp x1, x0, x0" },
	{ 0xd9200800, UNDEFINED | DONE, "stg x0, [x0]" },
	{ 0xd9600001, UNDEFINED | DONE, "ldg x1, [x0]" },
	{ 0xd9200001, UNDEFINED | DONE, "stzgm x1, [x0]" },
	{ 0xd9e00001, UNDEFINED | DONE, "ldgm x1, [x0]" },
	{ 0xd9a00800, UNDEFINED | DONE, "st2g x0, [x0]" },
	{ 0x19010440, UNDEFINED, "cpyfp [x0]!, [x1]!, x2!" },
	{ 0x19c30440, UNDEFINED, "setp [x0]!, x2!, x3" },
	{ 0xf83fd002, UNDEFINED, "ld64b x2, [x0]" },
	{ 0xf821b002, UNDEFINED, "st64bv x1, x2, [x0]" },
	{ 0xf821a002, UNDEFINED, "st64bv0 x1, x2, [x0]" },
	{ 0xd5233061, UNDEFINED, "tstart x1" },
	{ 0xd503307f, UNDEFINED, "tcommit" },
	{ 0xd5233161, UNDEFINED, "ttest x1" },
	{ 0xd5031001, UNDEFINED | DONE, "wfet x1" },
	{ 0xd4a00001, UNDEFINED, "dcps1" },
	{ 0xd4a00002, UNDEFINED, "dcps2" },
	{ 0xd4a00003, UNDEFINED, "dcps3" },
	{ 0xd6bf03e0, UNDEFINED, "drps" },
	{ 0xd4400000, UNDEFINED, "hlt #0" },
	{ 0xd45e0000, UNDEFINED, "hlt #0xf000" },
	{ 0xd4200000, BREAK, "brk #0" },
	{ 0xd43fffe0, BREAK, "brk #0xffff" },
	{ 0x00000000, UNDEFINED, "udf #0" },
	{ 0x0000ffff, UNDEFINED, "udf #0xffff" },
	{ 0xffffffff, UNDEFINED, "all ones" },
	{ 0xd503221f, DONE, "esb" },
	{ 0xd503223f, DONE, "psb csync" },
	{ 0xd503225f, DONE, "tsb csync" },
	{ 0xd503245f, DONE, "bti c" },
	{ 0xd50330ff, DONE, "sb" },
	{ 0xd503203f, DONE, "yield" },
	{ 0xd503205f, DONE, "wfe" },
	{ 0xd503209f, DONE, "sev" },
	{ 0xd5033f5f, DONE, "clrex" },
};

static const struct instruction at_el0[] = {
	{ 0xd4000002, UNDEFINED, "hvc #0" },
	{ 0xd4000003, UNDEFINED, "smc #0" },
	{ 0xd69f03e0, UNDEFINED, "eret" },
	{ 0xd508871f, UNDEFINED, "tlbi vmalle1" },
	{ 0xd508751f, UNDEFINED, "ic iallu" },
	{ 0xd5087800, UNDEFINED, "at s1e1r, x0" },
	{ 0xd5087640, UNDEFINED, "dc isw, x0" },
	{ 0xd518c000, UNDEFINED, "msr vbar_el1, x0" },
	{ 0xd51be040, UNDEFINED | REFUSED, "msr cntvct_el0, x0" },
	{ 0xd503207f, REFUSED, "wfi" },
	{ 0xd50b7420, REFUSED, "dc zva, x0" },
	{ 0xd50b7e20, REFUSED, "dc civac, x0" },
	{ 0xd5034fdf, REFUSED, "msr daifset, #15" },
	{ 0xd4a00001, UNDEFINED, "dcps1" },
	{ 0xd4400000, UNDEFINED, "hlt #0" },
	{ 0xd4200000, BREAK, "brk #0" },
	{ 0x04bf5021, UNDEFINED, "rdvl x1, #1" },
	{ 0xd503477f, UNDEFINED, "smstart" },
	{ 0xd53bd041, DONE, "mrs x1, tpidr_el0" },
};

/* In AArch32 at EL0, each followed by SVC: A32, and words of two T32 instructions. DDI 0487 F5. */
static const struct instruction a32[] = {
	{ 0xe7f000f0, 0, "udf" },
	{ 0xe1400070, 0, "hvc" },
	{ 0xe1600070, 0, "smc" },
	{ 0xe1200070, 0, "bkpt" },
	{ 0xee101f10, 0, "mrc midr" },
	{ 0xee191f1c, 0, "mrc pmcr" },
	{ 0xee011f10, 0, "mcr sctlr" },
	{ 0x0e191f1c, 0, "mrceq pmcr" },
	{ 0xec521f1e, 0, "mrrc cntvct" },
	{ 0xee1e1f33, 0, "mrc cntv_ctl" },
	{ 0xec510f0c, 0, "mrrc icc_sgi1r" },
	{ 0xee101e11, 0, "mrc dbgdscr" },
	{ 0xeca05e01, 0, "stc dbgdtr" },
	{ 0xee101e15, 0, "mrc jidr" },
	{ 0xe5901000, 0, "ldr [uart]" },
	{ 0xe8900006, 0, "ldm [uart]" },
	{ 0xe1c020d0, 0, "ldrd [uart]" },
	{ 0xe1901f9f, 0, "ldrex [uart]" },
	{ 0xe1001092, 0, "swp [uart]" },
	{ 0xe12fff10, 0, "bx uart" },
	{ 0xe320f003, 0, "wfi" },
	{ 0xe320f002, 0, "wfe" },
	{ 0xf1010200, 0, "setend be" },
	{ 0xee001a10, 0, "vmov s0, r1" },
	{ 0xeef01a10, 0, "vmrs r1, fpsid" },
	{ 0xf57ff05f, 0, "dmb" },
	{ 0xe10f1000, 0, "mrs cpsr" },
	{ 0xf1080040, 0, "cpsie f" },
	{ 0xe8bd8000, 0, "pop {pc}" },
	{ 0xe3e0f000, 0, "mvn pc, #0" },
	{ 0xffffffff, 0, "all ones" },
};
static const struct instruction t32[] = {
	{ 0x6801bf08, 0, "it eq; ldr [uart]" },
	{ 0x6801bf18, 0, "it ne; ldr [uart]" },
	{ 0xde00bf18, 0, "it ne; udf" },
	{ 0x1f1cee19, 0, "mrc pmcr" },
	{ 0x8000f7e0, 0, "hvc" },
	{ 0x0003e890, 0, "ldm [uart]" },
	{ 0x4700bf00, 0, "bx uart" },
	{ 0xbe00be00, 0, "bkpt" },
	{ 0xbf30bf30, 0, "wfi" },
};

/* Two words of memory, as PC relative and other offsets go. */
static uint64_t room[64] __attribute__((aligned(64)));

static unsigned int outcome(const struct attempt *attempt)
{
	switch (CLASS_OF(attempt->cause)) {
	case 0:
		return UNDEFINED;
	case CLASS_BRK:
		return BREAK;
	case CLASS_WFI:
	case CLASS_TRAPPED:
		return REFUSED;
	}
	return attempt_done(attempt) ? DONE : 0;
}

static void try(const struct instruction *instruction, uint64_t state, const char *where)
{
	uint64_t place = (uint64_t)(uintptr_t)room;
	struct attempt attempt = { .x = { place, place + 256, 16 } };
	unsigned int came;

	attempt_words(&attempt, &instruction->word, 1, state);
	came = outcome(&attempt);
	if (came == DONE && instruction->allowed == (UNDEFINED | DONE))
		hostile_exempt(no_trap);
	else
		hostile_judge(came & instruction->allowed, "%s %s: cause %lx", instruction->name,
			      where, (unsigned long)attempt.cause);
}

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* SCTLR_EL1 (D24.2.174): pointer authentication, tags, 64-byte accesses, memory copies, transactions, TPIDR2_EL0. */
#define ENABLES                                                                              \
	(1UL << 13 | 1UL << 27 | 1UL << 30 | 1UL << 31 | 1UL << 33 | 1UL << 42 | 1UL << 43 | \
	 1UL << 52 | 1UL << 53 | 1UL << 54 | 1UL << 55 | 1UL << 56 | 1UL << 60)

static void try_instructions(void)
{
	uint64_t control;

	for (unsigned int i = 0; i < COUNT(at_el1); i++)
		try(&at_el1[i], AT_EL1, "at EL1");
	for (unsigned int i = 0; i < COUNT(at_el0); i++)
		try(&at_el0[i], AT_EL0, "at EL0");
	__asm__ volatile("mrs %0, sctlr_el1" : "=r"(control));
	__asm__ volatile("msr sctlr_el1, %0\n\tisb" ::"r"(control | ENABLES));
	for (unsigned int i = 0; i < COUNT(at_el1); i++)
		try(&at_el1[i], AT_EL1, "at EL1, allowed by itself");
	__asm__ volatile("msr sctlr_el1, %0\n\tisb" ::"r"(control));
}

/* SPSR_EL1: M, IL and SS; there is AArch64 at EL1 and EL0 only. An illegal return stays at EL1 (D1.3.6). */
#define MODES        32
#define MODE_AARCH32 0x10U
#define MODE_MASK    31UL
#define SPSR_IL      (1UL << 20)
#define SPSR_SS      (1UL << 21)

static void try_return(uint64_t state, bool legal)
{
	const uint32_t nothing = 0xd503201f;
	struct attempt attempt = { .cause = 0 };

	attempt_words(&attempt, &nothing, 1, state);
	hostile_judge(legal ? attempt_done(&attempt) : CLASS_OF(attempt.cause) == CLASS_ILLEGAL,
		      "return with PSTATE %lx: cause %lx", (unsigned long)state,
		      (unsigned long)attempt.cause);
}

static void try_returns(void)
{
	for (uint64_t mode = 0; mode < MODES; mode++) {
		uint64_t state = (AT_EL1 & ~MODE_MASK) | mode;

		if (mode == MODE_AARCH32)
			continue;
		try_return(state, mode == 0 || mode == 4 || mode == 5);
		try_return(state | SPSR_IL, false);
		/* Software step is off, as is all of debug. */
		try_return(state | SPSR_SS, mode == 0 || mode == 4 || mode == 5);
	}
}

#define AT_A32  0x1d0UL
#define AT_T32  0x1f0UL
#define SVC_A32 0xef000000
#define SVC_T32 0xdf00df00

/* Whatever it comes to, it comes to the guest's own EL1: done, UNDEFINED, a trap of EL1's or an abort. */
static void try_32(const struct instruction *instruction, uint64_t state, uint32_t svc)
{
	const uint32_t words[] = { instruction->word, svc, svc };
	struct attempt attempt = { .x = { UART + 0x24 } };
	uint64_t class;

	attempt_words(&attempt, words, COUNT(words), state);
	class = CLASS_OF(attempt.cause);
	if (attempt.vector == 0x600 &&
	    (class == CLASS_SVC32 || class <= CLASS_ILLEGAL || class == CLASS_FETCH ||
	     class == CLASS_DATA || class == CLASS_PC || class == 0x38))
		hostile_exempt(aarch32);
	else
		hostile_judge(false, "AArch32 %s: cause %lx at %lx", instruction->name,
			      (unsigned long)attempt.cause, (unsigned long)attempt.vector);
}

/* Breakpoint and watchpoint registers, and their values for all accesses and levels of exceptions. D24.3 */
#define DBG(op2, n)   (0xd5100000U | (n) << 8 | (op2) << 5)
#define DBGBVR        4U
#define DBGBCR        5U
#define DBGWVR        6U
#define DBGWCR        7U
#define MDSCR         0xd5100240U
#define OSLAR         0xd5101080U
#define BCR_ALL       0x25e7
#define WCR_ALL       0x3fff
#define MDSCR_ENABLES (1UL << 15 | 1UL << 13 | 1)
#define EXITS         100

/* Where the servers' programs and their stacks are, and where the guest is. */
#define SERVER_PROGRAM 0x200000UL
#define SERVER_STACK   0x6fff00UL

static void write_register(uint32_t msr, uint64_t value)
{
	struct attempt attempt = { .x = { value } };

	attempt_words(&attempt, &msr, 1, AT_EL1);
	hostile_judge(attempt_done(&attempt), "a debug register: %x", msr);
}

/* With the lock open and all enabled, neither the guest nor a server that works for it stops. */
static void try_breakpoints(uint64_t address)
{
	/* LDR W1, [X0]: an exit, in which a server runs. */
	const uint32_t load = 0xb9400001;

	write_register(OSLAR, 0);
	write_register(MDSCR, MDSCR_ENABLES);
	for (unsigned int n = 0; n < 2; n++) {
		write_register(DBG(DBGBVR, n), address + 4UL * n);
		write_register(DBG(DBGBCR, n), BCR_ALL);
		write_register(DBG(DBGWVR, n), address & ~7UL);
		write_register(DBG(DBGWCR, n), WCR_ALL);
	}
	for (unsigned int i = 0; i < EXITS; i++) {
		struct attempt attempt = { .x = { UART + UARTFR } };

		attempt_words(&attempt, &load, 1, i % 2 ? AT_EL1 : AT_EL0);
		hostile_judge(attempt_done(&attempt), "a breakpoint at %lx: cause %lx",
			      (unsigned long)address, (unsigned long)attempt.cause);
	}
	write_register(MDSCR, 0);
}

void hostile_attack(void)
{
	attempt_start();
	hostile_exempt(wait);
	try_instructions();
	try_returns();
	for (unsigned int i = 0; i < COUNT(a32); i++)
		try_32(&a32[i], AT_A32, SVC_A32);
	for (unsigned int i = 0; i < COUNT(t32); i++)
		try_32(&t32[i], AT_T32, SVC_T32);
	try_breakpoints(SERVER_PROGRAM);
	try_breakpoints(SERVER_STACK);
	try_breakpoints((uint64_t)(uintptr_t)room);
	try_breakpoints((uint64_t)(uintptr_t)attempt_run);
}
