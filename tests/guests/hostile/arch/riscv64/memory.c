/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory, devices and nothing, reached by each kind of instruction that there is, with translation off and on in each mode and
 * any order: each access is done, or ends in the exception that the manual has for it ("Supervisor Cause Register").
 */
#include "attempt.h"
#include "hostile.h"
#include "modes.h"
#include "translation.h"

#include <bench_board.h>
#include <stddef.h>

const char hostile_name[] = "memory";

#define MEMORY     0x80000000UL
#define MEMORY_END 0x80400000UL
#define HOLE       0x0b000000UL
#define UART_SIZE  0x1000UL
#define GPA_END    (1UL << 41)
#define GIB        (1UL << 30)

/* A line of memory that is free for this; what is put there. */
#define PLACE   (MEMORY_END - 0x1000)
#define PATTERN 0x1122334455667788UL

/* A register of the UART, of a byte, that is kept; one of the PLIC, of a word: the priority of a source that is not used. */
#define BYTE_REGISTER (UART + UART_SCR)
#define WORD_REGISTER PLIC_PRIORITY(20)

/* What may come of an access: bits. */
#define DONE       1U
#define FAULT      2U /* an access fault of its kind, at the address */
#define UNALIGNED  4U
#define PAGE_FAULT 8U
#define ILLEGAL    16U
#define OTHER      32U

enum kind { LOAD, STORE, FETCH, EITHER };

extern const char load_byte[], load_signed_byte[], load_half[], load_signed_half[], load_word[],
	load_signed_word[], load_double[], store_byte[], store_half[], store_word[], store_double[],
	load_reserved[], load_reserved_double[], store_conditional[], store_conditional_double[],
	swap[], add_double[], maximum[], load_float[], load_float_double[], store_float[],
	store_float_double[], load_unaligned_half[], load_unaligned[], load_unaligned_double[],
	store_unaligned[], store_unaligned_double[], swap_unaligned[], invalidate_line[],
	clean_line[], flush_line[], zero_line[], prefetch[], load_vector[], store_vector[],
	load_vector_indexed[], load_whole_vector[], store_whole_vector[], load_word_short[],
	load_double_short[], store_word_short[], store_double_short[], load_float_short[], branch[];

#define ACCESS(name) name, #name

