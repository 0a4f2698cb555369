/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory, devices and nothing, reached by each kind of instruction that there is, with the MMU and the caches off and
 * on in any order: each access is done, or ends in the exception that the manual has for it (D8.16, D24.2.40).
 */
#include "attempt.h"
#include "hostile.h"
#include "modes.h"
#include "translation.h"

#include <bench_board.h>
#include <stddef.h>

const char hostile_name[] = "memory";

#define MEMORY     0x40000000UL
#define MEMORY_END 0x40400000UL
#define GIC_SIZE   0x10000UL
#define GICR_SIZE  0x20000UL
#define UART_SIZE  0x1000UL
#define HOLE       0x0b000000UL
#define IPA_END    (1UL << 40)
/* Integer and fractional divisors of the UART: registers of 16 and 6 bits without effect here. */
#define UARTIBRD 0x24

/* A word of memory that is free for this; what is put there. */
#define PLACE   (MEMORY_END - 0x1000)
#define PATTERN 0x1122334455667788UL

/* ESR_EL1: aborts of EL1 itself, by the class (EL0's are one less), and their status. */
#define CLASS_FETCH      0x21
#define CLASS_DATA       0x25
#define STATUS(cause)    ((cause)&0x3f)
#define STATUS_ALIGNMENT 0x21
#define STATUS_EXTERNAL  0x10
#define STATUS_WALK      0x14 /* external on a walk; the level is in the low bits */
#define STATUS_EXCLUSIVE 0x35 /* unsupported exclusive or atomic */
#define LEVEL            3UL

/* What may come of an access: bits. */
#define DONE      1U /* done, and what was loaded is right where that is known */
#define ABORT     2U /* external abort at the address */
#define ALIGNMENT 4U
#define WALK      8U
#define UNDEFINED 16U
#define SIZE      32U /* address size, or a translation fault at level 0: it is too long */
#define EXCLUSIVE 64U
#define OTHER     128U

extern const char load_byte[], load_half[], load_word[], load_double[], store_byte[], store_word[],
	store_double[], load_signed[], load_pair[], load_wide_pair[], load_signed_pair[],
	store_pair[], store_wide_pair[], load_behind[], load_before[], load_pair_behind[],
	store_behind[], store_pair_before[], load_acquire[], store_release[], load_unprivileged[],
	load_exclusive[], load_exclusive_pair[], store_exclusive[], add_atomically[], swap[],
	compare_and_swap[], compare_and_swap_pair[], store_minimum[], load_vector[], load_vectors[],
	store_vector_pair[], zero_line[], clean_line[], invalidate_line[],
	invalidate_instructions[], prefetch[], load_literally[], store_tag[], branch[],
	branch_and_link[];

#define ACCESS(name) name, #name

/* By instruction: what may come of it at a divisor of the UART, at memory, and where nothing is. */
static const struct access {
	const char *code;
	const char *name;
	unsigned int device;
	unsigned int memory;
	unsigned int nothing;
} accesses[] = {
	{ ACCESS(load_byte), DONE | ABORT, DONE, ABORT },
	{ ACCESS(load_half), DONE, DONE, ABORT },
	{ ACCESS(load_word), DONE, DONE, ABORT },
	{ ACCESS(load_double), ABORT | ALIGNMENT, DONE, ABORT },
	{ ACCESS(store_byte), DONE | ABORT, DONE, ABORT },
	{ ACCESS(store_word), DONE, DONE, ABORT },
	{ ACCESS(store_double), ABORT | ALIGNMENT, DONE, ABORT },
	{ ACCESS(load_signed), DONE, DONE, ABORT },
	{ ACCESS(load_pair), DONE, DONE, ABORT },
	{ ACCESS(load_wide_pair), ABORT | ALIGNMENT, DONE, ABORT },
	{ ACCESS(load_signed_pair), DONE | ABORT, DONE, ABORT },
	{ ACCESS(store_pair), DONE, DONE, ABORT },
	{ ACCESS(store_wide_pair), ABORT | ALIGNMENT, DONE, ABORT },
	{ ACCESS(load_behind), DONE, DONE, ABORT },
	{ ACCESS(load_before), DONE, DONE, ABORT },
	{ ACCESS(load_pair_behind), DONE, DONE, ABORT },
	{ ACCESS(store_behind), DONE, DONE, ABORT },
	{ ACCESS(store_pair_before), DONE, DONE, ABORT },
	{ ACCESS(load_acquire), DONE | ABORT, DONE, ABORT },
	{ ACCESS(store_release), DONE | ABORT, DONE, ABORT },
	{ ACCESS(load_unprivileged), DONE | ABORT | OTHER, DONE | OTHER, ABORT | OTHER },
	{ ACCESS(load_exclusive), ABORT | EXCLUSIVE, DONE | EXCLUSIVE, ABORT },
	{ ACCESS(load_exclusive_pair), ABORT | ALIGNMENT | EXCLUSIVE, DONE | EXCLUSIVE, ABORT },
	{ ACCESS(store_exclusive), DONE | ABORT | EXCLUSIVE, DONE | EXCLUSIVE, DONE | ABORT },
	{ ACCESS(add_atomically), ABORT | EXCLUSIVE, DONE | EXCLUSIVE, ABORT },
	{ ACCESS(swap), ABORT | ALIGNMENT | EXCLUSIVE, DONE | EXCLUSIVE, ABORT },
	{ ACCESS(compare_and_swap), ABORT | EXCLUSIVE, DONE | EXCLUSIVE, ABORT },
	{ ACCESS(compare_and_swap_pair), ABORT | ALIGNMENT | EXCLUSIVE, DONE | EXCLUSIVE, ABORT },
	{ ACCESS(store_minimum), ABORT | EXCLUSIVE, DONE | EXCLUSIVE, ABORT },
	{ ACCESS(load_vector), ABORT | ALIGNMENT, DONE, ABORT },
	{ ACCESS(load_vectors), ABORT | ALIGNMENT, DONE, ABORT },
	{ ACCESS(store_vector_pair), ABORT | ALIGNMENT, DONE, ABORT },
	/* A line of device memory cannot be zeroed so; with the MMU off all memory is such. */
	{ ACCESS(zero_line), ABORT | ALIGNMENT, DONE | ALIGNMENT, ABORT | ALIGNMENT },
	{ ACCESS(clean_line), DONE, DONE, DONE | ABORT },
	{ ACCESS(invalidate_line), DONE, DONE, DONE | ABORT },
	{ ACCESS(invalidate_instructions), DONE, DONE, DONE | ABORT },
	{ ACCESS(prefetch), DONE, DONE, DONE },
	/* Pointer authentication and tags are not shown. */
	{ ACCESS(load_literally), UNDEFINED | ABORT, UNDEFINED | DONE, UNDEFINED | ABORT },
	{ ACCESS(store_tag), UNDEFINED | DONE | ABORT | ALIGNMENT, UNDEFINED | DONE,
	  UNDEFINED | DONE | ABORT },
	{ ACCESS(branch), ABORT, OTHER | UNDEFINED, ABORT },
};

