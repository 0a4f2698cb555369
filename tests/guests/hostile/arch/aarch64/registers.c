/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every encoding of MRS and MSR with op0 2 and 3: read and written at EL1, read at EL0. What must come of it,
 * register_table.c says.
 */
#include "attempt.h"
#include "hostile.h"
#include "register_table.h"

#include <stddef.h>

const char hostile_name[] = "registers";

#define ENCODINGS      0x8000U
#define FIRST_ENCODING MSR_WORD(2U, 0U, 0U, 0U, 0U)
#define ENCODING_SHIFT 5

/* X0 holds what is written. X1 is for what is read, X2 for what a register held before. */
#define MRS(msr, x) ((msr) | MRS_BIT | (x))
#define MSR(msr, x) ((msr) | (x))

/* ISS of a trapped MRS to X1 (D24.2.40, EC 0x18). */
#define OP0(msr) ((msr) >> 19 & 3)
#define OP1(msr) ((msr) >> 16 & 7)
#define CRN(msr) ((msr) >> 12 & 15)
#define CRM(msr) ((msr) >> 8 & 15)
#define OP2(msr) ((msr) >> 5 & 7)
#define TRAPPED_MRS(m)                                                                   \
	CAUSE(0x18, OP0(m) << 20 | OP2(m) << 17 | OP1(m) << 14 | CRN(m) << 10 | 1 << 5 | \
			    CRM(m) << 1 | 1)

static const uint64_t values[] = { 0, UINT64_MAX, 0xa5a5a5a5a5a5a5a5 };
#define VALUES (sizeof(values) / sizeof(values[0]))

/* FEAT_IDST: reads that are UNDEFINED in the space of the identification registers say so by another class. */
static bool is_identification(uint32_t msr)
{
	return OP0(msr) == 3 && OP1(msr) <= 3 && OP1(msr) != 2 && CRN(msr) == 0 && CRM(msr) < 8;
}

static uint64_t undefined_read(uint32_t msr)
{
	return is_identification(msr) ? TRAPPED_MRS(msr) : CAUSE_UNDEFINED;
}

static uint64_t read_at(uint32_t msr, uint64_t state, uint64_t *value)
{
	const uint32_t word = MRS(msr, 1);
	struct attempt attempt = { .cause = 0 };

	attempt_words(&attempt, &word, 1, state);
	*value = attempt.x[1];
	return attempt.cause;
}

static uint64_t write_at(uint32_t msr, uint64_t value)
{
	const uint32_t word = MSR(msr, 0);
	struct attempt attempt = { .x = { value } };

	attempt_words(&attempt, &word, 1, AT_EL1);
	return attempt.cause;
}

/* Whether the three values are taken, or are UNDEFINED. */
static bool writes(uint32_t msr, uint64_t cause)
{
	for (unsigned int i = 0; i < VALUES; i++)
		if (write_at(msr, values[i]) != cause)
			return false;
	return true;
}

/* Write, read back, and put back what was there, with nothing between that could need it. */
static bool keeps(uint32_t msr, uint64_t mask)
{
	/* MRS X2; BIC X3, X2, X4; ORR X0, X0, X3; MSR X0; MRS X1; MSR X2 */
	const uint32_t words[] = { MRS(msr, 2), 0x8a240043,  0xaa030000,
				   MSR(msr, 0), MRS(msr, 1), MSR(msr, 2) };

	for (unsigned int i = 0; i < VALUES; i++) {
		struct attempt attempt = { .x = { values[i] & mask, 0, 0, 0, mask } };

		attempt_words(&attempt, words, sizeof(words) / sizeof(words[0]), AT_EL1);
		if (!attempt_done(&attempt) || (attempt.x[1] & mask) != (values[i] & mask))
			return false;
	}
	return true;
}

static bool reads(uint32_t msr, uint64_t mask, uint64_t expected)
{
	uint64_t value;

	return read_at(msr, AT_EL1, &value) == END_CAUSE && (value & mask) == expected;
}

static bool is_undefined(uint32_t msr)
{
	uint64_t value;

	return read_at(msr, AT_EL1, &value) == undefined_read(msr) && writes(msr, CAUSE_UNDEFINED);
}

static bool at_el1(uint32_t msr, const struct register_rule *rule)
{
	if (!rule)
		return is_undefined(msr);
	switch (rule->kind) {
	case REGISTER_FIXED:
		return reads(msr, rule->mask, rule->value) && writes(msr, CAUSE_UNDEFINED) &&
		       reads(msr, rule->mask, rule->value);
	case REGISTER_STATE:
		return keeps(msr, rule->mask);
	case REGISTER_INERT:
		return reads(msr, UINT64_MAX, 0) && writes(msr, END_CAUSE) &&
		       reads(msr, UINT64_MAX, 0);
	case REGISTER_MOVES:
		return reads(msr, 0, 0) && writes(msr, CAUSE_UNDEFINED);
	case REGISTER_CLOCK:
		return reads(msr, 0, 0) && writes(msr, END_CAUSE);
	case REGISTER_ORDER:
		return !reads(msr, 0, 0) && writes(msr, END_CAUSE);
	case REGISTER_HIDDEN:
		return is_undefined(msr);
	case REGISTER_EXEMPT:
		break;
	}
	return true;
}

static bool at_el0(uint32_t msr, const struct register_rule *rule)
{
	enum register_user user = rule ? rule->user : USER_UNDEFINED;
	uint64_t value;
	uint64_t cause = read_at(msr, AT_EL0, &value);

	if (rule && rule->kind == REGISTER_EXEMPT)
		return true;
	if (user == USER_READS)
		return cause == END_CAUSE;
	if (user == USER_TRAPS)
		return cause == TRAPPED_MRS(msr);
	return cause == undefined_read(msr) ||
	       (rule && rule->kind == REGISTER_HIDDEN && cause == TRAPPED_MRS(msr));
}

static const struct register_rule *find_rule(uint32_t msr)
{
	const struct register_rule *rule;

	for (rule = register_rules; rule->name; rule++)
		if (msr >= rule->first && msr <= rule->last)
			return rule;
	return NULL;
}

static void walk_register(uint32_t msr)
{
	const struct register_rule *rule = find_rule(msr);
	bool good = at_el1(msr, rule);
	bool good_for_users = at_el0(msr, rule);

	if (good && good_for_users && rule && rule->reason) {
		hostile_exempt(rule->reason);
		return;
	}
	hostile_judge(good && good_for_users, "S%u_%u_C%u_C%u_%u at %s: not as %s", OP0(msr),
		      OP1(msr), CRN(msr), CRM(msr), OP2(msr), good ? "EL0" : "EL1",
		      rule ? rule->name : "an encoding of nothing");
}

void hostile_attack(void)
{
	attempt_start();
	for (uint32_t i = 0; i < ENCODINGS; i++)
		walk_register(FIRST_ENCODING + (i << ENCODING_SHIFT));
}
