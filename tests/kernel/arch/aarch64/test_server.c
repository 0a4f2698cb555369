/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A hostile server of a window: the test answers its guest's accesses wrongly, late, twice or never. What comes of it is the
 * result of the guest's load or an abort there, or nothing.
 */
#include "attack.h"

#define AT     (GUEST_NOWHERE + 0x10)
#define WINDOW 0
#define BADGE  0x61

/* All bits of a label that mean something, and the first that does not. */
#define LABELS 256

static cap_t endpoint;
static struct message access;

static void begin(void)
{
	attack_new();
	EXPECT_OK(page_table_map(object_new(OBJECT_PAGE_TABLE, 0), vm.space, GUEST_NOWHERE));
	endpoint = object_new(OBJECT_ENDPOINT, 0);
	EXPECT_OK(guest_space_set_window(vm.space, WINDOW, GUEST_NOWHERE, 1,
					 mint_new(endpoint, RIGHT_WRITE, BADGE), 0, 0));
}

/* The guest begins anew, and its load comes to the server. */
static void take_access(void)
{
	attack_load(attack_read, AT);
	EXPECT_OK(message_recv(endpoint, &access, soon()));
	EXPECT_EQUAL(access.label, LABEL_EXIT + EXIT_WINDOW);
	EXPECT_EQUAL(access.badge, BADGE);
}

/* The server's answer, and then its next wait, which finds nothing. */
static enum status answer(uint64_t label, uint64_t word0, uint64_t sequence)
{
	struct message m = { .label = label,
			     .word = { word0, ~0ULL, ~0ULL, ~0ULL, sequence, ~0ULL } };
	enum status status = message_reply_recv(endpoint, &m, counter_after_us(1));

	/* Where the answer was taken, or nobody waited for one, the deadline of the wait is what comes. */
	return status == OK && m.label == LABEL_SIGNAL ? OK : status;
}

/* The guest's load is done, with this result. */
static void expect_result(uint64_t value)
{
	EXPECT(attack_next(1000));
	VM_EXPECT_CALL(CALL_HERE);
	EXPECT_EQUAL(vm.page->registers.x[0], AT);
	EXPECT_EQUAL(vm.page->registers.x[1], (uint32_t)value);
	for (unsigned int i = 2; i < 31; i++)
		if (i != 9)
			EXPECT_EQUAL(vm.page->registers.x[i], vm_fill_value(i));
}

static void expect_abort(void)
{
	EXPECT(attack_next(1000));
	VM_EXPECT_CALL(CALL_VECTOR + VECTOR_EL1H);
	EXPECT_EQUAL(vm.page->registers.x[12], AT);
}

/* All but a result and an abort is refused, and then either of them is taken. */
static void labels(void)
{
	begin();
	take_access();
	for (uint64_t label = 0; label < LABELS; label++) {
		if (label == DISPOSITION_STEP || label == DISPOSITION_ABORT)
			continue;
		EXPECT_STATUS(answer(label, 0, access.word[0]), ERR_REPLY);
		attack_tried();
	}
	for (unsigned int n = 0; n < ATTACK_WORDS; n++) {
		uint64_t label = attack_word(n);

		if (label >= LABELS)
			EXPECT_STATUS(answer(label, 0, access.word[0]), ERR_REPLY);
		attack_tried();
	}
	EXPECT_OK(answer(DISPOSITION_STEP, 7, access.word[0]));
	expect_result(7);
	take_access();
	EXPECT_OK(answer(DISPOSITION_ABORT, 7, access.word[0]));
	expect_abort();
	attack_done("labels of a window's server", LABELS - 2 + ATTACK_WORDS);
}

static void results(void)
{
	begin();
	for (unsigned int n = 0; n < ATTACK_WORDS; n++) {
		take_access();
		EXPECT_OK(answer(DISPOSITION_STEP, attack_word(n), access.word[0]));
		expect_result(attack_word(n));
		attack_tried();
	}
	attack_done("results of a window's server", ATTACK_WORDS);
}