static unsigned int outcome(const struct attempt *attempt, uint64_t address)
{
	uint64_t status = STATUS(attempt->cause);
	uint64_t class = CLASS_OF(attempt->cause) + (attempt->vector == VECTOR_LOWER_SYNC);
	bool fetch = class == CLASS_FETCH;
	bool near = attempt->address - address + 64 < 128;

	if (attempt_done(attempt))
		return DONE;
	if (attempt->cause == CAUSE_UNDEFINED)
		return UNDEFINED;
	if (!fetch && class != CLASS_DATA)
		return OTHER;
	if (status == STATUS_EXTERNAL && near)
		return ABORT;
	if (status == STATUS_ALIGNMENT && !fetch && near)
		return ALIGNMENT;
	if (status == STATUS_EXCLUSIVE && near)
		return EXCLUSIVE;
	if ((status & ~LEVEL) == STATUS_WALK)
		return WALK;
	if ((status & ~LEVEL) == 0 || status == 4)
		return SIZE;
	return OTHER;
}

static const char *mode_name;

static void try(const char *code, const char *name, uint64_t address, unsigned int allowed)
{
	struct attempt attempt = { .x = { address } };

	attempt_run(&attempt, code, AT_EL1);
	hostile_judge(outcome(&attempt, address) & allowed, "%s, %s at %lx: cause %lx, address %lx",
		      mode_name, name, (unsigned long)address, (unsigned long)attempt.cause,
		      (unsigned long)attempt.address);
}

/* What was stored is there, by loads of each size. */
static void try_values(void)
{
	struct attempt attempt = { .x = { PLACE, PATTERN } };

	attempt_run(&attempt, store_double, AT_EL1);
	hostile_judge(attempt_done(&attempt), "%s: a store", mode_name);
	attempt = (struct attempt){ .x = { PLACE } };
	attempt_run(&attempt, load_double, AT_EL1);
	hostile_judge(attempt_done(&attempt) && attempt.x[1] == PATTERN, "%s: loaded %lx",
		      mode_name, (unsigned long)attempt.x[1]);
	attempt = (struct attempt){ .x = { PLACE } };
	attempt_run(&attempt, load_pair_behind, AT_EL1);
	hostile_judge(attempt_done(&attempt) && attempt.x[1] == (uint32_t)PATTERN &&
			      attempt.x[2] == PATTERN >> 32 && attempt.x[0] == PLACE + 8,
		      "%s: loaded a pair %lx %lx", mode_name, (unsigned long)attempt.x[1],
		      (unsigned long)attempt.x[2]);
}