/* By instruction: what may come of it at a register of a byte, at one of a word, at memory, and where nothing is. */
static const struct access {
	const char *code;
	const char *name;
	enum kind kind;
	unsigned int byte;
	unsigned int word;
	unsigned int memory;
	unsigned int nothing;
} accesses[] = {
	{ ACCESS(load_byte), LOAD, DONE, DONE | FAULT, DONE, FAULT },
	{ ACCESS(load_signed_byte), LOAD, DONE, DONE | FAULT, DONE, FAULT },
	{ ACCESS(load_half), LOAD, FAULT | UNALIGNED, DONE | FAULT, DONE, FAULT },
	{ ACCESS(load_signed_half), LOAD, FAULT | UNALIGNED, DONE | FAULT, DONE, FAULT },
	{ ACCESS(load_word), LOAD, FAULT | UNALIGNED, DONE, DONE, FAULT },
	{ ACCESS(load_signed_word), LOAD, FAULT | UNALIGNED, DONE, DONE, FAULT },
	{ ACCESS(load_double), LOAD, FAULT | UNALIGNED, FAULT | DONE, DONE, FAULT },
	{ ACCESS(store_byte), STORE, DONE, DONE | FAULT, DONE, FAULT },
	{ ACCESS(store_half), STORE, FAULT | UNALIGNED, DONE | FAULT, DONE, FAULT },
	{ ACCESS(store_word), STORE, FAULT | UNALIGNED, DONE, DONE, FAULT },
	{ ACCESS(store_double), STORE, FAULT | UNALIGNED, FAULT | DONE, DONE, FAULT },
	{ ACCESS(load_reserved), LOAD, FAULT | UNALIGNED, FAULT, DONE, FAULT },
	{ ACCESS(load_reserved_double), LOAD, FAULT | UNALIGNED, FAULT, DONE, FAULT },
	/* Without a reservation nothing need be looked at. */
	{ ACCESS(store_conditional), STORE, DONE | FAULT | UNALIGNED, DONE | FAULT, DONE,
	  DONE | FAULT },
	{ ACCESS(store_conditional_double), STORE, DONE | FAULT | UNALIGNED, DONE | FAULT, DONE,
	  DONE | FAULT },
	{ ACCESS(swap), STORE, FAULT | UNALIGNED, FAULT, DONE, FAULT },
	{ ACCESS(add_double), STORE, FAULT | UNALIGNED, FAULT, DONE, FAULT },
	{ ACCESS(maximum), STORE, FAULT | UNALIGNED, FAULT, DONE, FAULT },
	{ ACCESS(load_float), LOAD, FAULT | UNALIGNED, FAULT | DONE, DONE, FAULT },
	{ ACCESS(load_float_double), LOAD, FAULT | UNALIGNED, FAULT | DONE, DONE, FAULT },
	{ ACCESS(store_float), STORE, FAULT | UNALIGNED, FAULT | DONE, DONE, FAULT },
	{ ACCESS(store_float_double), STORE, FAULT | UNALIGNED, FAULT | DONE, DONE, FAULT },
	{ ACCESS(load_unaligned_half), LOAD, FAULT | UNALIGNED, FAULT | UNALIGNED, DONE | UNALIGNED,
	  FAULT | UNALIGNED },
	{ ACCESS(load_unaligned), LOAD, FAULT | UNALIGNED, FAULT | UNALIGNED, DONE | UNALIGNED,
	  FAULT | UNALIGNED },
	{ ACCESS(load_unaligned_double), LOAD, FAULT | UNALIGNED, FAULT | UNALIGNED,
	  DONE | UNALIGNED, FAULT | UNALIGNED },
	{ ACCESS(store_unaligned), STORE, FAULT | UNALIGNED, FAULT | UNALIGNED, DONE | UNALIGNED,
	  FAULT | UNALIGNED },
	{ ACCESS(store_unaligned_double), STORE, FAULT | UNALIGNED, FAULT | UNALIGNED,
	  DONE | UNALIGNED, FAULT | UNALIGNED },
	{ ACCESS(swap_unaligned), STORE, FAULT | UNALIGNED, FAULT | UNALIGNED, FAULT | UNALIGNED,
	  FAULT | UNALIGNED },
	/* Lines are managed or not as the extensions are shown. */
	{ ACCESS(invalidate_line), EITHER, DONE | FAULT | ILLEGAL, DONE | FAULT | ILLEGAL,
	  DONE | ILLEGAL, DONE | FAULT | ILLEGAL },
	{ ACCESS(clean_line), EITHER, DONE | FAULT | ILLEGAL, DONE | FAULT | ILLEGAL,
	  DONE | ILLEGAL, DONE | FAULT | ILLEGAL },
	{ ACCESS(flush_line), EITHER, DONE | FAULT | ILLEGAL, DONE | FAULT | ILLEGAL,
	  DONE | ILLEGAL, DONE | FAULT | ILLEGAL },
	{ ACCESS(zero_line), STORE, FAULT | ILLEGAL, FAULT | ILLEGAL, DONE | ILLEGAL,
	  FAULT | ILLEGAL },
	{ ACCESS(prefetch), LOAD, DONE, DONE, DONE, DONE },
	{ ACCESS(load_vector), LOAD, FAULT | UNALIGNED | ILLEGAL, FAULT | ILLEGAL, DONE | ILLEGAL,
	  FAULT | ILLEGAL },
	{ ACCESS(store_vector), STORE, FAULT | UNALIGNED | ILLEGAL, FAULT | ILLEGAL, DONE | ILLEGAL,
	  FAULT | ILLEGAL },
	{ ACCESS(load_vector_indexed), LOAD, FAULT | UNALIGNED | ILLEGAL, FAULT | ILLEGAL,
	  DONE | ILLEGAL, FAULT | ILLEGAL },
	{ ACCESS(load_whole_vector), LOAD, FAULT | UNALIGNED | ILLEGAL, FAULT | ILLEGAL,
	  DONE | ILLEGAL, FAULT | ILLEGAL },
	{ ACCESS(store_whole_vector), STORE, FAULT | UNALIGNED | ILLEGAL, FAULT | ILLEGAL,
	  DONE | ILLEGAL, FAULT | ILLEGAL },
	{ ACCESS(load_word_short), LOAD, FAULT | UNALIGNED, DONE, DONE, FAULT },
	{ ACCESS(load_double_short), LOAD, FAULT | UNALIGNED, FAULT | DONE, DONE, FAULT },
	{ ACCESS(store_word_short), STORE, FAULT | UNALIGNED, DONE, DONE, FAULT },
	{ ACCESS(store_double_short), STORE, FAULT | UNALIGNED, FAULT | DONE, DONE, FAULT },
	{ ACCESS(load_float_short), LOAD, FAULT | UNALIGNED, FAULT | DONE, DONE, FAULT },
	{ ACCESS(branch), FETCH, FAULT, FAULT, OTHER | ILLEGAL, FAULT },
};

