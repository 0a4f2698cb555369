/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a VMM does to its guest's interrupt slots, by its page and by vcpu.set_slot: whatever it is, the guest's interrupts are
 * what comes of it, and the neighbour's timer ticks on, though it is the same physical one.
 */
#include "attack.h"

#include <distinct_values.h>

#define SLOTS 64
/* Bits of a change that say something. */
#define CHANGE_BITS   34
#define RANDOM_ROUNDS 4000
#define MEANT         ((1ULL << CHANGE_BITS) - 1 - 0xe000)
/* Of the interrupt controller (IHI 0069, 2.2.1): from here on are special numbers, and such as no guest has. */
#define NUMBER_SPECIAL_FIRST 1020

static uint64_t random_state;
/* So many of the tries were taken. */
static unsigned int taken;

static uint64_t random_word(void)
{
	return mix(random_state += VALUES_STEP);
}

static bool must_be_refused(uint64_t change)
{
	return (change & SLOT_CONFIGURE) && SLOT_NUMBER_OF(change) >= NUMBER_SPECIAL_FIRST;
}

/* All of a guest's interrupts come, if PSTATE lets them. */
static void begin(void)
{
	attack_run(attack_begin, 0, PSTATE_EL1H);
	attack_fill_registers();
	vm.update->registers.pstate = MODE_EL1H;
}

/* The changes are in the page: they are taken all or none, and the guest is where it was, or takes an interrupt. */
static void try_changes(bool refused)
{
	uint64_t pending, active, pending_after, active_after;
	enum status status;

	EXPECT_OK(vcpu_query_slots(vm.vcpu, &pending, &active));
	status = attack_reply(DISPOSITION_RESUME | REPLY_REGISTERS | REPLY_SLOTS);
	EXPECT_EQUAL(status, refused ? ERR_REPLY : OK);
	if (refused) {
		EXPECT_OK(vcpu_query_slots(vm.vcpu, &pending_after, &active_after));
		EXPECT_EQUAL(pending_after, pending);
		EXPECT_EQUAL(active_after, active);
	} else {
		taken++;
		EXPECT(attack_next(1000));
		attack_expect_legal();
		VM_EXPECT(EXIT_HYPERCALL);
		EXPECT(vm.exit.word[1] == CALL_HERE ||
		       vm.exit.word[1] == CALL_VECTOR + VECTOR_EL1H + 1 ||
		       vm.exit.word[1] == CALL_VECTOR + VECTOR_EL1H + 2);
	}
	attack_tried();
}

/* Of each slot each bit, alone and with all that makes it count. */
static void each_bit(void)
{
	static const uint64_t with[] = {
		0, SLOT_CONFIGURE | SLOT_ENABLED | SLOT_PEND | SLOT_NUMBER(40),
		SLOT_CONFIGURE | SLOT_ENABLED | SLOT_LEVEL | SLOT_SET_LINE | SLOT_LINE, ~0ULL
	};

	attack_new();
	for (uint64_t slot = 0; slot < SLOTS; slot++) {
		begin();
		for (unsigned int n = 0; n < ARRAY_SIZE(with) * CHANGE_BITS; n++) {
			uint64_t change = with[n / CHANGE_BITS] ^ 1ULL << n % CHANGE_BITS;

			vm_change_nothing();
			vm_change_slot((uint32_t)slot, change);
			try_changes(must_be_refused(change));
		}
	}
	attack_done("changes of slots", SLOTS * 4ULL * CHANGE_BITS);
}

/* Each number that an interrupt can have, and that it cannot. */
static void each_number(void)
{
	attack_new();
	begin();
	for (uint64_t number = 0; number <= SLOT_NUMBER_MASK; number++) {
		uint64_t change = slot_configured((uint32_t)number, 0x80, SLOT_PEND);

		vm_change_nothing();
		vm_change_slot(0, change);
		try_changes(must_be_refused(change));
	}
	attack_done("numbers of interrupts", SLOT_NUMBER_MASK + 1);
}

/* Any number at once, of any words. */
static void many(void)
{
	attack_new();
	random_state = 1;
	taken = 0;
	for (unsigned int n = 0; n < RANDOM_ROUNDS; n++) {
		uint64_t count = random_word() % (SLOTS + 1);
		bool refused = false;

		if (n % 16 == 0)
			begin();
		vm_change_nothing();
		for (uint32_t i = 0; i < count; i++) {
			uint64_t change = random_word();

			/* Most shall be taken. */
			if (random_word() % 64)
				change &= ~SLOT_NUMBER(0x1e00);
			vm_change_slot(i, change);
			refused |= must_be_refused(change);
		}
		try_changes(refused);
	}
	report_line("# %u of %u were taken", taken, RANDOM_ROUNDS);
	EXPECT(taken > RANDOM_ROUNDS / 2);
	for (unsigned int n = 0; n < ATTACK_WORDS; n++) {
		vm_change_nothing();
		vm.update->slots.set_line = attack_word(n);
		vm.update->slots.pend = attack_word(n);
		vm.update->slots.activate = ~attack_word(n);
		try_changes(false);
	}
	attack_done("changes at once", RANDOM_ROUNDS + ATTACK_WORDS);
}

static void set_slot(void)
{
	attack_new();
	begin();
	for (uint64_t slot = 0; slot < 2 * SLOTS; slot++)
		for (unsigned int n = 0; n < ATTACK_WORDS; n++) {
			uint64_t change = attack_word(n);
			enum status status = vcpu_set_slot(vm.vcpu, (uint32_t)slot, change);

			if (slot >= SLOTS || must_be_refused(change) || change & ~MEANT)
				EXPECT_EQUAL(status, ERR_ARGUMENT);
			else
				EXPECT_EQUAL(status, OK);
			attack_tried();
			if (n % 16)
				continue;
			EXPECT_OK(attack_reply(DISPOSITION_RESUME | REPLY_REGISTERS));
			EXPECT(attack_next(1000));
			attack_expect_legal();
		}
	for (unsigned int n = 0; n < ATTACK_WORDS; n++) {
		uint32_t slot = (uint32_t)attack_word(n);

		if (slot >= SLOTS)
			EXPECT_STATUS(vcpu_set_slot(vm.vcpu, slot, SLOT_PEND), ERR_ARGUMENT);
		attack_tried();
	}
	attack_done("vcpu.set_slot", (2 * SLOTS + 1) * (uint64_t)ATTACK_WORDS);
}

static const struct test tests[] = {
	{ "change: each bit for each slot", each_bit },
	{ "change: each number", each_number },
	{ "change: many at once, of any words", many },
	{ "change: by vcpu.set_slot", set_slot },
};

const struct suite change_suite = SUITE(tests);
