/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a VMM says in the words of an answer, to each kind of exit: what idl/kernel.idl does not allow is refused and the exit
 * waits; of what it allows the guest has what was said, and is where a guest can be.
 */
#include "attack.h"

extern const char guest_load_1[], guest_load_2[], guest_load_4[], guest_load_8[], guest_load_1s[],
	guest_load_4s[];

#define FLAGS (REPLY_REGISTERS | REPLY_SLOTS | REPLY_REARM | REPLY_FENCE)
/* All bits that mean something. */
#define LABELS 256

#define ALL_BUT_START                                                                 \
	(1U << DISPOSITION_RESUME | 1U << DISPOSITION_STEP | 1U << DISPOSITION_PARK | \
	 1U << DISPOSITION_ABORT | 1U << DISPOSITION_UNDEFINED)

static const struct kind {
	enum exit_kind kind;
	const char *program; /* that makes one; NULL: begin() does */
	unsigned int allowed;
} kinds[] = {
	{ EXIT_START, NULL, 1U << DISPOSITION_PARK | 1U << DISPOSITION_START },
	{ EXIT_EVENT, NULL,
	  1U << DISPOSITION_RESUME | 1U << DISPOSITION_PARK | 1U << DISPOSITION_START },
	{ EXIT_MEMORY, attack_read, ALL_BUT_START },
	{ EXIT_MEMORY, attack_write, ALL_BUT_START },
	{ EXIT_FETCH, attack_jump, ALL_BUT_START & ~(1U << DISPOSITION_STEP) },
	{ EXIT_HYPERCALL, attack_begin, ALL_BUT_START },
	{ EXIT_FIRMWARE, attack_firmware, ALL_BUT_START },
	{ EXIT_REGISTER, attack_register, ALL_BUT_START },
	{ EXIT_OTHER, attack_other, ALL_BUT_START },
};

static cap_t event;

static bool is_allowed(const struct kind *kind, uint64_t label)
{
	uint64_t disposition = REPLY_DISPOSITION_OF(label);

	if (label & ~(uint64_t)(FLAGS | REPLY_DISPOSITION_MASK))
		return false;
	if (disposition == DISPOSITION_START && !(label & REPLY_REGISTERS))
		return false;
	return kind->allowed >> disposition & 1;
}

/* The guest is at an exit of this kind. */
static void begin(const struct kind *kind)
{
	attack_run(kind->program ? kind->program : attack_begin, GUEST_NOWHERE, PSTATE_EL1H);
	if (kind->kind == EXIT_START || kind->kind == EXIT_EVENT) {
		attack_stop();
		EXPECT_OK(vcpu_start(vm.vcpu));
		EXPECT(attack_next(1000));
	}
	if (kind->kind == EXIT_EVENT) {
		EXPECT_OK(notification_signal(event));
		EXPECT_OK(attack_reply(DISPOSITION_PARK | REPLY_REARM));
		EXPECT_EQUAL(vm.exit.label, LABEL_EXIT + EXIT_EVENT);
	}
	VM_EXPECT(kind->kind);
	attack_fill_registers();
	vm_change_nothing();
}

static bool goes_on(const struct kind *kind, uint64_t disposition)
{
	return disposition != DISPOSITION_PARK &&
	       !(kind->kind == EXIT_EVENT && disposition == DISPOSITION_RESUME);
}

/* False: it was taken, and the guest is somewhere else. */
static bool try_label(const struct kind *kind, uint64_t label)
{
	uint64_t pc = vm.page->registers.pc;
	bool allowed = is_allowed(kind, label);

	EXPECT_STATUS(attack_reply(label), allowed ? OK : ERR_REPLY);
	if (allowed) {
		/* Its next exit comes, but of one that is parked, also again behind its event. */
		EXPECT(attack_next(20) == goes_on(kind, REPLY_DISPOSITION_OF(label)));
		attack_expect_legal();
	} else {
		EXPECT_EQUAL(vm.page->registers.pc, pc);
	}
	attack_tried();
	return !allowed;
}

static void labels_of(const struct kind *kind)
{
	begin(kind);
	for (uint64_t label = 0; label < LABELS; label++)
		if (!try_label(kind, label))
			begin(kind);
	for (unsigned int bit = 8; bit < 64; bit++)
		for (uint64_t disposition = 0; disposition <= DISPOSITION_START; disposition++)
			try_label(kind, disposition | REPLY_REGISTERS | 1ULL << bit);
	/* It has waited all the while. */
	EXPECT_OK(attack_reply(DISPOSITION_PARK));
}

static void labels(void)
{
	attack_new();
	event = object_new(OBJECT_NOTIFICATION, 0);
	EXPECT_OK(notification_bind_event(event, vm.vcpu));
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		labels_of(&kinds[i]);
	/* And all of 16 bits, at one of them. */
	begin(&kinds[5]);
	for (uint64_t label = LABELS; label <= UINT16_MAX; label++)
		try_label(&kinds[5], label);
	attack_done("labels", 9 * (LABELS + 56 * 6) + UINT16_MAX + 1 - LABELS);
}

