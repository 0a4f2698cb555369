/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System registers: what identification registers show and hide, the timer, debug registers, and
 * what is UNDEFINED.
 */
#include <arch/exits.h>

#include <sysreg.h>

#include "test_vmm_fixture.h"

#define OSLAR_EL1      SYSREG(2, 0, 1, 0, 4)
#define OSLSR_EL1      SYSREG(2, 0, 1, 1, 4)
#define MDSCR_EL1      SYSREG(2, 0, 0, 2, 2)
#define CNTP_TVAL_EL0  SYSREG(3, 3, 14, 2, 0)
#define CNTP_CTL_EL0   SYSREG(3, 3, 14, 2, 1)
#define CNTP_CVAL_EL0  SYSREG(3, 3, 14, 2, 2)
#define ICC_SGI1R_EL1  SYSREG(3, 0, 12, 11, 5)
#define ICC_ASGI1R_EL1 SYSREG(3, 0, 12, 11, 6)
#define ICC_SGI0R_EL1  SYSREG(3, 0, 12, 11, 7)

/* Which register of the ID space: S3_0_C0_C<crm>_<op2>. */
#define ID(crm, op2) (((crm)-1) * 8 + (op2))

static enum disposition mrs(uint64_t encoding)
{
	const uint64_t word[5] = { encoding };

	return REPLY_DISPOSITION_OF(guest_exit(EXIT_REGISTER, word));
}

static enum disposition msr(uint64_t encoding, uint64_t value)
{
	const uint64_t word[5] = { encoding, ACCESS_WRITE, value };

	return REPLY_DISPOSITION_OF(guest_exit(EXIT_REGISTER, word));
}

static uint64_t read(uint64_t encoding)
{
	ck_assert_int_eq(mrs(encoding), DISPOSITION_STEP);
	return result[0];
}

static void write(uint64_t encoding, uint64_t value)
{
	ck_assert_int_eq(msr(encoding, value), DISPOSITION_STEP);
}

/*
 * All of them, in a processor that has 1, or all, of everything: fields that stay are 1 or f in the
 * expectation. First the registers that show something; the others show nothing, whatever the
 * processor has.
 */
static const struct {
	uint8_t index;
	uint64_t of_ones;
	uint64_t of_all;
} shown[] = {
	/*
	 * ID_AA64PFR0: CSV3, CSV2 (1), DIT, AdvSIMD, FP; GIC 1; EL1, EL0 1. f in a limited field is
	 * "none".
	 */
	{ ID(4, 0), 0x1101000001110011, 0xff0f000001ff0011 },
	/* ID_AA64PFR1: SSBS, BT. */
	{ ID(4, 1), 0x0000000000000011, 0x00000000000000ff },
	/* ID_AA64DFR0: DoubleLock f, WRPs 1, BRPs 1, DebugVer 6. */
	{ ID(5, 0), 0x000000f000101006, 0x000000f000101006 },
	/* ID_AA64ISAR0: all but TME. */
	{ ID(6, 0), 0x1111111110111110, 0xfffffffff0fffff0 },
	/* ID_AA64ISAR1: not LS64, GPI, GPA, API, APA. */
	{ ID(6, 1), 0x0111111100111001, 0x0fffffff00fff00f },
	/* ID_AA64ISAR2: CSSC, RPRFM, PRFMSLC, CLRBHB, BC, RPRES. */
	{ ID(6, 2), 0x0011010010100010, 0x00ff0f00f0f000f0 },
	/* ID_AA64MMFR0: ExS, TGran4 (0), TGran64, TGran16, ASIDBits, PARange. */
	{ ID(7, 0), 0x0000100001100011, 0x0000f000fff000ff },
	/* ID_AA64MMFR1: ECBHB, nTLBPA, AFP, ETS, SpecSEI, PAN, HPDS, HAFDBS. */
	{ ID(7, 1), 0x1001101001101001, 0xf00ff0f00ff0f00f },
	/* ID_AA64MMFR2: E0PD, BBM, TTL, IDS, AT, ST, CCIDX, VARange, LSM, UAO, CnP. */
	{ ID(7, 2), 0x1011001110110111, 0xf0ff00fff0ff0fff },
};

