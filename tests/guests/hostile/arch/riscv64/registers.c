/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every number of a CSR: read and written in S-mode, read and written in U-mode. What must come of it, register_table.c says.
 */
#include "attempt.h"
#include "hostile.h"
#include "register_table.h"

#include <stddef.h>

const char hostile_name[] = "registers";

#define NUMBERS 4096U

/* CSRRS and CSRRW (Unprivileged ISA, "Zicsr"), with a0 to a7 by their numbers from 0 on. */
#define A(n)               (10U + (n))
#define ZERO               0U
#define CSRRW(csr, rd, rs) (0x00001073U | (csr) << 20 | (rs) << 15 | (rd) << 7)
#define CSRRS(csr, rd, rs) (0x00002073U | (csr) << 20 | (rs) << 15 | (rd) << 7)
#define AND_NOT_A3_A2_A4   0x00e676b3U /* A3 = A2 & A4, where A4 is the inverted mask */
#define OR_A0_A0_A3        0x00d56533U

static const uint64_t values[] = { 0, UINT64_MAX, 0xa5a5a5a5a5a5a5a5 };
#define VALUES (sizeof(values) / sizeof(values[0]))

static bool has[EXTENSIONS];

static bool is_illegal(uint32_t word, uint64_t value, uint64_t mode)
{
	struct attempt attempt = { .a = { value, 0x5eed } };

	attempt_words(&attempt, &word, 1, mode);
	return attempt_illegal(&attempt, word) && attempt.a[1] == 0x5eed;
}

static bool reads(uint32_t csr, uint64_t mode, uint64_t mask, uint64_t expected)
{
	const uint32_t word = CSRRS(csr, A(1), ZERO);
	struct attempt attempt = { .cause = 0 };

	attempt_words(&attempt, &word, 1, mode);
	return attempt_done(&attempt) && (attempt.a[1] & mask) == expected;
}

/* Whether each of the three values is refused. */
static bool refuses(uint32_t csr, uint64_t mode)
{
	for (unsigned int i = 0; i < VALUES; i++)
		if (!is_illegal(CSRRW(csr, A(1), A(0)), values[i], mode) ||
		    !is_illegal(CSRRS(csr, A(1), A(0)), values[i], mode))
			return false;
	return true;
}

/* Write, read back, and put back what was there, with nothing between that could need it. */
static bool keeps(uint32_t csr, uint64_t mask)
{
	const uint32_t words[] = {
		CSRRS(csr, A(2), ZERO), AND_NOT_A3_A2_A4,       OR_A0_A0_A3,
		CSRRW(csr, ZERO, A(0)), CSRRS(csr, A(1), ZERO), CSRRW(csr, ZERO, A(2))
	};

	for (unsigned int i = 0; i < VALUES; i++) {
		struct attempt attempt = { .a = { values[i] & mask, 0, 0, 0, ~mask } };

		attempt_words(&attempt, words, sizeof(words) / sizeof(words[0]), AT_SUPERVISOR);
		if (!attempt_done(&attempt) || (attempt.a[1] & mask) != (values[i] & mask))
			return false;
	}
	return true;
}

/* Takes writes; what was there is there again behind each. */
static bool takes(uint32_t csr)
{
	const uint32_t words[] = { CSRRW(csr, A(1), A(0)), CSRRW(csr, ZERO, A(1)) };

	for (unsigned int i = 0; i < VALUES; i++) {
		struct attempt attempt = { .a = { values[i] } };

		attempt_words(&attempt, words, 2, AT_SUPERVISOR);
		if (!attempt_done(&attempt))
			return false;
	}
	return true;
}

static bool is_nothing(uint32_t csr, uint64_t mode)
{
	return is_illegal(CSRRS(csr, A(1), ZERO), 0, mode) && refuses(csr, mode);
}

static bool in_supervisor(uint32_t csr, const struct register_rule *rule)
{
	if (!rule)
		return is_nothing(csr, AT_SUPERVISOR);
	switch (rule->kind) {
	case REGISTER_FIXED:
		return reads(csr, AT_SUPERVISOR, rule->mask, rule->value) &&
		       refuses(csr, AT_SUPERVISOR);
	case REGISTER_STATE:
		return keeps(csr, rule->mask);
	case REGISTER_CLOCK:
		return reads(csr, AT_SUPERVISOR, 0, 0) && takes(csr);
	case REGISTER_READ:
		return reads(csr, AT_SUPERVISOR, 0, 0);
	}
	return false;
}

static bool in_user(uint32_t csr, const struct register_rule *rule)
{
	if (!rule || rule->user == USER_ILLEGAL)
		return is_nothing(csr, AT_USER);
	if (reads(csr, AT_USER, 0, 0))
		return true;
	return rule->user == USER_EITHER && is_nothing(csr, AT_USER);
}

static const struct register_rule *find_rule(uint32_t csr)
{
	const struct register_rule *rule;

	for (rule = register_rules; rule->name; rule++)
		if (csr == rule->number)
			return rule->extension == EXTENSION_ALL || has[rule->extension] ? rule :
											  NULL;
	return NULL;
}

static void walk_register(uint32_t csr)
{
	const struct register_rule *rule = find_rule(csr);
	bool good = in_supervisor(csr, rule);
	bool good_for_users = in_user(csr, rule);

	if (good && good_for_users && rule && rule->reason) {
		hostile_exempt(rule->reason);
		return;
	}
	hostile_judge(good && good_for_users, "CSR 0x%x in %s: not as %s", csr,
		      good ? "U-mode" : "S-mode", rule ? rule->name : "a number of nothing");
}

void hostile_attack(void)
{
	attempt_start();
	for (unsigned int i = 1; i < EXTENSIONS; i++)
		has[i] = reads(register_witness[i], AT_SUPERVISOR, 0, 0);
	hostile_say("look: V %u, Sstc %u", has[EXTENSION_V], has[EXTENSION_SSTC]);
	for (uint32_t csr = 0; csr < NUMBERS; csr++)
		walk_register(csr);
}