static void sequence_numbers(void)
{
	begin();
	take_access();
	for (unsigned int n = 0; n < 2 * ATTACK_WORDS; n++) {
		uint64_t sequence = attack_word(n % ATTACK_WORDS);

		if (n >= ATTACK_WORDS)
			sequence ^= access.word[0];
		if (sequence != access.word[0])
			EXPECT_STATUS(answer(DISPOSITION_STEP, n, sequence), ERR_REPLY);
		attack_tried();
	}
	EXPECT_OK(answer(DISPOSITION_STEP, 9, access.word[0]));
	expect_result(9);
	attack_done("sequence numbers of a window's server", 2ULL * ATTACK_WORDS);
}

/* The second answer finds nobody; nor is it one to the next access. */
static void twice(void)
{
	uint64_t old;

	begin();
	for (unsigned int n = 0; n < 100; n++) {
		take_access();
		old = access.word[0];
		EXPECT_OK(answer(DISPOSITION_STEP, 1, old));
		EXPECT_OK(answer(DISPOSITION_STEP, 2, old));
		expect_result(1);
		take_access();
		EXPECT_STATUS(answer(DISPOSITION_STEP, 3, old), ERR_REPLY);
		EXPECT_OK(answer(DISPOSITION_STEP, 4, access.word[0]));
		EXPECT_OK(answer(DISPOSITION_ABORT, 5, access.word[0]));
		expect_result(4);
		attack_tried();
	}
	attack_done("answers too many", 100);
}

/* Its window was cleared while it had the access: that is the VMM's now, and so is the answer. */
static void late(void)
{
	begin();
	for (unsigned int n = 0; n < 100; n++) {
		take_access();
		EXPECT_OK(guest_space_clear_window(vm.space, WINDOW));
		EXPECT_OK(answer(DISPOSITION_STEP, 1, access.word[0]));
		EXPECT(attack_next(1000));
		VM_EXPECT(EXIT_MEMORY);
		EXPECT(vm.exit.word[2] & EXIT_REDELIVERED);
		EXPECT_EQUAL(vm.exit.word[0], access.word[0]);
		EXPECT_EQUAL(vm.exit.word[1], AT);
		attack_answer_result(2);
		expect_result(2);
		EXPECT_OK(guest_space_set_window(vm.space, WINDOW, GUEST_NOWHERE, 1,
						 mint_new(endpoint, RIGHT_WRITE, BADGE), 0, 0));
		attack_tried();
	}
	attack_done("late answers", 100);
}

/* The guest waits, others do not, and it is stopped, and goes on when the window is gone. */
static void never(void)
{
	begin();
	for (unsigned int n = 0; n < 100; n++) {
		take_access();
		EXPECT(!attack_next(20));
		/* It takes other messages, and asks for the same one again and again. */
		for (unsigned int i = 0; i < 3; i++) {
			EXPECT_OK(message_recv(endpoint, &access, soon()));
			EXPECT(access.word[2] & EXIT_REDELIVERED);
		}
		EXPECT_OK(vcpu_stop(vm.vcpu, 0));
		EXPECT(!attack_next(20));
		EXPECT_OK(vcpu_resume(vm.vcpu));
		EXPECT_OK(guest_space_clear_window(vm.space, WINDOW));
		EXPECT(attack_next(1000));
		VM_EXPECT(EXIT_MEMORY);
		attack_answer_result(n);
		expect_result(n);
		EXPECT_OK(guest_space_set_window(vm.space, WINDOW, GUEST_NOWHERE, 1,
						 mint_new(endpoint, RIGHT_WRITE, BADGE), 0, 0));
		attack_tried();
	}
	attack_done("answers that never come", 100);
}

static const struct test tests[] = {
	{ "server: each label", labels },
	{ "server: each result", results },
	{ "server: each sequence number", sequence_numbers },
	{ "server: answers twice", twice },
	{ "server: answers late", late },
	{ "server: never answers", never },
};

const struct suite server_suite = SUITE(tests);
