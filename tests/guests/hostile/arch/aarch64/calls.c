/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * HVC and SMC with functions of every kind that the calling convention has (DEN 0028, 2.5: fast and yielding, of 32 and of
 * 64 bits, each owner), with arguments of all ones, and with immediates that it does not have.
 */
#include "attempt.h"
#include "hostile.h"

#include <stddef.h>

const char hostile_name[] = "calls";

#define HVC 0xd4000002U
#define SMC 0xd4000003U

#define FAST   (1U << 31)
#define WIDE   (1U << 30)
#define OWNERS 64U

#define PSCI           0x84000000U
#define SMCCC_VERSION  0x80000000U
#define SMCCC_FEATURES 0x80000001U

#define NOT_SUPPORTED      (-1L)
#define INVALID_PARAMETERS (-2L)

/* What SMCCC and PSCI may have, at the ends of its ranges and between. */
static const uint16_t numbers[] = {
	0,    1,    2,     3,      4,      5,      6,      7,      8,      9,      10,
	11,   12,   13,    14,     15,     16,     17,     18,     19,     20,     21,
	22,   23,   24,    31,     0x3f,   0x40,   0x50,   0x51,   0x52,   0x53,   0x7f,
	0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xc001, 0xff00, 0xff01, 0xff03, 0xffff,
};

/* With arguments of all ones. What would end the guest is not called. DEN 0022, 5 */
static const struct {
	uint32_t function;
	long result;
} known[] = {
	{ SMCCC_VERSION, 0x10001 },
	{ SMCCC_FEATURES, NOT_SUPPORTED },
	{ PSCI | 0, 0x10001 },             /* PSCI_VERSION */
	{ PSCI | 1, INVALID_PARAMETERS },  /* CPU_SUSPEND */
	{ PSCI | 3, INVALID_PARAMETERS },  /* CPU_ON */
	{ PSCI | 4, INVALID_PARAMETERS },  /* AFFINITY_INFO */
	{ PSCI | 6, 2 },                   /* MIGRATE_INFO_TYPE */
	{ PSCI | 10, NOT_SUPPORTED },      /* PSCI_FEATURES */
	{ PSCI | 18, INVALID_PARAMETERS }, /* SYSTEM_RESET2 */
	{ PSCI | WIDE | 1, INVALID_PARAMETERS },
	{ PSCI | WIDE | 3, INVALID_PARAMETERS },
	{ PSCI | WIDE | 4, INVALID_PARAMETERS },
	{ PSCI | WIDE | 18, INVALID_PARAMETERS },
};

/* CPU_OFF, SYSTEM_OFF, SYSTEM_RESET. */
static const uint32_t ends[] = { PSCI | 2, PSCI | 8, PSCI | 9 };

static bool is_end(uint32_t function)
{
	for (unsigned int i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (ends[i] == function)
			return true;
	return false;
}

static long expected(uint32_t function)
{
	for (unsigned int i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].function == function)
			return known[i].result;
	return NOT_SUPPORTED;
}

/* x0 is the result; x1 to x3 may change, all others may not. */
static void call(uint32_t word, uint64_t function, long result)
{
	struct attempt attempt = { .x = { function, UINT64_MAX, UINT64_MAX, UINT64_MAX, 4, 5, 6,
					  7 } };

	attempt_words(&attempt, &word, 1, AT_EL1);
	hostile_judge(attempt_done(&attempt) && (long)attempt.x[0] == result && attempt.x[4] == 4 &&
			      attempt.x[5] == 5 && attempt.x[6] == 6 && attempt.x[7] == 7,
		      "%x, function %lx: %ld, cause %lx", word, (unsigned long)function,
		      (long)attempt.x[0], (unsigned long)attempt.cause);
}

static void call_owner(uint32_t kind, uint32_t owner)
{
	for (unsigned int i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		uint32_t function = kind | owner << 24 | numbers[i];

		if (is_end(function))
			continue;
		call(HVC, function, expected(function));
		call(SMC, function, expected(function));
	}
}

/* Immediates other than 0 are no call of the convention, whatever x0 says; EL0 has no calls. */
static void call_otherwise(void)
{
	for (uint32_t bit = 0; bit < 16; bit++) {
		call(HVC | 1U << (5 + bit), PSCI, NOT_SUPPORTED);
		call(SMC | 1U << (5 + bit), PSCI, NOT_SUPPORTED);
		call(HVC | 1U << (5 + bit), ends[1], NOT_SUPPORTED);
	}
	call(HVC, UINT64_MAX, NOT_SUPPORTED);
	call(SMC, UINT64_MAX, NOT_SUPPORTED);
	/* W0 names the function. */
	call(HVC, 0xffffffff00000000UL | PSCI, 0x10001);
}

void hostile_attack(void)
{
	attempt_start();
	for (uint32_t owner = 0; owner < OWNERS; owner++) {
		call_owner(0, owner);
		call_owner(WIDE, owner);
		call_owner(FAST, owner);
		call_owner(FAST | WIDE, owner);
	}
	call_otherwise();
}