START_TEST(test_identification)
{
	for (uint32_t index = 0; index < ID_REGISTERS; index++) {
		uint64_t of_ones = 0;
		uint64_t of_all = 0;

		for (uint32_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
			if (shown[i].index == index) {
				of_ones = shown[i].of_ones;
				of_all = shown[i].of_all;
			}
		ck_assert_uint_eq(id_register(index, 0x1111111111111111), of_ones);
		ck_assert_uint_eq(id_register(index, UINT64_MAX), of_all);
		/* Never more than there is, but for what is fixed. */
		ck_assert_uint_eq(id_register(index, 0) & ~of_ones,
				  index == ID(5, 0) ? 0 : id_register(index, 0) & ~of_all);
	}
}
END_TEST

START_TEST(test_limits)
{
	/* CSV2 3 is shown as 1. */
	ck_assert_uint_eq(id_register(ID(4, 0), 3ULL << 56) >> 56, 1);
	ck_assert_uint_eq(id_register(ID(4, 0), 0) >> 56, 0);
	/* PARange 6 (52 bits) as 2 (40 bits), 1 as 1. */
	ck_assert_uint_eq(id_register(ID(7, 0), 6), 2);
	ck_assert_uint_eq(id_register(ID(7, 0), 1), 1);
	/* TGran4 and TGran16 without 52 bits. */
	ck_assert_uint_eq(id_register(ID(7, 0), 1ULL << 28 | 2ULL << 20), 1ULL << 20);
	ck_assert_uint_eq(id_register(ID(7, 0), 0xfULL << 28), 0xfULL << 28);
	/* HAFDBS 4 as 2, IDS 2 as 1, VARange 2 as 1. */
	ck_assert_uint_eq(id_register(ID(7, 1), 4), 2);
	ck_assert_uint_eq(id_register(ID(7, 2), 2ULL << 36 | 2ULL << 16), 1ULL << 36 | 1ULL << 16);
}
END_TEST

START_TEST(test_identification_by_exit)
{
	guest_start();
	for (uint32_t i = 0; i < ID_REGISTERS; i++)
		page->id[i] = 0x1111111111111111;
	for (uint32_t i = 0; i < ID_REGISTERS; i++) {
		uint64_t encoding = SYSREG(3, 0, 0, 1 + i / 8, i % 8);

		ck_assert_uint_eq(read(encoding), id_register(i, 0x1111111111111111));
		ck_assert_int_eq(msr(encoding, 0), DISPOSITION_UNDEFINED);
	}
	ck_assert_int_eq(mrs(SYSREG(3, 0, 0, 8, 0)), DISPOSITION_UNDEFINED);
	ck_assert_int_eq(mrs(SYSREG(3, 0, 0, 0, 1)), DISPOSITION_UNDEFINED);
	ck_assert_int_eq(mrs(SYSREG(3, 1, 0, 4, 0)), DISPOSITION_UNDEFINED);
}
END_TEST

START_TEST(test_timer)
{
	guest_start();
	write(CNTP_CVAL_EL0, now + 1000);
	ck_assert_uint_eq(vmm.vcpus[0].next_deadline, DEADLINE_NEVER);
	write(CNTP_CTL_EL0, 0xffffffffffffff01);
	ck_assert_uint_eq(vmm.vcpus[0].next_deadline, now + 1000);
	ck_assert_uint_eq(read(CNTP_CTL_EL0), 1);
	ck_assert_uint_eq(read(CNTP_TVAL_EL0), 1000);
	ck_assert(!slot[30].line);
	now += 1000;
	guest_event(0);
	ck_assert(slot[30].line);
	ck_assert_uint_eq(vmm.vcpus[0].next_deadline, DEADLINE_NEVER);
	ck_assert_uint_eq(read(CNTP_CTL_EL0), 5);
	now += 10;
	ck_assert_uint_eq(read(CNTP_TVAL_EL0), 0xfffffff6);
	/* Masked, the line is down and the status still there; without the enable nothing is. */
	write(CNTP_CTL_EL0, 3);
	ck_assert(!slot[30].line);
	ck_assert_uint_eq(read(CNTP_CTL_EL0), 7);
	write(CNTP_CTL_EL0, 2);
	ck_assert_uint_eq(read(CNTP_CTL_EL0), 2);
	write(CNTP_CTL_EL0, 1);
	ck_assert(slot[30].line);
	write(CNTP_TVAL_EL0, 500);
	ck_assert(!slot[30].line);
	ck_assert_uint_eq(read(CNTP_CVAL_EL0), now + 500);
	write(CNTP_TVAL_EL0, 0x80000000);
	ck_assert(slot[30].line);
	ck_assert_uint_eq(read(CNTP_CVAL_EL0), now - 0x80000000);
	write(CNTP_CVAL_EL0, UINT64_MAX);
	ck_assert(!slot[30].line);
	ck_assert_uint_eq(vmm.vcpus[0].next_deadline, DEADLINE_NEVER);
}
END_TEST

START_TEST(test_debug)
{
	guest_start();
	ck_assert_uint_eq(read(OSLSR_EL1), 0xa);
	write(OSLAR_EL1, 0);
	ck_assert_uint_eq(read(OSLSR_EL1), 0x8);
	ck_assert_int_eq(mrs(OSLAR_EL1), DISPOSITION_UNDEFINED);
	ck_assert_int_eq(msr(OSLSR_EL1, 0), DISPOSITION_UNDEFINED);
	write(MDSCR_EL1, 0x1000);
	ck_assert_uint_eq(read(MDSCR_EL1), 0x1000);
	for (unsigned int op2 = 4; op2 < 8; op2++) {
		write(SYSREG(2, 0, 0, 0, op2), UINT64_MAX);
		write(SYSREG(2, 0, 0, 1, op2), UINT64_MAX);
		ck_assert_uint_eq(read(SYSREG(2, 0, 0, 1, op2)), 0);
		ck_assert_int_eq(mrs(SYSREG(2, 0, 0, 2, op2)), DISPOSITION_UNDEFINED);
	}
	/* OSDLR_EL1 is there; trace registers, performance monitors and LORegions are not. */
	write(SYSREG(2, 0, 1, 3, 4), 0);
	ck_assert_int_eq(mrs(SYSREG(2, 1, 0, 0, 1)), DISPOSITION_UNDEFINED);
	ck_assert_int_eq(mrs(SYSREG(3, 3, 9, 12, 0)), DISPOSITION_UNDEFINED);
	ck_assert_int_eq(mrs(SYSREG(3, 0, 10, 4, 7)), DISPOSITION_UNDEFINED);
	/* ACTLR_EL1 has no bits. */
	write(SYSREG(3, 0, 1, 0, 1), UINT64_MAX);
	ck_assert_uint_eq(read(SYSREG(3, 0, 1, 0, 1)), 0);
}
END_TEST

START_TEST(test_sgi_registers)
{
	guest_start();
	write(ICC_SGI1R_EL1, 5ULL << 24 | 1);
	ck_assert_uint_eq(slot[5].pended, 1);
	write(ICC_SGI0R_EL1, 5ULL << 24 | 1);
	write(ICC_ASGI1R_EL1, 5ULL << 24 | 1);
	ck_assert_uint_eq(slot[5].pended, 3);
	guest_write(SGI_FRAME + 0x80, 4, 1 << 5);
	write(ICC_SGI0R_EL1, 5ULL << 24 | 1);
	write(ICC_ASGI1R_EL1, 5ULL << 24 | 1);
	ck_assert_uint_eq(slot[5].pended, 3);
	write(ICC_SGI1R_EL1, 5ULL << 24 | 1);
	ck_assert_uint_eq(slot[5].pended, 4);
	/* They are written only. */
	ck_assert_int_eq(mrs(ICC_SGI1R_EL1), DISPOSITION_UNDEFINED);
}
END_TEST

START_TEST(test_unknown)
{
	char name[20];

	guest_start();
	ck_assert_int_eq(mrs(SYSREG(3, 6, 15, 15, 7)), DISPOSITION_UNDEFINED);
	ck_assert_str_eq(log_text(), "guest: no system register S3_6_C15_C15_7 (pc 0x40001000)\n");
	arch_register_name(name, sizeof(name), UINT64_MAX);
	ck_assert_str_eq(name, "S3_7_C15_C15_7");
	/* Every encoding, both ways. */
	for (uint64_t encoding = 0; encoding < 1 << 22; encoding += 2) {
		uint64_t value;

		sysreg_read(&vmm.vcpus[0], encoding, &value);
		sysreg_write(&vmm.vcpus[0], encoding, UINT64_MAX);
	}
}
END_TEST

Suite *sysreg_suite(void)
{
	Suite *suite = suite_create("sysreg");
	TCase *tests = tcase_create("sysreg");

	tcase_add_test(tests, test_identification);
	tcase_add_test(tests, test_limits);
	tcase_add_test(tests, test_identification_by_exit);
	tcase_add_test(tests, test_timer);
	tcase_add_test(tests, test_debug);
	tcase_add_test(tests, test_sgi_registers);
	tcase_add_test(tests, test_unknown);
	suite_add_tcase(suite, tests);
	return suite;
}
