/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Instructions of extensions that guests are not shown or have turned off, of other modes and of the debugger; floating point
 * and vectors that another has used in between; returns with each bit of sstatus that there is and is not.
 */
#include "attempt.h"
#include "hostile.h"

#include <bench_board.h>
#include <stddef.h>

const char hostile_name[] = "features";

/* What may come of an instruction: bits. */
#define DONE    1U
#define ILLEGAL 2U

struct instruction {
	uint32_t word;
	unsigned int allowed;
	const char *name;
};

/* a0 holds an address in memory. */
static const struct instruction any_mode[] = {
	{ 0x00000000, ILLEGAL, "all zeros" },
	{ 0xffffffff, ILLEGAL, "all ones" },
	{ 0xc0001073, ILLEGAL, "unimp" },
	{ 0x0000000b, ILLEGAL, "custom-0" },
	{ 0x0000002b, ILLEGAL, "custom-1" },
	{ 0x0000005b, ILLEGAL, "custom-2" },
	{ 0x0000007b, ILLEGAL, "custom-3" },
	{ 0x0000001f, ILLEGAL, "48 bits" },
	{ 0x0000003f, ILLEGAL, "64 bits" },
	{ 0x0000007f, ILLEGAL, "80 bits and more" },
	{ 0x30200073, ILLEGAL, "mret" },
	{ 0x70200073, ILLEGAL, "mnret" },
	{ 0x7b200073, ILLEGAL, "dret" },
	{ 0x00200073, ILLEGAL, "uret" },
	{ 0x60004573, ILLEGAL, "hlv.b a0, (x0)" },
	{ 0x68054573, ILLEGAL, "hlv.w a0, (a0)" },
	{ 0x64354573, ILLEGAL, "hlvx.hu a0, (a0)" },
	{ 0x6aa54073, ILLEGAL, "hsv.w a0, (a0)" },
	{ 0x22000073, ILLEGAL, "hfence.vvma" },
	{ 0x62000073, ILLEGAL, "hfence.gvma" },
	{ 0x26000073, ILLEGAL, "hinval.vvma" },
	{ 0x66000073, ILLEGAL, "hinval.gvma" },
	{ 0x0000100f, DONE, "fence.i" },
	{ 0x0ff0000f, DONE, "fence" },
	{ 0x8330000f, DONE, "fence.tso" },
	{ 0x0100000f, DONE, "pause" },
	{ 0x00106013, DONE, "prefetch.r (x0)" },
	{ 0x00019002, DONE, "c.ebreak" },
	{ 0x80401073, ILLEGAL, "csrw of a custom number" },
	{ 0x60851513, DONE | ILLEGAL, "rori a0, a0, 8" },
	{ 0x32b50533, DONE | ILLEGAL, "aes64es a0, a0, a1" },
	{ 0x0ab50533, DONE | ILLEGAL, "clmul a0, a0, a1" },
	{ 0x0eb57533, DONE | ILLEGAL, "czero.nez a0, a0, a1" },
	{ 0xcdc04073, DONE | ILLEGAL, "sspush x0" },
};

/* Of floating point and vectors: VSETVLI a1, x0, e8, m1 is the first of these. */
static const struct instruction with_fp[] = {
	{ 0xf20000d3, DONE, "fmv.d.x ft1, x0" }, { 0x02107053, DONE, "fadd.d ft0, ft0, ft1" },
	{ 0x003025f3, DONE, "frcsr a1" },        { 0x00053087, DONE, "fld ft1, 0(a0)" },
	{ 0x00053027, DONE, "fsd ft0, 0(a0)" },
};

