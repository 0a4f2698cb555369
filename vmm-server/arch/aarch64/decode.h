/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The load and store instructions that a guest may use on a device and that the hardware does not
 * decode.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <idl/aarch64.h>

/* No register is written back. */
#define DECODE_NO_BASE 0xff

/*
 * A load or store of one or two general registers, with all that depends on register values worked
 * out.
 */
struct transfer {
	/* Guest-virtual address of the first. */
	uint64_t address;
	/* What the base register holds afterwards. */
	uint64_t base_after;
	/* The base register to write back (31: SP), or DECODE_NO_BASE. */
	uint8_t base;
	/* How many registers: 1 or 2. Register 31 is zero. */
	uint8_t count;
	uint8_t reg[2];
	/* Bytes of each: 1, 2, 4 or 8. */
	uint8_t size;
	bool write;
	/* Bits of the register that a load extends its sign to: 0 (it does not), 32 or 64. */
	uint8_t sign;
};

/*
 * Decode the A64 instruction `word` that a guest with these registers is about to execute. False if
 * it is anything else than a load or store of general registers (Arm ARM C4.1.94), or one relative
 * to a stack pointer that is not known (SP_EL1, the registers have SP_EL0).
 */
bool decode_transfer(uint32_t word, const struct registers *registers, struct transfer *transfer);
