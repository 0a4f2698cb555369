/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Values of its own in every register that a guest has, round by round, while another guest and all servers (tests/probe) do
 * the same, one of which answers for its clock: what is found that it did not put there is somebody else's.
 */
#include "attempt.h"
#include "hostile.h"

#include <crossing.h>
#include <machine.h>
#include <stddef.h>

const char hostile_name[] = "leaks";

/* At least so many rounds, and for so long that each server has its turn often enough. */
#define ROUNDS  60
#define SECONDS 10UL
/* Each so many rounds it stays long enough for others to have their turn. */
#define LONG_ROUND 3
#define SHORT_LOOP 1
#define LONG_LOOP  1000000

#define CLOCK 0x09010000UL

#define ALL UINT64_MAX

/* Of each its bits of state, without those that would turn on what the loop here could not bear. */
#define REGISTERS(do)                                                                                                                                                                                                                                           \
	do                                                                                                                                                                                                                                                      \
	(SCTLR_EL1, 0x000dc600) do(CPACR_EL1, 0x30000) do(TTBR0_EL1, ALL) do(TTBR1_EL1, ALL) do(TCR_EL1, 0x77ffffbfff) do(MAIR_EL1, ALL) do(ESR_EL1, UINT32_MAX) do(FAR_EL1, ALL) do(ELR_EL1, ALL) do(SPSR_EL1, 0xf1600fcf) do(PAR_EL1, 0xff00000000000f81) do( \
		VBAR_EL1,                                                                                                                                                                                                                                       \
		~0x7ffUL) do(CONTEXTIDR_EL1,                                                                                                                                                                                                                    \
			     UINT32_MAX) do(TPIDR_EL1,                                                                                                                                                                                                          \
					    ALL) do(TPIDRRO_EL0,                                                                                                                                                                                                \
						    ALL) do(SP_EL0,                                                                                                                                                                                             \
							    ALL) do(CSSELR_EL1,                                                                                                                                                                                 \
								    0xf) do(CNTKCTL_EL1,                                                                                                                                                                        \
									    0x203ff) do(CNTV_CTL_EL0,                                                                                                                                                           \
											2) do(CNTV_CVAL_EL0,                                                                                                                                                    \
											      ALL) do(CNTP_CTL_EL0,                                                                                                                                             \
												      2) do(CNTP_CVAL_EL0,                                                                                                                                      \
													    ALL) do(MDSCR_EL1,                                                                                                                                  \
														    0xffff) do(ICC_PMR_EL1,                                                                                                                     \
															       0xf8) do(ICC_CTLR_EL1,                                                                                                           \
																	3) do(ICC_IGRPEN0_EL1,                                                                                                  \
																	      1) do(ICC_IGRPEN1_EL1,                                                                                            \
																		    1) do(ICC_AP0R0_EL1,                                                                                        \
																			  0xffff) do(ICC_AP1R0_EL1,                                                                             \
																				     0xffff0000)

#define COUNT(name, mask) +1
#define SYSTEM_REGISTERS  (0 REGISTERS(COUNT))

/* Those classes in which both have something; of the others it has its own in a system register, or nothing. */
#define OWN_CLASSES ((1U << CLASS_TPIDRRO) - 1)

static const char *const class_names[CLASSES] = CLASS_NAMES;
#define NAME(name, mask) #name,
static const char *const system_names[SYSTEM_REGISTERS] = { REGISTERS(NAME) };
#define MASK(name, mask) mask,
static const uint64_t system_masks[SYSTEM_REGISTERS] = { REGISTERS(MASK) };

/* Registers of what guests are not shown: there is nothing of anybody to be found in them. MRS X1 */
static const struct {
	uint32_t word;
	const char *name;
} hidden[] = {
	{ 0xd5381201, "ZCR_EL1 (SVE)" },    { 0xd53812c1, "SMCR_EL1 (SME)" },
	{ 0xd53bd0a1, "TPIDR2_EL0 (SME)" }, { 0xd5382101, "APIAKeyLo_EL1" },
	{ 0xd5382301, "APGAKeyLo_EL1" },    { 0xd5385601, "TFSR_EL1 (MTE)" },
	{ 0xd53810c1, "GCR_EL1 (MTE)" },    { 0xd538d0e1, "SCXTNUM_EL1" },
	{ 0xd53b9d01, "PMCCNTR_EL0" },      { 0xd53be801, "PMEVCNTR0_EL0" },
	{ 0xd53bd401, "AMEVCNTR00_EL0" },   { 0xd5382061, "TCR2_EL1" },
	{ 0xd53cd041, "TPIDR_EL2" },        { 0xd53ce061, "CNTVOFF_EL2" },
	{ 0xd53dc001, "VBAR_EL12" },
};

