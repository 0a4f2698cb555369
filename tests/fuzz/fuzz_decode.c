/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The VMM's decoder of loads and stores: any instruction with any registers, against a list of all encodings that it shall
 * take, one line each, written from Arm ARM C4.1.94 and C6.2.
 */
#include <check.h>

#include <decode.h>

#include "fuzz.h"

enum form {
	UNSCALED, /* imm9 */
	POST,
	PRE,
	UNSIGNED, /* imm12, scaled */
	EXTENDED, /* a register */
	PAIR,     /* imm7, scaled, and nothing written back */
	PAIR_POST,
	PAIR_PRE,
};

/* Fixed bits and their values, for size and operation 0; both come on top. */
static const struct {
	uint32_t mask, value;
} forms[] = {
	[UNSCALED] = { 0x3f200c00, 0x38000000 },  [POST] = { 0x3f200c00, 0x38000400 },
	[PRE] = { 0x3f200c00, 0x38000c00 },       [UNSIGNED] = { 0x3f000000, 0x39000000 },
	[EXTENDED] = { 0x3f200c00, 0x38200800 },  [PAIR] = { 0x3f800000, 0x29000000 },
	[PAIR_POST] = { 0x3f800000, 0x28800000 }, [PAIR_PRE] = { 0x3f800000, 0x29800000 },
};

/* LDTR and its kin, and the pairs without allocation, are like these. */
#define UNPRIVILEGED_MASK  0x3f200c00
#define UNPRIVILEGED_VALUE 0x38000800
#define NO_ALLOCATE_MASK   0x3f800000
#define NO_ALLOCATE_VALUE  0x28000000

static bool find_form(uint32_t word, enum form *form)
{
	if ((word & UNPRIVILEGED_MASK) == UNPRIVILEGED_VALUE) {
		*form = UNSCALED;
		return true;
	}
	if ((word & NO_ALLOCATE_MASK) == NO_ALLOCATE_VALUE) {
		*form = PAIR;
		/* There is no LDPSW of this kind. */
		return word >> 30 != 1;
	}
	for (uint32_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		*form = (enum form)i;
		if ((word & forms[i].mask) == forms[i].value)
			return true;
	}
	return false;
}

/* What a single register's size (31:30) and opc (23:22) mean; false: PRFM, or nothing. */
static bool find_operation(uint32_t word, struct transfer *t)
{
	static const struct {
		uint8_t size;
		bool write;
		uint8_t sign;
	} operations[16] = {
		{ 1, true, 0 }, { 1, false, 0 }, { 1, false, 64 }, { 1, false, 32 },
		{ 2, true, 0 }, { 2, false, 0 }, { 2, false, 64 }, { 2, false, 32 },
		{ 4, true, 0 }, { 4, false, 0 }, { 4, false, 64 }, { 0, false, 0 },
		{ 8, true, 0 }, { 8, false, 0 }, { 0, false, 0 },  { 0, false, 0 },
	};
	uint32_t index = (word >> 30) * 4 + (word >> 22) % 4;

	t->size = operations[index].size;
	t->write = operations[index].write;
	t->sign = operations[index].sign;
	t->count = 1;
	return t->size;
}

/* STP and LDP (opc 0 and 2), LDPSW (opc 1, which stores nothing), nothing (opc 3). */
static bool find_pair_operation(uint32_t word, struct transfer *t)
{
	uint32_t opc = word >> 30;

	t->write = !(word & 1U << 22);
	t->count = 2;
	t->reg[1] = word >> 10 & 31;
	t->size = opc == 2 ? 8 : 4;
	t->sign = opc == 1 ? 64 : 0;
	return opc == 0 || opc == 2 || (opc == 1 && !t->write);
}

static uint64_t signed_field(uint32_t word, uint32_t low, uint32_t bits)
{
	uint64_t value = word >> low & ((1U << bits) - 1);

	return value >> (bits - 1) ? value | ~0ULL << bits : value;
}

/* False where the option is reserved. */
static bool extended_offset(uint32_t word, const struct registers *r, uint32_t size,
			    uint64_t *offset)
{
	uint32_t m = word >> 16 & 31;
	uint64_t value = m == 31 ? 0 : r->x[m];
	uint32_t option = word >> 13 & 7;

	if (!(option & 2))
		return false;
	if (option == 2)
		value &= 0xffffffff;
	if (option == 6)
		value = (value & 0x80000000) ? value | 0xffffffff00000000 : value & 0xffffffff;
	*offset = word & 1U << 12 ? value * size : value;
	return true;
}

static bool find_offset(uint32_t word, enum form form, const struct registers *r,
			const struct transfer *t, uint64_t *offset)
{
	switch (form) {
	case UNSIGNED:
		*offset = (uint64_t)(word >> 10 & 0xfff) * t->size;
		return true;
	case EXTENDED:
		return extended_offset(word, r, t->size, offset);
	case PAIR:
	case PAIR_POST:
	case PAIR_PRE:
		*offset = signed_field(word, 15, 7) * t->size;
		return true;
	default:
		*offset = signed_field(word, 12, 9);
		return true;
	}
}

static bool reference(uint32_t word, const struct registers *r, struct transfer *t)
{
	uint32_t n = word >> 5 & 31;
	uint64_t base = n == 31 ? r->sp : r->x[n];
	uint64_t offset;
	enum form form;

	*t = (struct transfer){ .reg = { word & 31 }, .base = DECODE_NO_BASE };
	if (!find_form(word, &form) ||
	    !(form >= PAIR ? find_pair_operation(word, t) : find_operation(word, t)) ||
	    !find_offset(word, form, r, t, &offset) || (n == 31 && r->pstate & 1))
		return false;
	if (form == POST || form == PRE || form == PAIR_POST || form == PAIR_PRE)
		t->base = (uint8_t)n;
	t->address = form == POST || form == PAIR_POST ? base : base + offset;
	t->base_after = base + offset;
	return true;
}

static bool is_same(const struct transfer *a, const struct transfer *b)
{
	return a->address == b->address && a->base == b->base && a->count == b->count &&
	       a->reg[0] == b->reg[0] && (a->count == 1 || a->reg[1] == b->reg[1]) &&
	       a->size == b->size && a->write == b->write && a->sign == b->sign &&
	       (a->base == DECODE_NO_BASE || a->base_after == b->base_after);
}

static void decode(uint32_t word, const struct registers *registers)
{
	struct transfer found;
	struct transfer expected;
	bool taken = decode_transfer(word, registers, &found);

	if (taken != reference(word, registers, &expected))
		ck_abort_msg("0x%08x is%s taken", word, taken ? "" : " not");
	if (taken && !is_same(&found, &expected))
		ck_abort_msg("0x%08x is taken for another", word);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct registers registers;
	uint64_t *values = (uint64_t *)&registers;

	input_begin(data, size);
	while (input_more()) {
		uint32_t word = input_32();
		uint64_t start = input_64();

		for (size_t i = 0; i < sizeof(registers) / sizeof(*values); i++)
			values[i] = start * (2 * i + 1);
		registers.pstate = input_8();
		decode(word, &registers);
	}
	return 0;
}