/* A call's results are in x0 to x3, as they are, and in no other register. */
static void results_of_calls(void)
{
	attack_new();
	attack_run(attack_begin, 0, PSTATE_EL1H);
	for (unsigned int n = 0; n < 4 * ATTACK_WORDS; n++) {
		uint64_t words[MESSAGE_WORDS] = { 1, 2, 3, 4, vm.exit.word[0], attack_word(n % 7) };

		words[n / ATTACK_WORDS] = attack_word(n % ATTACK_WORDS);
		EXPECT_OK(attack_answer(DISPOSITION_STEP | REPLY_REARM, words, DEADLINE_NEVER));
		EXPECT(attack_next(1000));
		VM_EXPECT_CALL(CALL_HERE);
		for (unsigned int i = 0; i < 31; i++)
			if (i != 9)
				EXPECT_EQUAL(vm.page->registers.x[i],
					     i < 4 ? words[i] : vm_fill_value(i));
		attack_tried();
	}
	attack_done("results of calls", 4ULL * ATTACK_WORDS);
}

/* A load's result is cut to the size of the access, and in no other register. */
static void results_of_loads(void)
{
	static const struct {
		const char *program;
		unsigned int bits;
		bool is_signed;
	} loads[] = {
		{ guest_load_1, 8, false },  { guest_load_2, 16, false },
		{ guest_load_4, 32, false }, { guest_load_8, 64, false },
		{ guest_load_1s, 8, true },  { guest_load_4s, 32, true },
	};

	attack_new();
	for (unsigned int n = 0; n < ARRAY_SIZE(loads) * ATTACK_WORDS; n++) {
		unsigned int shift = 64 - loads[n / ATTACK_WORDS].bits;
		uint64_t word = attack_word(n % ATTACK_WORDS);
		uint64_t words[MESSAGE_WORDS] = { word, ~word, ~word, ~word, 0, ~word };
		uint64_t cut = word << shift >> shift;

		if (loads[n / ATTACK_WORDS].is_signed)
			cut = (uint64_t)((int64_t)(word << shift) >> shift);
		attack_run(attack_begin, GUEST_NOWHERE, PSTATE_EL1H);
		vm.update->registers.pc = guest_address(loads[n / ATTACK_WORDS].program);
		EXPECT_OK(attack_reply(DISPOSITION_RESUME | REPLY_REGISTERS));
		EXPECT(attack_next(1000));
		VM_EXPECT(EXIT_MEMORY);
		words[4] = vm.exit.word[0];
		EXPECT_OK(attack_answer(DISPOSITION_STEP, words, DEADLINE_NEVER));
		EXPECT(attack_next(1000));
		VM_EXPECT_CALL(0);
		EXPECT_EQUAL(vm.page->registers.x[0], GUEST_NOWHERE);
		EXPECT_EQUAL(vm.page->registers.x[1], cut);
		for (unsigned int i = 2; i < 31; i++)
			if (i != 9)
				EXPECT_EQUAL(vm.page->registers.x[i], vm_fill_value(i));
		attack_tried();
	}
	attack_done("results of loads", 6ULL * ATTACK_WORDS);
}

/* An answer is for the exit that is pending, and for no other. */
static void sequence_numbers(void)
{
	attack_new();
	attack_run(attack_begin, 0, PSTATE_EL1H);
	for (unsigned int n = 0; n < 3 * ATTACK_WORDS; n++) {
		uint64_t word = attack_word(n % ATTACK_WORDS);
		uint64_t right = vm.exit.word[0];
		uint64_t words[MESSAGE_WORDS] = { 0, 0, 0, 0, word, 0 };

		if (n >= ATTACK_WORDS)
			words[4] = n < 2 * ATTACK_WORDS ? right ^ word : right - word;
		EXPECT_STATUS(attack_answer(DISPOSITION_STEP, words, DEADLINE_NEVER),
			      words[4] == right ? OK : ERR_REPLY);
		if (words[4] == right)
			EXPECT(attack_next(1000));
		attack_tried();
	}
	attack_done("sequence numbers", 3ULL * ATTACK_WORDS);
}

/* What is past comes at once, and what is not does not. */
static void deadlines(void)
{
	attack_new();
	for (unsigned int n = 0; n < ATTACK_WORDS; n++) {
		uint64_t deadline = attack_word(n);
		bool is_near = deadline <= counter_read() + ticks(20);
		uint64_t words[MESSAGE_WORDS] = { 0 };

		attack_run(attack_begin, 0, PSTATE_EL1H);
		words[4] = vm.exit.word[0];
		EXPECT_OK(attack_answer(DISPOSITION_PARK | REPLY_REARM, words, deadline));
		if (attack_next(10)) {
			VM_EXPECT(EXIT_EVENT);
			EXPECT(vm.exit.word[2] & EXIT_EVENT_DEADLINE);
			EXPECT(deadline <= counter_read());
		} else {
			EXPECT(!is_near);
		}
		attack_tried();
	}
	attack_done("deadlines", ATTACK_WORDS);
}

static const struct test tests[] = {
	{ "answer: each label to each kind of exit", labels },
	{ "answer: each result of a call", results_of_calls },
	{ "answer: each result of a load", results_of_loads },
	{ "answer: each sequence number", sequence_numbers },
	{ "answer: each deadline", deadlines },
};

const struct suite answer_suite = SUITE(tests);