/* The bytes on both sides of each end of what is there; no access is there in part. */
static void try_boundaries(void)
{
	static const struct {
		uint64_t first;
		uint64_t end;
	} regions[] = {
		{ MEMORY, MEMORY_END },
		{ GICD, GICD + GIC_SIZE },
		{ GICR, GICR + GICR_SIZE },
		{ UART, UART + UART_SIZE },
	};

	for (unsigned int i = 0; i < sizeof(regions) / sizeof(regions[0]); i++) {
		uint64_t first = regions[i].first;
		uint64_t end = regions[i].end;

		try(load_word, "the first word", first, DONE);
		try(load_word, "the last word", end - 4, DONE);
		try(load_byte, "the byte before", first - 1, ABORT);
		try(load_byte, "the byte behind", end, ABORT);
		try(store_word, "the word before", first - 4, ABORT);
		try(store_word, "the word behind", end, ABORT);
		try(load_double, "across the beginning", first - 4, ABORT | ALIGNMENT);
		try(load_double, "across the end", end - 4, ABORT | ALIGNMENT);
		try(store_double, "a store across the end", end - 4, ABORT | ALIGNMENT);
		try(store_wide_pair, "a pair across the end", end - 8, ABORT);
		try(branch, "a branch behind", end, ABORT);
	}
	try(load_word, "the first of all", 0, ABORT);
	try(load_word, "the last of 40 bits", IPA_END - 4, ABORT);
}

static void try_user(const char *code, const char *name, uint64_t address, unsigned int allowed,
		     uint64_t offset)
{
	struct attempt attempt = { .x = { address } };

	attempt_run(&attempt, code + offset, AT_EL0);
	hostile_judge(outcome(&attempt, address) & allowed,
		      "%s, %s at %lx at EL0: cause %lx, address %lx", mode_name, name,
		      (unsigned long)address, (unsigned long)attempt.cause,
		      (unsigned long)attempt.address);
}

/* The same by a process of the guest: devices, nothing and memory, and tables there. */
static void try_process(bool translates)
{
	static const struct access some[] = {
		{ ACCESS(load_word), DONE, DONE, ABORT },
		{ ACCESS(store_word), DONE, DONE, ABORT },
		{ ACCESS(load_pair), DONE, DONE, ABORT },
		{ ACCESS(store_behind), DONE, DONE, ABORT },
		{ ACCESS(load_vector), ABORT | ALIGNMENT, DONE, ABORT },
		{ ACCESS(add_atomically), ABORT | EXCLUSIVE, DONE | EXCLUSIVE, ABORT },
		{ ACCESS(load_exclusive), ABORT | EXCLUSIVE, DONE | EXCLUSIVE, ABORT },
		{ ACCESS(compare_and_swap), ABORT | EXCLUSIVE, DONE | EXCLUSIVE, ABORT },
		{ ACCESS(prefetch), DONE, DONE, DONE },
		{ ACCESS(branch), ABORT, OTHER | UNDEFINED, ABORT },
	};
	static const uint64_t tables[] = { TABLE_IN_UART, TABLE_IN_GIC, TABLE_IN_NOTHING,
					   TABLE_BEHIND };
	uint64_t offset = translates ? USER_OFFSET : 0;

	for (unsigned int i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		const struct access *access = &some[i];

		if (access->code != branch)
			try_user(access->code, access->name, PLACE + offset, access->memory,
				 offset);
		try_user(access->code, access->name, UART + UARTIBRD + offset, access->device,
			 offset);
		try_user(access->code, access->name, GICD + offset, access->device, offset);
		try_user(access->code, access->name, HOLE + offset, access->nothing, offset);
		try_user(access->code, access->name, MEMORY_END + offset, access->nothing, offset);
		for (unsigned int n = 0; translates && n < sizeof(tables) / sizeof(tables[0]); n++)
			try_user(access->code, access->name, tables[n],
				 access->code == prefetch ? DONE : WALK, offset);
	}
}

/* Where nothing translates, or what would is a device or nothing. */
static void try_walks(void)
{
	try(load_word, "tables in the UART", TABLE_IN_UART, WALK);
	try(store_word, "tables in the UART", TABLE_IN_UART + 8, WALK);
	try(branch, "tables in the UART", TABLE_IN_UART, WALK);
	try(load_pair, "tables in the GIC", TABLE_IN_GIC, WALK);
	try(load_word, "tables in nothing", TABLE_IN_NOTHING, WALK);
	try(zero_line, "tables in nothing", TABLE_IN_NOTHING, WALK);
	try(load_word, "tables behind memory", TABLE_BEHIND, WALK);
}

static void try_all(const struct translation_mode *mode)
{
	mode_name = mode->name;
	translation_set(mode);
	try_values();
	for (unsigned int i = 0; i < sizeof(accesses) / sizeof(accesses[0]); i++) {
		const struct access *access = &accesses[i];

		/* With the MMU off memory is no place to branch to but for what is there: words of data. */
		if (access->code != branch)
			try(access->code, access->name, PLACE, access->memory);
		try(access->code, access->name, UART + UARTIBRD, access->device);
		try(access->code, access->name, HOLE, access->nothing);
		try(access->code, access->name, IPA_END - 64, access->nothing);
	}
	try_boundaries();
	try_process(mode->translates);
	if (mode->translates)
		try_walks();
	else
		try(load_word, "beyond 40 bits", IPA_END, ABORT | SIZE);
}

void modes_start(void)
{
	attempt_start();
	translation_start();
}

void modes_try(unsigned int mode)
{
	try_all(&translation_modes[mode]);
}

void modes_end(void)
{
	translation_set(&translation_modes[0]);
}