/* Page faults, access faults and misalignment: which, and of which kind. */
static const struct {
	uint64_t cause;
	enum kind kind;
	unsigned int outcome;
} causes[] = {
	{ CAUSE_FETCH_ACCESS, FETCH, FAULT },       { CAUSE_LOAD_ACCESS, LOAD, FAULT },
	{ CAUSE_STORE_ACCESS, STORE, FAULT },       { CAUSE_FETCH_MISALIGNED, FETCH, UNALIGNED },
	{ CAUSE_LOAD_MISALIGNED, LOAD, UNALIGNED }, { CAUSE_STORE_MISALIGNED, STORE, UNALIGNED },
	{ CAUSE_FETCH_PAGE, FETCH, PAGE_FAULT },    { CAUSE_LOAD_PAGE, LOAD, PAGE_FAULT },
	{ CAUSE_STORE_PAGE, STORE, PAGE_FAULT },
};

/* QEMU calls the misalignment of an atomic access one of its load. */
static bool is_of(unsigned int cause, enum kind kind)
{
	return causes[cause].kind == kind || kind == EITHER ||
	       (kind == STORE && causes[cause].cause == CAUSE_LOAD_MISALIGNED);
}

static unsigned int outcome(const struct attempt *attempt, enum kind kind, uint64_t address)
{
	bool near = attempt->address - address + 64 < 128;

	if (attempt_done(attempt))
		return DONE;
	if (attempt->cause == CAUSE_ILLEGAL)
		return ILLEGAL;
	for (unsigned int i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
		if (causes[i].cause == attempt->cause && near && is_of(i, kind))
			return causes[i].outcome;
	return OTHER;
}

static const char *mode_name;

static void try(const char *code, const char *name, enum kind kind, uint64_t address,
		unsigned int allowed)
{
	struct attempt attempt = { .a = { address, 0, 0, address + 1 } };

	attempt_run(&attempt, code, AT_SUPERVISOR);
	hostile_judge(outcome(&attempt, kind, address) & allowed,
		      "%s, %s at %lx: cause %lx, address %lx", mode_name, name,
		      (unsigned long)address, (unsigned long)attempt.cause,
		      (unsigned long)attempt.address);
}

static void try_user(const struct access *access, uint64_t address, unsigned int allowed,
		     uint64_t offset)
{
	struct attempt attempt = { .a = { address, 0, 0, address + 1 } };

	attempt_run(&attempt, access->code + offset, AT_USER);
	hostile_judge(outcome(&attempt, access->kind, address) & (allowed | ILLEGAL),
		      "%s, %s at %lx in U-mode: cause %lx, address %lx", mode_name, access->name,
		      (unsigned long)address, (unsigned long)attempt.cause,
		      (unsigned long)attempt.address);
}

/* What was stored is there, by loads of each size. */
static void try_values(void)
{
	struct attempt attempt = { .a = { PLACE, PATTERN } };

	attempt_run(&attempt, store_double, AT_SUPERVISOR);
	hostile_judge(attempt_done(&attempt), "%s: a store", mode_name);
	attempt = (struct attempt){ .a = { PLACE } };
	attempt_run(&attempt, load_double_short, AT_SUPERVISOR);
	hostile_judge(attempt_done(&attempt) && attempt.a[1] == PATTERN, "%s: loaded %lx",
		      mode_name, (unsigned long)attempt.a[1]);
	attempt = (struct attempt){ .a = { PLACE + 4 } };
	attempt_run(&attempt, load_word, AT_SUPERVISOR);
	hostile_judge(attempt_done(&attempt) && attempt.a[1] == PATTERN >> 32, "%s: loaded %lx",
		      mode_name, (unsigned long)attempt.a[1]);
}

/* A device's register keeps what was stored, with its sign when it is loaded so. */
static void try_register(void)
{
	struct attempt attempt = { .a = { BYTE_REGISTER, 0x1a5 } };

	attempt_run(&attempt, store_byte, AT_SUPERVISOR);
	hostile_judge(attempt_done(&attempt), "%s: a store to a register", mode_name);
	attempt = (struct attempt){ .a = { BYTE_REGISTER } };
	attempt_run(&attempt, load_byte, AT_SUPERVISOR);
	hostile_judge(attempt_done(&attempt) && attempt.a[1] == 0xa5, "%s: a register is %lx",
		      mode_name, (unsigned long)attempt.a[1]);
	attempt = (struct attempt){ .a = { BYTE_REGISTER } };
	attempt_run(&attempt, load_signed_byte, AT_SUPERVISOR);
	hostile_judge(attempt_done(&attempt) && attempt.a[1] == 0xffffffffffffffa5,
		      "%s: a register is %lx with its sign", mode_name,
		      (unsigned long)attempt.a[1]);
}

/* The bytes on both sides of each end of what is there; no access is there in part. */
static void try_boundaries(void)
{
	static const uint64_t ends[] = { MEMORY_END, UART + UART_SIZE };

	for (unsigned int i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		uint64_t end = ends[i];

		try(load_byte, "the byte behind", LOAD, end, FAULT);
		try(store_word, "the word behind", STORE, end, FAULT);
		try(load_double, "across the end", LOAD, end - 4, FAULT | UNALIGNED);
		try(store_double, "a store across the end", STORE, end - 4, FAULT | UNALIGNED);
		try(load_unaligned, "a byte across the end", LOAD, end - 4, FAULT | UNALIGNED);
		try(branch, "a branch behind", FETCH, end, FAULT);
	}
	try(load_byte, "the first of memory", LOAD, MEMORY, DONE);
	try(load_byte, "the last of memory", LOAD, MEMORY_END - 1, DONE);
	try(load_byte, "the byte before memory", LOAD, MEMORY - 1, FAULT);
	try(load_double, "across the beginning of memory", LOAD, MEMORY - 4, FAULT | UNALIGNED);
	try(load_word, "the first of all", LOAD, 0, FAULT);
}

static void try_everywhere(const struct access *access)
{
	/* Without translation memory is no place to branch to but for what is there: words of data. */
	if (access->code != branch)
		try(access->code, access->name, access->kind, PLACE, access->memory);
	try(access->code, access->name, access->kind, BYTE_REGISTER, access->byte);
	try(access->code, access->name, access->kind, WORD_REGISTER, access->word);
	try(access->code, access->name, access->kind, HOLE, access->nothing);
}

/* Tables in devices and in nothing are access faults, of the access's own kind ("Virtual Address Translation Process"). */
static void try_walks(const struct access *access)
{
	static const uint64_t tables[] = { TABLE_IN_UART, TABLE_IN_PLIC, TABLE_IN_NOTHING,
					   TABLE_BEHIND };
	unsigned int more = access->nothing & (DONE | UNALIGNED | ILLEGAL);

	for (unsigned int i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		try(access->code, access->name, access->kind, tables[i], FAULT | more);
	try(access->code, access->name, access->kind, LAST_GIB + GIB - 64, access->nothing);
	/* What is U-mode's is not S-mode's. */
	try(access->code, access->name, access->kind, USER_OFFSET + PLACE, PAGE_FAULT | more);
}

static void try_process(const struct access *access, bool translates)
{
	uint64_t offset = translates ? USER_OFFSET : 0;

	if (access->code != branch)
		try_user(access, PLACE + offset, access->memory, offset);
	try_user(access, BYTE_REGISTER + offset, access->byte, offset);
	try_user(access, HOLE + offset, access->nothing, offset);
	if (translates) {
		try_user(access, TABLE_IN_PLIC, FAULT | (access->nothing & (DONE | UNALIGNED)),
			 offset);
		try_user(access, PLACE, PAGE_FAULT | (access->nothing & (DONE | UNALIGNED)),
			 offset);
	}
}

static void try_all(const struct translation_mode *mode)
{
	bool translates = mode->mode != 0;

	mode_name = mode->name;
	if (!translation_set(mode)) {
		hostile_exempt("a mode of translation that the processor does not have");
		return;
	}
	try_values();
	try_register();
	for (unsigned int i = 0; i < sizeof(accesses) / sizeof(accesses[0]); i++) {
		try_everywhere(&accesses[i]);
		try_process(&accesses[i], translates);
		if (translates)
			try_walks(&accesses[i]);
		else
			try(accesses[i].code, accesses[i].name, accesses[i].kind, GPA_END - 64,
			    accesses[i].nothing);
	}
	try_boundaries();
	if (!translates)
		try(load_word, "beyond 41 bits", LOAD, GPA_END, FAULT | PAGE_FAULT);
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