static const struct instruction with_vectors[] = {
	{ 0x0c0075d7, DONE, "vsetvli a1, x0, e8, m1" }, { 0x5e003057, DONE, "vmv.v.i v0, 0" },
	{ 0x022180d7, DONE, "vadd.vv v1, v2, v3" },     { 0x02050007, DONE, "vle8.v v0, (a0)" },
	{ 0x02050027, DONE, "vse8.v v0, (a0)" },
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static uint64_t room[64] __attribute__((aligned(64)));

static unsigned int outcome(const struct attempt *attempt, uint32_t word)
{
	if (attempt_done(attempt))
		return DONE;
	/* Of an instruction that is shorter than a word its bits, and of a longer one the first. */
	if (attempt_illegal(attempt, word) || attempt_illegal(attempt, word & 0xffff))
		return ILLEGAL;
	return attempt->cause == CAUSE_ILLEGAL && (word & 0x1f) == 0x1f ? ILLEGAL : 0;
}

static void try(const struct instruction *instruction, unsigned int allowed, uint64_t mode,
		const char *where)
{
	struct attempt attempt = { .a = { (uint64_t)(uintptr_t)room, 1 } };

	attempt_words(&attempt, &instruction->word, 1, mode);
	hostile_judge(outcome(&attempt, instruction->word) & allowed, "%s %s: cause %lx, value %lx",
		      instruction->name, where, (unsigned long)attempt.cause,
		      (unsigned long)attempt.address);
}

static void try_each(const struct instruction *table, unsigned int count, unsigned int allowed,
		     const char *where)
{
	for (unsigned int i = 0; i < count; i++) {
		unsigned int either = allowed ? allowed : table[i].allowed;

		try(&table[i], either, AT_SUPERVISOR, where);
		try(&table[i], either, AT_USER, where);
	}
}

/* Whether the processor shows vectors, by its first instruction. */
static bool has_vectors(void)
{
	struct attempt attempt = { .cause = 0 };

	attempt_words(&attempt, &with_vectors[0].word, 1, AT_SUPERVISOR);
	return attempt_done(&attempt);
}

/* On and off again: what is off is illegal, also for who has used it a moment before. */
#define ROUNDS 20

static void try_units(void)
{
	unsigned int vectors = has_vectors() ? DONE : ILLEGAL;

	hostile_say("look: vectors %u", vectors == DONE);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		__asm__ volatile("csrs sstatus, %0" ::"r"(SSTATUS_FS | SSTATUS_VS));
		try_each(with_fp, COUNT(with_fp), DONE, "that is on");
		try_each(with_vectors, COUNT(with_vectors), vectors, "that is on or not there");
		__asm__ volatile("csrc sstatus, %0" ::"r"(SSTATUS_FS | SSTATUS_VS));
		try_each(with_fp, COUNT(with_fp), ILLEGAL, "that is off");
		try_each(with_vectors, COUNT(with_vectors), ILLEGAL, "that is off");
	}
	__asm__ volatile("csrs sstatus, %0" ::"r"(SSTATUS_FS | SSTATUS_VS));
}

/* sstatus bit by bit ("Supervisor Status Register"); SIE lets nothing in, for sie is zero. */

static void try_returns(void)
{
	const uint32_t nothing = 0x00000013;

	for (unsigned int bit = 0; bit < 64; bit++) {
		for (unsigned int mode = 0; mode < 2; mode++) {
			struct attempt attempt = { .cause = 0 };
			uint64_t before;

			__asm__ volatile("csrrs %0, sstatus, %1" : "=&r"(before) : "r"(1UL << bit));
			attempt_words(&attempt, &nothing, 1, mode ? AT_SUPERVISOR : AT_USER);
			__asm__ volatile("csrw sstatus, %0" ::"r"(before));
			hostile_judge(
				attempt_done(&attempt) && !(attempt.state & AT_SUPERVISOR) == !mode,
				"a return with bit %u of sstatus: cause %lx, sstatus %lx", bit,
				(unsigned long)attempt.cause, (unsigned long)attempt.state);
		}
	}
}

/* senvcfg bit by bit, with a server that works for the guest in between. */
static void try_environment(void)
{
	/* LBU a1, 0(a0): an exit. */
	const uint32_t load = 0x00054583;

	for (unsigned int bit = 0; bit < 64; bit++) {
		struct attempt attempt = { .a = { UART + UART_LSR } };
		uint64_t before;
		uint64_t value;
		uint64_t after;

		__asm__ volatile("csrrw %0, senvcfg, %2\n\tcsrr %1, senvcfg"
				 : "=&r"(before), "=&r"(value)
				 : "r"(1UL << bit));
		attempt_words(&attempt, &load, 1, bit % 2 ? AT_SUPERVISOR : AT_USER);
		__asm__ volatile("csrrw %0, senvcfg, %1" : "=&r"(after) : "r"(before));
		hostile_judge(attempt_done(&attempt) && after == value,
			      "bit %u of senvcfg: cause %lx, %lx became %lx", bit,
			      (unsigned long)attempt.cause, (unsigned long)value,
			      (unsigned long)after);
	}
}

void hostile_attack(void)
{
	attempt_start();
	try_each(any_mode, COUNT(any_mode), 0, "in any mode");
	try_units();
	try_returns();
	try_environment();
}
