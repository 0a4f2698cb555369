/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Decoding loads and stores of general registers: pairs, and single registers with every addressing
 * mode but PC-relative. Tables and bit numbers are those of Arm ARM C4.1.94, "Loads and stores".
 * Exclusive, atomic and SIMD accesses are left out on purpose: no device answers them on hardware
 * either.
 */
#include <decode.h>

/* PSTATE.SP: the stack pointer is that of the exception level, not SP_EL0. */
#define PSTATE_SP 1U

static uint32_t bits(uint32_t word, unsigned int high, unsigned int low)
{
	return word << (31 - high) >> (31 - high + low);
}

static int64_t signed_bits(uint32_t word, unsigned int high, unsigned int low)
{
	return (int32_t)(word << (31 - high)) >> (31 - high + low);
}

static uint64_t register_or_zero(const struct registers *registers, uint32_t n)
{
	return n == 31 ? 0 : registers->x[n];
}

static bool decode_base(const struct registers *registers, uint32_t n, uint64_t *base)
{
	*base = n == 31 ? registers->sp : registers->x[n];
	return n != 31 || !(registers->pstate & PSTATE_SP);
}

/*
 * The address and what becomes of the base: index 1 is post-indexed, 3 pre-indexed, others do not
 * write back.
 */
static void decode_index(struct transfer *transfer, uint32_t n, uint64_t base, uint32_t index,
			 uint64_t offset)
{
	transfer->address = index == 1 ? base : base + offset;
	transfer->base_after = base + offset;
	transfer->base = index == 1 || index == 3 ? (uint8_t)n : DECODE_NO_BASE;
}

/*
 * STNP, LDNP, STP, LDP, LDPSW: opc 31:30, V 26, index 24:23, L 22, imm7 21:15, Rt2 14:10, Rn 9:5,
 * Rt 4:0.
 */
static bool decode_pair(uint32_t word, const struct registers *registers, struct transfer *transfer)
{
	uint32_t opc = bits(word, 31, 30);
	uint32_t index = bits(word, 24, 23);
	bool load = bits(word, 22, 22);
	uint64_t base;

	/*
	 * opc 1 is LDPSW (STGP when it stores), which has no form without allocation; opc 3 is
	 * none.
	 */
	if (opc == 3 || (opc == 1 && (!load || index == 0)))
		return false;
	if (!decode_base(registers, bits(word, 9, 5), &base))
		return false;
	transfer->count = 2;
	transfer->reg[0] = (uint8_t)bits(word, 4, 0);
	transfer->reg[1] = (uint8_t)bits(word, 14, 10);
	transfer->size = opc == 2 ? 8 : 4;
	transfer->write = !load;
	transfer->sign = opc == 1 ? 64 : 0;
	decode_index(transfer, bits(word, 9, 5), base, index,
		     (uint64_t)(signed_bits(word, 21, 15) * transfer->size));
	return true;
}

/* The offset register Rm (20:16) with its option (15:13) and shift (S, 12). */
static bool decode_register_offset(uint32_t word, const struct registers *registers,
				   unsigned int shift, uint64_t *offset)
{
	uint64_t value = register_or_zero(registers, bits(word, 20, 16));

	switch (bits(word, 15, 13)) {
	case 2: /* UXTW */
		value = (uint32_t)value;
		break;
	case 3: /* LSL */
	case 7: /* SXTX */
		break;
	case 6: /* SXTW */
		value = (uint64_t)(int64_t)(int32_t)value;
		break;
	default:
		return false;
	}
	*offset = bits(word, 12, 12) ? value << shift : value;
	return true;
}

/*
 * How a single register is addressed: bits 25:24, 21 and 11:10 tell the form. Index and offset are
 * for decode_index().
 */
static bool decode_single_offset(uint32_t word, const struct registers *registers, uint32_t *index,
				 uint64_t *offset)
{
	unsigned int shift = bits(word, 31, 30);

	*index = 0;
	if (bits(word, 25, 24) == 1) {
		*offset = (uint64_t)bits(word, 21, 10) << shift;
		return true;
	}
	if (bits(word, 21, 21))
		return bits(word, 11, 10) == 2 &&
		       decode_register_offset(word, registers, shift, offset);
	/* 0 is unscaled (LDUR), 2 unprivileged (LDTR). */
	*index = bits(word, 11, 10);
	*offset = (uint64_t)signed_bits(word, 20, 12);
	return true;
}

/* STR, LDR, LDRS and their forms: size 31:30, V 26, opc 23:22, Rn 9:5, Rt 4:0. */
static bool decode_single(uint32_t word, const struct registers *registers,
			  struct transfer *transfer)
{
	uint32_t size = bits(word, 31, 30);
	uint32_t opc = bits(word, 23, 22);
	uint64_t base;
	uint64_t offset;
	uint32_t index;

	/*
	 * opc 2 extends the sign to 64 bits, for doublewords it is a prefetch; opc 3 extends it to
	 * 32.
	 */
	if ((size == 3 && opc >= 2) || (size == 2 && opc == 3))
		return false;
	if (!decode_single_offset(word, registers, &index, &offset) ||
	    !decode_base(registers, bits(word, 9, 5), &base))
		return false;
	transfer->count = 1;
	transfer->reg[0] = (uint8_t)bits(word, 4, 0);
	transfer->size = (uint8_t)(1U << size);
	transfer->write = opc == 0;
	transfer->sign = opc == 2 ? 64 : opc == 3 ? 32 : 0;
	decode_index(transfer, bits(word, 9, 5), base, index, offset);
	return true;
}

bool decode_transfer(uint32_t word, const struct registers *registers, struct transfer *transfer)
{
	/* V: SIMD and floating point. */
	if (bits(word, 26, 26))
		return false;
	if (bits(word, 29, 27) == 5 && !bits(word, 25, 25))
		return decode_pair(word, registers, transfer);
	if (bits(word, 29, 27) == 7 && !bits(word, 25, 25))
		return decode_single(word, registers, transfer);
	return false;
}
