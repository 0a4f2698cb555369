/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A whole guest out of the page that its VMM writes (vcpu.restore): each word of it with each bit. It is refused and the guest is
 * as it was, or the guest runs as one, for as long as it pleases, and nobody else feels it.
 */
#include "attack.h"

#define WORDS (sizeof(struct vcpu_state) / sizeof(uint64_t))
/* So long a guest runs that may have no exit to make, in microseconds. */
#define LIFE 5

static volatile uint64_t *asked;
static const volatile uint64_t *saved;
static uint64_t good[WORDS];

/* A guest that was stopped behind its call, and would run. */
static void begin(void)
{
	attack_run(attack_begin, 0, PSTATE_EL1H);
	EXPECT_OK(vcpu_stop(vm.vcpu, 0));
	attack_answer_result(0);
	EXPECT_OK(vcpu_save(vm.vcpu));
	EXPECT_EQUAL(vm.page->state.common.activity, VCPU_RUNNING);
	for (unsigned int i = 0; i < WORDS; i++)
		good[i] = saved[i];
}

/* Everything is as in the state that was restored last. */
static void expect_unchanged(void)
{
	EXPECT_OK(vcpu_save(vm.vcpu));
	for (unsigned int i = 0; i < WORDS; i++)
		if (saved[i] != good[i])
			test_fail(__FILE__, __LINE__, "word %u of the state has changed", i);
}

static void restore_good(void)
{
	for (unsigned int i = 0; i < WORDS; i++)
		asked[i] = good[i];
	EXPECT_OK(vcpu_restore(vm.vcpu));
}

static uint64_t lives;

/* Whatever it does, it can be stopped. */
static void live(void)
{
	EXPECT_OK(vcpu_resume(vm.vcpu));
	if (attack_next(LIFE)) {
		attack_expect_legal();
		lives++;
	}
	attack_stop();
}

/*
 * A guest whose MMU finds nothing, not even its vectors, executes nothing: where time is that of instructions, as here, it would
 * last for ever.
 */
#define SCTLR_AT (offsetof(struct vcpu_state, sctlr) / sizeof(uint64_t))
#define SCTLR_M  1ULL

static void try_word(unsigned int at, uint64_t word)
{
	enum status status;

	if (at == SCTLR_AT)
		word &= ~SCTLR_M;
	asked[at] = word;
	status = vcpu_restore(vm.vcpu);
	if (status == OK) {
		live();
	} else {
		EXPECT_EQUAL(status, ERR_ARGUMENT);
		asked[at] = good[at];
		expect_unchanged();
	}
	restore_good();
	attack_tried();
}

static void each_bit(void)
{
	attack_new();
	lives = 0;
	asked = (volatile uint64_t *)&vm.update->state;
	saved = (const volatile uint64_t *)&vm.page->state;
	begin();
	restore_good();
	for (unsigned int at = 0; at < WORDS; at++)
		for (unsigned int n = 0; n < ATTACK_WORDS; n++)
			if (n < 64)
				try_word(at, good[at] ^ 1ULL << n);
			else if (n >= 128)
				try_word(at, attack_word(n));
	/* Most of them make their call, or an exception that is one. */
	EXPECT(lives > WORDS * 64 / 2);
	attack_done("words of a state", WORDS * (64ULL + ATTACK_WORDS - 128));
}

static const struct test tests[] = {
	{ "state: each bit of each word", each_bit },
};

const struct suite state_suite = SUITE(tests);
