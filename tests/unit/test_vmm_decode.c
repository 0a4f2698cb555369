/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The decoder: encodings as an assembler makes them with what they do, encodings that are none of a
 * device's, and every kind of word.
 */
#include <string.h>

#include <decode.h>

#include "test_vmm_fixture.h"

/* x3, x4 and SP_EL0 of the guest. */
#define X3 0x0000000009000100ULL
#define X4 0xffffffff00000010ULL
#define SP 0x0000000009000800ULL

#define NONE DECODE_NO_BASE

static const struct expected {
	uint32_t word;
	const char *text;
	struct transfer transfer;
} expected[] = {
	/* address, base_after, base, count, reg, size, write, sign */
	{ 0x29400861, "ldp w1, w2, [x3]", { X3, X3, NONE, 2, { 1, 2 }, 4, false, 0 } },
	{ 0xa9410861, "ldp x1, x2, [x3, #16]", { X3 + 16, 0, NONE, 2, { 1, 2 }, 8, false, 0 } },
	{ 0xa9600861, "ldp x1, x2, [x3, #-512]", { X3 - 512, 0, NONE, 2, { 1, 2 }, 8, false, 0 } },
	{ 0xa8c10861, "ldp x1, x2, [x3], #16", { X3, X3 + 16, 3, 2, { 1, 2 }, 8, false, 0 } },
	{ 0x29ff0861, "ldp w1, w2, [x3, #-8]!", { X3 - 8, X3 - 8, 3, 2, { 1, 2 }, 4, false, 0 } },
	{ 0x69408861, "ldpsw x1, x2, [x3, #4]", { X3 + 4, 0, NONE, 2, { 1, 2 }, 4, false, 64 } },
	{ 0x68c10861, "ldpsw x1, x2, [x3], #8", { X3, X3 + 8, 3, 2, { 1, 2 }, 4, false, 64 } },
	{ 0xa91ffc61, "stp x1, xzr, [x3, #504]", { X3 + 504, 0, NONE, 2, { 1, 31 }, 8, true, 0 } },
	{ 0x28bf0861, "stp w1, w2, [x3], #-8", { X3, X3 - 8, 3, 2, { 1, 2 }, 4, true, 0 } },
	{ 0xa9bf0be1, "stp x1, x2, [sp, #-16]!", { SP - 16, SP - 16, 31, 2, { 1, 2 }, 8, 1, 0 } },
	{ 0xa8408861, "ldnp x1, x2, [x3, #8]", { X3 + 8, 0, NONE, 2, { 1, 2 }, 8, false, 0 } },
	{ 0x28010861, "stnp w1, w2, [x3, #8]", { X3 + 8, 0, NONE, 2, { 1, 2 }, 4, true, 0 } },
	{ 0xb8404461, "ldr w1, [x3], #4", { X3, X3 + 4, 3, 1, { 1, 0 }, 4, false, 0 } },
	{ 0xf85f8c61, "ldr x1, [x3, #-8]!", { X3 - 8, X3 - 8, 3, 1, { 1, 0 }, 8, false, 0 } },
	{ 0xb8100461, "str w1, [x3], #-256", { X3, X3 - 256, 3, 1, { 1, 0 }, 4, true, 0 } },
	{ 0xf80ffc61, "str x1, [x3, #255]!", { X3 + 255, X3 + 255, 3, 1, { 1, 0 }, 8, true, 0 } },
	{ 0x38001461, "strb w1, [x3], #1", { X3, X3 + 1, 3, 1, { 1, 0 }, 1, true, 0 } },
	{ 0x38401c61, "ldrb w1, [x3, #1]!", { X3 + 1, X3 + 1, 3, 1, { 1, 0 }, 1, false, 0 } },
	{ 0x7800247f, "strh wzr, [x3], #2", { X3, X3 + 2, 3, 1, { 31, 0 }, 2, true, 0 } },
	{ 0x78402461, "ldrh w1, [x3], #2", { X3, X3 + 2, 3, 1, { 1, 0 }, 2, false, 0 } },
	{ 0x38c01461, "ldrsb w1, [x3], #1", { X3, X3 + 1, 3, 1, { 1, 0 }, 1, false, 32 } },
	{ 0x38801461, "ldrsb x1, [x3], #1", { X3, X3 + 1, 3, 1, { 1, 0 }, 1, false, 64 } },
	{ 0x78c02461, "ldrsh w1, [x3], #2", { X3, X3 + 2, 3, 1, { 1, 0 }, 2, false, 32 } },
	{ 0x78802c61, "ldrsh x1, [x3, #2]!", { X3 + 2, X3 + 2, 3, 1, { 1, 0 }, 2, false, 64 } },
	{ 0xb8804461, "ldrsw x1, [x3], #4", { X3, X3 + 4, 3, 1, { 1, 0 }, 4, false, 64 } },
	{ 0xb97ffc61, "ldr w1, [x3, #16380]", { X3 + 16380, 0, NONE, 1, { 1, 0 }, 4, false, 0 } },
	{ 0xf97ffc61, "ldr x1, [x3, #32760]", { X3 + 32760, 0, NONE, 1, { 1, 0 }, 8, false, 0 } },
	{ 0x393ffc61, "strb w1, [x3, #4095]", { X3 + 4095, 0, NONE, 1, { 1, 0 }, 1, true, 0 } },
	{ 0xb85ff061, "ldur w1, [x3, #-1]", { X3 - 1, 0, NONE, 1, { 1, 0 }, 4, false, 0 } },
	{ 0xf8007061, "stur x1, [x3, #7]", { X3 + 7, 0, NONE, 1, { 1, 0 }, 8, true, 0 } },
	{ 0xb8404861, "ldtr w1, [x3, #4]", { X3 + 4, 0, NONE, 1, { 1, 0 }, 4, false, 0 } },
	{ 0x381fc861, "sttrb w1, [x3, #-4]", { X3 - 4, 0, NONE, 1, { 1, 0 }, 1, true, 0 } },
	{ 0xb8646861, "ldr w1, [x3, x4]", { X3 + X4, 0, NONE, 1, { 1, 0 }, 4, false, 0 } },
	{ 0xb8647861,
	  "ldr w1, [x3, x4, lsl #2]",
	  { X3 + X4 * 4, 0, NONE, 1, { 1, 0 }, 4, false, 0 } },
	{ 0xf8645861,
	  "ldr x1, [x3, w4, uxtw #3]",
	  { X3 + 0x80, 0, NONE, 1, { 1, 0 }, 8, false, 0 } },
	{ 0xb864c861, "ldr w1, [x3, w4, sxtw]", { X3 + 0x10, 0, NONE, 1, { 1, 0 }, 4, false, 0 } },
	{ 0x7824f861,
	  "strh w1, [x3, x4, sxtx #1]",
	  { X3 + X4 * 2, 0, NONE, 1, { 1, 0 }, 2, true, 0 } },
	{ 0xb84047e1, "ldr w1, [sp], #4", { SP, SP + 4, 31, 1, { 1, 0 }, 4, false, 0 } },
};

