/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every encoding of SYSTEM without a CSR (Privileged Architecture, "Instruction Set Listings"): returns, waits, fences, and with
 * another funct3 the loads and stores of a hypervisor; with several operands, in S-mode and in U-mode.
 */
#include "attempt.h"
#include "hostile.h"

#include <bench_board.h>

const char hostile_name[] = "instructions";

#define SYSTEM        0x73U
#define FUNCTIONS     128U
#define REGISTERS     32U
#define FUNCT7(n)     ((n) << 25)
#define RS2(n)        ((n) << 20)
#define RS1_A0        (10U << 15)
#define RD_A1         (11U << 7)
#define FUNCT3_MEMORY (4U << 12)

#define ECALL  0x00000073U
#define EBREAK 0x00100073U
#define SRET   0x10200073U
#define WFI    0x10500073U

/* SFENCE.VMA, Svinval's, and waits on reservations: with whatever in rs1 and rs2 that they have. */
#define SFENCE_VMA      0x09U
#define SINVAL_VMA      0x0bU
#define SFENCE_W_INVAL  0x18000073U
#define SFENCE_INVAL_IR 0x18100073U
#define WRS_NTO         0x00d00073U
#define WRS_STO         0x01d00073U

static const char wait[] =
	"WFI and SRET are tried elsewhere: the guest would sleep, or be elsewhere";

/* Nothing is at the first address; the UART and memory are at the others. */
static const uint64_t operands[] = { UINT64_MAX, UART, 0x80300000 };

static bool is_wait_on_reservation(uint32_t word)
{
	return word == WRS_NTO || word == WRS_STO;
}

/* Of S-mode only; those of Svinval are there or not. */
static bool is_supervisors(uint32_t word)
{
	uint32_t function = word >> 25;

	return function == SINVAL_VMA || word == SFENCE_W_INVAL || word == SFENCE_INVAL_IR;
}

static bool is_good(const struct attempt *attempt, uint32_t word, uint64_t mode)
{
	bool illegal = attempt_illegal(attempt, word);

	if (attempt->a[1] != 0x5eed)
		return false;
	if (is_wait_on_reservation(word))
		return attempt_done(attempt) || illegal;
	if (word == ECALL)
		return attempt->cause == CAUSE_USER_CALL;
	if (word == EBREAK)
		return attempt_done(attempt);
	if (mode == AT_SUPERVISOR && (word & FUNCT3_MEMORY) == 0) {
		if (word >> 25 == SFENCE_VMA)
			return attempt_done(attempt);
		if (is_supervisors(word))
			return attempt_done(attempt) || illegal;
	}
	return illegal;
}

static void walk(uint32_t word, uint64_t operand, uint64_t mode)
{
	struct attempt attempt = { .a = { operand, 0x5eed } };

	if (mode == AT_SUPERVISOR && (word == ECALL || word == SRET || word == WFI)) {
		hostile_exempt(wait);
		return;
	}
	attempt_words(&attempt, &word, 1, mode);
	hostile_judge(is_good(&attempt, word, mode), "%x with %lx in %s-mode: cause %lx, value %lx",
		      word, (unsigned long)operand, mode ? "S" : "U", (unsigned long)attempt.cause,
		      (unsigned long)attempt.address);
}

static void walk_modes(uint32_t word, uint64_t operand)
{
	walk(word, operand, AT_SUPERVISOR);
	walk(word, operand, AT_USER);
}

void hostile_attack(void)
{
	attempt_start();
	for (uint32_t i = 0; i < FUNCTIONS * REGISTERS; i++) {
		uint32_t word = SYSTEM | FUNCT7(i / REGISTERS) | RS2(i % REGISTERS);

		walk_modes(word, 0);
		walk_modes(word | RS1_A0, 0);
		for (unsigned int j = 0; j < sizeof(operands) / sizeof(operands[0]); j++)
			walk_modes(word | RS1_A0 | RD_A1 | FUNCT3_MEMORY, operands[j]);
	}
}
