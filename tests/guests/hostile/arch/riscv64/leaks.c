/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Values of its own in every register that a guest has, round by round, while another guest does the same, and servers work for
 * both: what is found that it did not put there is somebody else's.
 */
#include "attempt.h"
#include "hostile.h"
#include "leaks_cross.h"

#include <bench_board.h>
#include <machine.h>
#include <stddef.h>
#include <distinct_values.h>

const char hostile_name[] = "leaks";

/* At least so many rounds, and for so long that others have their turn often enough. */
#define ROUNDS  60
#define SECONDS 10UL
/* Each so many rounds it stays long enough for others to have their turn. */
#define LONG_ROUND 3
#define SHORT_LOOP 1
#define LONG_LOOP  1000000

#define ALL       UINT64_MAX
#define FCSR_BITS 0x7fUL

/* Not looked at: x0, sp, a0 (x10), t5 and t6 (x30, x31). */
#define X_UNUSED (1U << 0 | 1U << 2 | 1U << 10 | 1U << 30 | 1U << 31)

/*
 * CSRs of VS-mode and of all modes, by number, and their bits of state, without those that would turn on what the loop here
 * could not bear. stimecmp has its upper bits only: it stays in the future.
 */
#define REGISTERS(do)                                                                             \
	do                                                                                        \
	(0x100, 0xc0120) do(0x104, 0x200) do(0x105, 0x7ffffffffcUL) do(0x106, 2) do(0x10a, 1) do( \
		0x140, ALL) do(0x141, 0x7ffffffffcUL) do(0x142, 1UL << 63 | 1) do(0x143,          \
										  0x7fffffffffUL)

#define COUNT(number, mask) +1
#define CSRS                (0 REGISTERS(COUNT))

static const struct {
	uint32_t number;
	uint64_t mask;
} csrs[CSRS] = {
#define ROW(number, mask) { number, mask },
	REGISTERS(ROW)
};

/* The unprivileged ones, by class. */
enum { GENERAL, FLOATING, FCSR, VECTORS, CLASSES };

static const char *const class_names[CLASSES] = { "x", "f0 to f31", "fcsr", "v0 to v31" };

static struct tally {
	unsigned int looks;
	unsigned int foreign;
} class_tally[CLASSES], csr_tally[CSRS];

static bool has_vectors;

static void look(struct tally *tally, bool own)
{
	tally->looks++;
	tally->foreign += !own;
}

static void read_csrs(uint64_t values[CSRS])
{
	unsigned int i = 0;

#define READ(number, mask) __asm__ volatile("csrr %0, " #number : "=r"(values[i++]));
	REGISTERS(READ)
}

static void write_csrs(const uint64_t values[CSRS])
{
	unsigned int i = 0;

#define WRITE(number, mask) __asm__ volatile("csrw " #number ", %0" ::"r"(values[i++]));
	REGISTERS(WRITE)
}

static void fill(struct crossing *crossing, uint64_t seed)
{
	for (unsigned int i = 0; i < 32; i++) {
		crossing->x[i] = value_of(seed, i);
		crossing->f[i] = value_of(seed, 32 + i);
	}
	/* Rounding modes that there are: frm below 4. */
	crossing->fcsr = value_of(seed, 64) & FCSR_BITS;
	for (unsigned int i = 0; i < sizeof(crossing->v); i++)
		crossing->v[i] = (uint8_t)value_of(seed, 128 + i);
}

static bool same(const uint64_t *a, const uint64_t *b, uint32_t left_out)
{
	for (unsigned int i = 0; i < 32; i++)
		if (!(left_out >> i & 1) && a[i] != b[i])
			return false;
	return true;
}

static bool same_vectors(const struct crossing *a, const struct crossing *b)
{
	uint64_t size;

	__asm__ volatile("csrr %0, 0xc22" : "=r"(size));
	for (uint64_t i = 0; i < 32 * size; i++)
		if (a->v[i] != b->v[i])
			return false;
	return true;
}

static void look_at(const struct crossing *before, const struct crossing *after)
{
	look(&class_tally[GENERAL], same(before->x, after->x, X_UNUSED));
	look(&class_tally[FLOATING], same(before->f, after->f, 0));
	look(&class_tally[FCSR], before->fcsr == after->fcsr);
	if (has_vectors)
		look(&class_tally[VECTORS], same_vectors(before, after));
}

static void round_of(uint64_t seed, uint64_t loops)
{
	static struct crossing before;
	static struct crossing after;
	uint64_t kept[CSRS];
	uint64_t own[CSRS];
	uint64_t now[CSRS];

	fill(&before, seed);
	read_csrs(kept);
	for (unsigned int i = 0; i < CSRS; i++)
		own[i] = (kept[i] & ~csrs[i].mask) | (value_of(seed, 96 + i) & csrs[i].mask);
	write_csrs(own);
	if (has_vectors)
		cross_with_vectors(&before, &after, PLIC_PRIORITY(1), loops);
	else
		cross(&before, &after, PLIC_PRIORITY(1), loops);
	read_csrs(now);
	write_csrs(kept);
	look_at(&before, &after);
	for (unsigned int i = 0; i < CSRS; i++)
		look(&csr_tally[i], ((own[i] ^ now[i]) & csrs[i].mask) == 0);
}

/* At the start all is as at a reset, whoever ran before. */
static void look_at_first(void)
{
	uint64_t values[CSRS];

	read_csrs(values);
	for (unsigned int i = 0; i < CSRS; i++)
		hostile_judge((values[i] & csrs[i].mask) == 0, "CSR 0x%x is %lx at first",
			      csrs[i].number, (unsigned long)values[i]);
}

static bool can_use_vectors(void)
{
	const uint32_t read = 0xc22025f3; /* csrr a1, vlenb */
	struct attempt attempt = { .cause = 0 };

	attempt_words(&attempt, &read, 1, AT_SUPERVISOR);
	return attempt_done(&attempt);
}

static void tell(const char *name, uint32_t number, const struct tally *tally)
{
	hostile_judge(tally->foreign == 0, "%s 0x%x leaks", name, number);
	hostile_say("look: %s 0x%x: of another guest or a server %u in %u looks", name, number,
		    tally->foreign, tally->looks);
}

void hostile_attack(void)
{
	uint64_t start = arch_counter();

	look_at_first();
	attempt_start();
	has_vectors = can_use_vectors();
	for (unsigned int i = 0; i < ROUNDS || arch_counter() < start + SECONDS * COUNTER_FREQUENCY;
	     i++)
		round_of((start << 8) + i, i % LONG_ROUND ? SHORT_LOOP : LONG_LOOP);
	for (unsigned int i = 0; i < CLASSES; i++)
		tell(class_names[i], i, &class_tally[i]);
	for (unsigned int i = 0; i < CSRS; i++)
		tell("CSR", csrs[i].number, &csr_tally[i]);
}
