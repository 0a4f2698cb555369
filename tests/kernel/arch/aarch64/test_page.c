/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a VMM writes into the registers of its page: the guest has exactly that where it is a guest's, and else the answer is
 * refused, and the exit waits as before. Written from idl/aarch64.idl and the manual's SPSR_EL2 (Arm ARM C5.2.19).
 */
#include "attack.h"

#define NZCV   (0xfULL << 28)
#define DAIF   (0xfULL << 6)
#define BTYPE  (3ULL << 10)
#define M_MASK 0x1fULL
/* TCO, DIT, UAO, PAN; ALLINT, SSBS, BTYPE; DAIF; M[3:0]. All else is no guest's. */
#define ALLOWED (NZCV | 0x03c00000 | 0x3c00 | DAIF | 0xf)

#define RESUME_WITH_REGISTERS (DISPOSITION_RESUME | REPLY_REGISTERS)

static bool is_guests(uint64_t pstate)
{
	uint64_t mode = pstate & M_MASK;

	return !(pstate & ~ALLOWED) &&
	       (mode == MODE_EL0T || mode == MODE_EL1T || mode == MODE_EL1H);
}

/* At EL0 a call is UNDEFINED, and the vector says from where it came. */
static void expect_pstate(uint64_t asked)
{
	uint64_t got = vm.page->registers.pstate;

	attack_expect_legal();
	if ((asked & M_MASK) == MODE_EL0T) {
		VM_EXPECT_CALL(CALL_VECTOR + VECTOR_EL0);
		got = vm.page->registers.x[13];
	} else {
		VM_EXPECT_CALL(CALL_HERE);
	}
	EXPECT_EQUAL(got & (NZCV | DAIF | M_MASK), asked & (NZCV | DAIF | M_MASK));
	EXPECT_EQUAL(got & ~asked & (PSTATE_IL | PSTATE_SS | BTYPE), 0);
}

static void try_pstate(uint64_t pstate)
{
	uint64_t before = vm.page->registers.pstate;
	uint64_t pc = vm.page->registers.pc;

	vm.update->registers.pstate = pstate;
	if (is_guests(pstate)) {
		EXPECT_OK(attack_reply(RESUME_WITH_REGISTERS));
		EXPECT(attack_next(1000));
		expect_pstate(pstate);
	} else {
		/* What the guest has by itself it may have again: that is the test's own doing. */
		EXPECT(pstate != before);
		EXPECT_STATUS(attack_reply(RESUME_WITH_REGISTERS), ERR_REPLY);
		EXPECT_EQUAL(vm.page->registers.pstate, before);
		EXPECT_EQUAL(vm.page->registers.pc, pc);
	}
	attack_tried();
}

/* Each mode with all that masks and marks, in each combination, and with each word that attack_word() knows. */
static void processor_states(void)
{
	attack_new();
	attack_run(attack_begin, 0, PSTATE_EL1H);
	attack_fill_registers();
	for (uint64_t mode = 0; mode <= M_MASK; mode++) {
		/* D, A, I and F; BTYPE; IL and SS; PAN, UAO, DIT and TCO. */
		for (uint64_t n = 0; n < 1 << 12; n++)
			try_pstate(mode | (n & 0xf) << 6 | (n >> 4 & 3) << 10 | (n >> 6) << 20);
		for (uint64_t flags = 0; flags < 16; flags++)
			try_pstate(mode | DAIF | flags << 28);
		for (unsigned int n = 0; n < ATTACK_WORDS; n++)
			try_pstate((attack_word(n) & ~M_MASK) | mode);
	}
	attack_done("PSTATE", 32ULL * (4096 + 16 + ATTACK_WORDS));
}

/* The registers of the page but for pc and pstate, in the order of struct registers. */
#define PC     32
#define PSTATE 33

