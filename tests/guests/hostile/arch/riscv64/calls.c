/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ECALL with extensions of every kind that the SBI has (SBI 2.0, 3 to 17: legacy, those with a name, and the ranges), functions
 * in and behind each of them, and arguments of all ones.
 */
#include "attempt.h"
#include "hostile.h"

#include <bench_board.h>
#include <stddef.h>

const char hostile_name[] = "calls";

#define ECALL 0x00000073U

#define SBI_DBCN 0x4442434e
#define SBI_SUSP 0x53555350
#define SBI_NACL 0x4e41434c
#define SBI_STA  0x535441
#define SBI_PMU  0x504d55
#define SBI_CPPC 0x43505043
#define SBI_SSE  0x535345
#define SBI_FWFT 0x46574654
#define SBI_DBTR 0x44425452
#define SBI_MPXY 0x4d505859

/* Legacy extensions (5): one function each, whatever a6 says; a1 is kept. */
#define LEGACY_LAST     15
#define LEGACY_PUTCHAR  1
#define LEGACY_SEND_IPI 4
#define LEGACY_SHUTDOWN 8

#define NOT_SUPPORTED   (-2L)
#define INVALID         (-3L)
#define INVALID_ADDRESS (-5L)

static const uint64_t extensions[] = {
	SBI_BASE,   SBI_TIME,   SBI_IPI,    SBI_RFENCE,
	SBI_HSM,    SBI_SRST,   SBI_PMU,    SBI_DBCN,
	SBI_SUSP,   SBI_CPPC,   SBI_NACL,   SBI_STA,
	SBI_SSE,    SBI_FWFT,   SBI_DBTR,   SBI_MPXY,
	0x9,        0xf,        0x11,       0x07ffffff,
	0x08000000, 0x08ffffff, 0x09000000, 0x09ffffff,
	0x0a000000, 0x0affffff, 0x0b000000, 0x7fffffff,
	0x80000000, 0xffffffff, 1UL << 32,  1UL << 32 | SBI_BASE,
	1UL << 63,  UINT64_MAX,
};

/* What the extensions may have, at the ends of its ranges and behind them. */
static const uint64_t functions[] = {
	0,    1,    2,      3,          4,          5,         6,         7,
	8,    9,    10,     11,         12,         15,        16,        0x1f,
	0x20, 0xff, 0xffff, 0x7fffffff, 0x80000000, 1UL << 32, 1UL << 63, UINT64_MAX,
};

/* With arguments of all ones; another error is as good where one is given. What would end the guest is not called. */
static const struct {
	uint64_t extension;
	uint64_t function;
	long error;
	long other;
} known[] = {
	{ SBI_BASE, 0, 0, 0 },
	{ SBI_BASE, 1, 0, 0 },
	{ SBI_BASE, 2, 0, 0 },
	{ SBI_BASE, 3, 0, 0 },
	{ SBI_BASE, 4, 0, 0 },
	{ SBI_BASE, 5, 0, 0 },
	{ SBI_BASE, 6, 0, 0 },
	{ SBI_TIME, 0, 0, 0 },
	{ SBI_IPI, 0, 0, 0 },
	{ SBI_RFENCE, 0, 0, 0 },
	{ SBI_RFENCE, 1, 0, INVALID_ADDRESS },
	{ SBI_RFENCE, 2, 0, INVALID_ADDRESS },
	{ SBI_HSM, 0, INVALID, INVALID },
	{ SBI_HSM, 2, INVALID, INVALID },
	{ SBI_HSM, 3, INVALID, NOT_SUPPORTED },
	{ SBI_SRST, 0, INVALID, NOT_SUPPORTED },
	{ SBI_DBCN, 0, INVALID, INVALID },
	{ SBI_DBCN, 1, INVALID, INVALID },
};

static const char output[] = "writes to the console";

static bool is_end(uint64_t extension, uint64_t function)
{
	return extension == SBI_HSM && function == 1;
}

static bool is_output(uint64_t extension, uint64_t function)
{
	return extension == SBI_DBCN && function == 2;
}

static bool is_expected(uint64_t extension, uint64_t function, long error)
{
	for (unsigned int i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].extension == extension && known[i].function == function)
			return error == known[i].error || error == known[i].other;
	return error == NOT_SUPPORTED;
}

/* a0 and a1 are the result; all others may not change. */
static bool is_kept(const struct attempt *attempt, uint64_t extension, uint64_t function)
{
	for (unsigned int i = 2; i < 6; i++)
		if (attempt->a[i] != UINT64_MAX)
			return false;
	return attempt_done(attempt) && attempt->a[6] == function && attempt->a[7] == extension;
}

static struct attempt call(uint64_t extension, uint64_t function, uint64_t argument)
{
	const uint32_t word = ECALL;
	struct attempt attempt = { .a = { argument, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX,
					  UINT64_MAX, function, extension } };

	attempt_words(&attempt, &word, 1, AT_SUPERVISOR);
	return attempt;
}

static void call_function(uint64_t extension, uint64_t function)
{
	struct attempt attempt;

	if (is_end(extension, function))
		return;
	if (is_output(extension, function)) {
		hostile_exempt(output);
		return;
	}
	attempt = call(extension, function, UINT64_MAX);
	hostile_judge(is_kept(&attempt, extension, function) &&
			      is_expected(extension, function, (long)attempt.a[0]),
		      "extension %lx, function %lx: %ld, cause %lx", (unsigned long)extension,
		      (unsigned long)function, (long)attempt.a[0], (unsigned long)attempt.cause);
}

/* A pointer to nowhere for those that take one: it is refused, or faults as a load of the guest's. */
static void call_legacy(uint64_t extension)
{
	struct attempt attempt =
		call(extension, UINT64_MAX, extension == LEGACY_PUTCHAR ? '\r' : UINT64_MAX);
	bool takes_pointer = extension >= LEGACY_SEND_IPI && extension < LEGACY_SHUTDOWN;
	bool is_refused = takes_pointer &&
			  (attempt.cause == CAUSE_LOAD_ACCESS || attempt.cause == CAUSE_LOAD_PAGE);

	hostile_judge(is_refused || (is_kept(&attempt, extension, UINT64_MAX) &&
				     attempt.a[1] == (extension > LEGACY_SHUTDOWN ? attempt.a[1] :
										    UINT64_MAX) &&
				     (extension <= LEGACY_SHUTDOWN ||
				      (long)attempt.a[0] == NOT_SUPPORTED)),
		      "legacy extension %lu: %ld, cause %lx", (unsigned long)extension,
		      (long)attempt.a[0], (unsigned long)attempt.cause);
}

/* A process's call is its system's, not the firmware's. */
static void call_as_user(uint64_t extension)
{
	const uint32_t word = ECALL;
	struct attempt attempt = { .a = { 1, 2, 3, 4, 5, 6, 0, extension } };

	attempt_words(&attempt, &word, 1, AT_USER);
	hostile_judge(attempt.cause == CAUSE_USER_CALL && attempt.a[0] == 1 && attempt.a[1] == 2,
		      "extension %lx in U-mode: cause %lx", (unsigned long)extension,
		      (unsigned long)attempt.cause);
}

void hostile_attack(void)
{
	attempt_start();
	for (unsigned int i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++) {
		for (unsigned int n = 0; n < sizeof(functions) / sizeof(functions[0]); n++)
			call_function(extensions[i], functions[n]);
		call_as_user(extensions[i]);
	}
	for (uint64_t extension = 0; extension <= LEGACY_LAST; extension++)
		if (extension != LEGACY_SHUTDOWN)
			call_legacy(extension);
}