void cross(struct crossing *before, struct crossing *after, uint64_t address, uint64_t rounds);

static struct tally {
	unsigned int looks;
	unsigned int foreign;
} class_tally[CLASSES], system_tally[SYSTEM_REGISTERS];

static void look(struct tally *tally, bool own)
{
	tally->looks++;
	tally->foreign += !own;
}

static void read_system(uint64_t values[SYSTEM_REGISTERS])
{
	unsigned int i = 0;

#define READ(name, mask) __asm__ volatile("mrs %0, " #name : "=r"(values[i++]));
	REGISTERS(READ)
}

static void write_system(const uint64_t values[SYSTEM_REGISTERS])
{
	unsigned int i = 0;

#define WRITE(name, mask) __asm__ volatile("msr " #name ", %0" ::"r"(values[i++]));
	REGISTERS(WRITE)
	__asm__ volatile("isb");
}

/* Two of the general registers were in use (leaks_cross.S). */
static void look_at(const struct crossing *before, const struct crossing *after)
{
	unsigned int foreign = crossing_difference_of(before, after, 0, 29);

	for (unsigned int i = 0; OWN_CLASSES >> i; i++)
		look(&class_tally[i], !(foreign >> i & 1));
}

static void round_of(uint64_t seed, uint64_t loops)
{
	static struct crossing before;
	static struct crossing after;
	uint64_t kept[SYSTEM_REGISTERS];
	uint64_t own[SYSTEM_REGISTERS];
	uint64_t now[SYSTEM_REGISTERS];

	read_system(kept);
	for (unsigned int i = 0; i < SYSTEM_REGISTERS; i++)
		own[i] = (kept[i] & ~system_masks[i]) | (value_of(seed, 256 + i) & system_masks[i]);
	crossing_fill(&before, seed);
	write_system(own);
	cross(&before, &after, CLOCK, loops);
	read_system(now);
	write_system(kept);
	look_at(&before, &after);
	for (unsigned int i = 0; i < SYSTEM_REGISTERS; i++)
		look(&system_tally[i], ((own[i] ^ now[i]) & system_masks[i]) == 0);
}

/* After a reset all these bits are zero, but of two registers. */
static uint64_t first_value(unsigned int i)
{
	static const uint64_t first[] = { 0x000d0000 & 0x30d00980, 0 };

	return i < sizeof(first) / sizeof(first[0]) ? first[i] : 0;
}

/* At the start all is as at a reset, whoever ran before. */
static void look_at_first(void)
{
	uint64_t values[SYSTEM_REGISTERS];
	struct attempt attempt = { .cause = 0 };

	read_system(values);
	for (unsigned int i = 0; i < SYSTEM_REGISTERS; i++)
		hostile_judge((values[i] & system_masks[i]) == first_value(i), "%s is %lx at first",
			      system_names[i], (unsigned long)values[i]);
	attempt_start();
	for (unsigned int i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
		attempt = (struct attempt){ .cause = 0 };
		attempt_words(&attempt, &hidden[i].word, 1, AT_EL1);
		hostile_judge(!attempt_done(&attempt), "%s holds %lx", hidden[i].name,
			      (unsigned long)attempt.x[1]);
	}
}

static void tell(const char *name, const struct tally *tally)
{
	hostile_judge(tally->foreign == 0, "%s leaks", name);
	hostile_say("look: %s: of another guest or a server %u in %u looks", name, tally->foreign,
		    tally->looks);
}

void hostile_attack(void)
{
	uint64_t start = arch_counter();
	uint64_t frequency;
	uint64_t end;

	__asm__("mrs %0, cntfrq_el0" : "=r"(frequency));
	end = start + SECONDS * frequency;
	look_at_first();
	for (unsigned int i = 0; i < ROUNDS || arch_counter() < end; i++)
		round_of((start << 8) + i, i % LONG_ROUND ? SHORT_LOOP : LONG_LOOP);
	for (unsigned int i = 0; OWN_CLASSES >> i; i++)
		tell(class_names[i], &class_tally[i]);
	for (unsigned int i = 0; i < SYSTEM_REGISTERS; i++)
		tell(system_names[i], &system_tally[i]);
}
