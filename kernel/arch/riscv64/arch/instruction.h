/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Instructions, as far as the kernel looks into them (Unprivileged ISA, "RV32I Base Integer Instruction Set", "Zicsr").
 */
#pragma once

#include <types.h>

#define INSTRUCTION_OPCODE(i) ((i)&0x7f)
#define INSTRUCTION_RD(i)     ((i) >> 7 & 31)
#define INSTRUCTION_FUNCT3(i) ((i) >> 12 & 7)
#define INSTRUCTION_RS1(i)    ((i) >> 15 & 31)
#define INSTRUCTION_RS2(i)    ((i) >> 20 & 31)
#define INSTRUCTION_CSR(i)    ((i) >> 20 & 0xfff)

#define OPCODE_LOAD   0x03UL
#define OPCODE_STORE  0x23UL
#define OPCODE_SYSTEM 0x73UL

/* funct3 of loads and stores. */
#define FUNCT3_SIZE(funct3) ((funct3)&3)
#define FUNCT3_UNSIGNED     4UL /* of a load */
#define FUNCT3_NO_LOAD      7UL

/* Of CSR instructions: the operation (csr_operation), 0 in other SYSTEM instructions, and whether the operand is rs1's number. */
#define FUNCT3_OPERATION(funct3) ((funct3)&3)
#define FUNCT3_IMMEDIATE         4UL

#define INSTRUCTION_ECALL 0x00000073UL
#define INSTRUCTION_WFI   0x10500073UL

/* Of one whose bits are not known, 0, it is the usual length. */
static inline uint64_t instruction_length(uint64_t instruction)
{
	return instruction && (instruction & 3) != 3 ? 2 : 4;
}