static void expect_registers(void)
{
	const volatile uint64_t *asked = (const volatile uint64_t *)&vm.update->registers;
	const volatile uint64_t *got = (const volatile uint64_t *)&vm.page->registers;

	VM_EXPECT_CALL(CALL_HERE);
	for (unsigned int i = 0; i < sizeof(struct registers) / sizeof(uint64_t); i++)
		if (i != PC && i != PSTATE && got[i] != asked[i])
			test_fail(__FILE__, __LINE__, "register %u is 0x%lx, expected 0x%lx", i,
				  (unsigned long)got[i], (unsigned long)asked[i]);
	EXPECT_EQUAL(vm.page->registers.pc, vm.update->registers.pc + 4);
}

/* Any value is a guest's, and no other register has it. */
static void general_registers(void)
{
	volatile uint64_t *asked;

	attack_new();
	attack_run(attack_begin, 0, PSTATE_EL1H);
	attack_fill_registers();
	asked = (volatile uint64_t *)&vm.update->registers;
	for (unsigned int i = 0; i < sizeof(struct registers) / sizeof(uint64_t); i++) {
		uint64_t kept = asked[i];

		if (i == PC || i == PSTATE)
			continue;
		for (unsigned int n = 0; n < ATTACK_WORDS; n++) {
			asked[i] = attack_word(n);
			EXPECT_OK(attack_reply(RESUME_WITH_REGISTERS));
			EXPECT(attack_next(1000));
			expect_registers();
			attack_tried();
		}
		asked[i] = kept;
	}
	attack_done("registers", 34ULL * ATTACK_WORDS);
}

/* Where a guest, a process and the kernel have something, and where nobody has. */
static const uint64_t places[] = {
	ATTACK_CODE + 1,
	ATTACK_CODE + 2,
	GUEST_DATA,
	GUEST_NOWHERE,
	ROOT_PROGRAM,
	ROOT_STACK_TOP,
	0x0000ffffffffffff,
	0x0001000000000000,
	0xffff000000000000,
	0xfffeffffffffffff,
	0xffffff8000000000,
	0xffffff8040200000,
	0xffffffffc0000000,
	0xffffffffc0000800,
	0xffffffffc0200000,
	(1ULL << 40) - 4096,
	(1ULL << 40),
	(1ULL << 44),
	0x08000000,
	0x09000000,
	ATTACK_CODE - 4,
	~3ULL,
	0x00ffffff80000000 + 4,
	0x7ffffffffffffffc,
};

/* The guest goes there, and takes what comes of it itself, or exits. */
static void try_pc(uint64_t pc, uint64_t mode)
{
	vm.update->registers.pc = pc;
	vm.update->registers.pstate = DAIF | mode;
	EXPECT_OK(attack_reply(RESUME_WITH_REGISTERS));
	EXPECT(attack_next(1000));
	attack_expect_legal();
	if (vm.exit.label != LABEL_EXIT + EXIT_FETCH) {
		VM_EXPECT(EXIT_HYPERCALL);
		EXPECT(vm.exit.word[1] >= CALL_VECTOR);
		EXPECT_EQUAL(vm.page->registers.x[11], pc);
	}
	attack_tried();
}

static void program_counters(void)
{
	static const uint64_t modes[] = { MODE_EL0T, MODE_EL1T, MODE_EL1H };

	attack_new();
	attack_run(attack_begin, 0, PSTATE_EL1H);
	attack_fill_registers();
	for (unsigned int m = 0; m < ARRAY_SIZE(modes); m++) {
		for (unsigned int n = 0; n < ARRAY_SIZE(places); n++)
			try_pc(places[n], modes[m]);
		for (unsigned int n = 0; n < ATTACK_WORDS; n++)
			try_pc(attack_word(n), modes[m]);
	}
	attack_done("pc", 3ULL * (24 + ATTACK_WORDS));
}

static const struct test tests[] = {
	{ "page: each mode with all flags", processor_states },
	{ "page: each register with each bit", general_registers },
	{ "page: program counters everywhere", program_counters },
};

const struct suite page_suite = SUITE(tests);