static const struct {
	uint32_t word;
	const char *text;
} refused[] = {
	{ 0x18000041, "ldr w1, .+8" },
	{ 0x3cc10461, "ldr q1, [x3], #16" },
	{ 0xad400861, "ldp q1, q2, [x3]" },
	{ 0x2d400861, "ldp s1, s2, [x3]" },
	{ 0xfd000461, "str d1, [x3, #8]" },
	{ 0x885f7c61, "ldxr w1, [x3]" },
	{ 0x8802fc61, "stlxr w2, w1, [x3]" },
	{ 0xc87f0861, "ldxp x1, x2, [x3]" },
	{ 0x88dffc61, "ldar w1, [x3]" },
	{ 0x889ffc61, "stlr w1, [x3]" },
	{ 0xb8210062, "ldadd w1, w2, [x3]" },
	{ 0xb8218062, "swp w1, w2, [x3]" },
	{ 0x88a17c62, "cas w1, w2, [x3]" },
	{ 0x48227cc4, "casp x2, x3, x4, x5, [x6]" },
	{ 0x69000861, "stgp x1, x2, [x3]" },
	{ 0xd9200861, "stg x1, [x3]" },
	{ 0xf8200461, "ldraa x1, [x3]" },
	{ 0xf9800060, "prfm pldl1keep, [x3]" },
	{ 0xf8a46860, "prfm pldl1keep, [x3, x4]" },
	{ 0xb8bfc061, "ldapr w1, [x3]" },
	{ 0x99400061, "ldapur w1, [x3]" },
	{ 0xd50b7423, "dc zva, x3" },
	{ 0x8b030041, "add x1, x2, x3" },
	{ 0xd503201f, "nop" },
	{ 0xd4000001, "svc #0" },
	{ 0x4cdf7061, "ld1 {v1.16b}, [x3], #16" },
	{ 0x0d000061, "st1 {v1.b}[0], [x3]" },
	{ 0x68400861, "ldpsw without allocation: unallocated" },
	{ 0xe9400861, "ldp with opc 3: unallocated" },
	{ 0xb8640861, "register offset with option 0: unallocated" },
	{ 0xf8c04461, "ldr with opc 3 for doublewords: unallocated" },
	{ 0xb8c04461, "ldr with opc 3 for words: unallocated" },
	{ 0x00000000, "udf" },
	{ 0xffffffff, "nothing" },
};

static struct registers registers_of_tests(void)
{
	struct registers registers = { .sp = SP, .pstate = 0x3c4 };

	registers.x[3] = X3;
	registers.x[4] = X4;
	return registers;
}

START_TEST(test_transfers)
{
	const struct expected *e = &expected[_i];
	const struct registers registers = registers_of_tests();
	struct transfer t = { 0 };

	ck_assert_msg(decode_transfer(e->word, &registers, &t), "%s: refused", e->text);
	ck_assert_msg(t.address == e->transfer.address, "%s: address", e->text);
	ck_assert_msg(t.base == e->transfer.base, "%s: base", e->text);
	if (t.base != DECODE_NO_BASE)
		ck_assert_msg(t.base_after == e->transfer.base_after, "%s: writeback", e->text);
	ck_assert_msg(t.count == e->transfer.count, "%s: count", e->text);
	ck_assert_msg(!memcmp(t.reg, e->transfer.reg, sizeof(t.reg)), "%s: registers", e->text);
	ck_assert_msg(t.size == e->transfer.size, "%s: size", e->text);
	ck_assert_msg(t.write == e->transfer.write, "%s: direction", e->text);
	ck_assert_msg(t.sign == e->transfer.sign, "%s: sign", e->text);
}
END_TEST

START_TEST(test_refusals)
{
	const struct registers registers = registers_of_tests();
	struct transfer t;

	ck_assert_msg(!decode_transfer(refused[_i].word, &registers, &t), "%s: taken",
		      refused[_i].text);
}
END_TEST

/* SP_EL1 is not among the registers that the server sees. */
START_TEST(test_unknown_stack_pointer)
{
	struct registers registers = registers_of_tests();
	struct transfer t;

	registers.pstate = 0x3c5;
	ck_assert(!decode_transfer(0xb84047e1, &registers, &t));
	ck_assert(!decode_transfer(0xa9bf0be1, &registers, &t));
	ck_assert(decode_transfer(0xb8404461, &registers, &t));
}
END_TEST

/* Whatever the word, what is decoded is in range. */
START_TEST(test_random_words)
{
	const struct registers registers = registers_of_tests();
	uint64_t random = 0x9e3779b97f4a7c15;

	for (uint32_t i = 0; i < 5000000; i++) {
		struct transfer t = { 0 };

		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		if (!decode_transfer((uint32_t)random, &registers, &t))
			continue;
		must(t.count == 1 || t.count == 2);
		must(t.size == 1 || t.size == 2 || t.size == 4 || t.size == 8);
		must(t.reg[0] < 32 && t.reg[1] < 32);
		must(t.base < 32 || t.base == DECODE_NO_BASE);
		must(t.sign == 0 || t.sign == 32 || t.sign == 64);
	}
}
END_TEST

Suite *decode_suite(void)
{
	Suite *suite = suite_create("decode");
	TCase *tests = tcase_create("decode");

	tcase_add_loop_test(tests, test_transfers, 0, sizeof(expected) / sizeof(expected[0]));
	tcase_add_loop_test(tests, test_refusals, 0, sizeof(refused) / sizeof(refused[0]));
	tcase_add_test(tests, test_unknown_stack_pointer);
	tcase_add_test(tests, test_random_words);
	tcase_set_timeout(tests, 60);
	suite_add_tcase(suite, tests);
	return suite;
}
