/* SPDX-License-Identifier: BSD-2-Clause */
/* The GICv3 model: what a guest reads back, and what reaches the interrupt slots. */
#include <arch/interrupt.h>

#include <gicv3_registers.h>

#include "test_vmm_fixture.h"

#define SPI                33
#define PPI                27
#define SGI                3
#define WORD(array, intid) ((array) + (intid) / 32 * 4)
#define BIT(intid)         (1U << (intid) % 32)

static uint32_t gicd(uint64_t offset)
{
	return (uint32_t)guest_read(DISTRIBUTOR + offset, 4);
}

static void gicd_set(uint64_t offset, uint32_t value)
{
	guest_write(DISTRIBUTOR + offset, 4, value);
}

static uint32_t sgi(uint64_t offset)
{
	return (uint32_t)guest_read(SGI_FRAME + offset, 4);
}

static void sgi_set(uint64_t offset, uint32_t value)
{
	guest_write(SGI_FRAME + offset, 4, value);
}

static bool forwarded(uint32_t intid)
{
	return slot[intid].configuration & SLOT_ENABLED;
}

START_TEST(test_identification)
{
	guest_start();
	/* ARE, DS; groups disabled. */
	ck_assert_uint_eq(gicd(GICD_CTLR), 0x50);
	/* 64 INTIDs, 10 bits, no 1 of N, no LPIs, no security. */
	ck_assert_uint_eq(gicd(GICD_TYPER), 0x02480001);
	ck_assert_uint_eq(gicd(0xffe8) & 0xf0, 0x30);
	ck_assert_uint_eq(guest_read(REDISTRIBUTOR + 0xffe8, 4) & 0xf0, 0x30);
	ck_assert_uint_eq(gicd(0xfff0), 0x0d);
	ck_assert_uint_eq(gicd(0xfffc), 0xb1);
	ck_assert_uint_eq(gicd(GICD_IIDR) & 0xfff, 0x43b);
	ck_assert_uint_eq(guest_read(REDISTRIBUTOR + GICR_IIDR, 4) & 0xfff, 0x43b);
	/* The last redistributor, processor 0, affinity 0. */
	ck_assert_uint_eq(guest_read(REDISTRIBUTOR + GICR_TYPER, 8), 0x10);
	ck_assert_uint_eq(guest_read(REDISTRIBUTOR + GICR_TYPER, 4), 0x10);
	ck_assert_uint_eq(guest_read(REDISTRIBUTOR + GICR_TYPER + 4, 4), 0);
	ck_assert_uint_eq(guest_read(REDISTRIBUTOR, 4), 0);
}
END_TEST

START_TEST(test_control)
{
	guest_start();
	gicd_set(GICD_CTLR, 0xffffffff);
	ck_assert_uint_eq(gicd(GICD_CTLR), 0x53);
	gicd_set(GICD_CTLR, CTLR_ENABLE_GROUP1);
	ck_assert_uint_eq(gicd(GICD_CTLR), 0x52);
}
END_TEST

START_TEST(test_waker)
{
	guest_start();
	ck_assert_uint_eq(guest_read(REDISTRIBUTOR + GICR_WAKER, 4), 0);
	guest_write(REDISTRIBUTOR + GICR_WAKER, 4, 0xffffffff);
	ck_assert_uint_eq(guest_read(REDISTRIBUTOR + GICR_WAKER, 4), 6);
	guest_write(REDISTRIBUTOR + GICR_WAKER, 4, 0);
	ck_assert_uint_eq(guest_read(REDISTRIBUTOR + GICR_WAKER, 4), 0);
}
END_TEST

START_TEST(test_enables)
{
	guest_start();
	gicd_set(WORD(GICD_ISENABLER, SPI), BIT(SPI) | BIT(40));
	gicd_set(WORD(GICD_ICENABLER, SPI), BIT(40));
	ck_assert_uint_eq(gicd(WORD(GICD_ISENABLER, SPI)), BIT(SPI));
	ck_assert_uint_eq(gicd(WORD(GICD_ICENABLER, SPI)), BIT(SPI));
	/* Forwarded only while the group is enabled as well. */
	ck_assert(!forwarded(SPI));
	gicd_set(GICD_CTLR, CTLR_ENABLE_GROUP1);
	ck_assert(!forwarded(SPI));
	gicd_set(WORD(GICD_IGROUPR, SPI), BIT(SPI));
	ck_assert(forwarded(SPI));
	ck_assert(slot[SPI].configuration & SLOT_GROUP1);
	ck_assert(!forwarded(40));
	gicd_set(GICD_CTLR, CTLR_ENABLE_GROUP0);
	ck_assert(!forwarded(SPI));
	gicd_set(WORD(GICD_IGROUPR, SPI), 0);
	ck_assert(forwarded(SPI));
	ck_assert(!(slot[SPI].configuration & SLOT_GROUP1));
}
END_TEST

START_TEST(test_banks_are_apart)
{
	guest_start();
	gicd_set(GICD_ISENABLER, 0xffffffff);
	ck_assert_uint_eq(gicd(GICD_ISENABLER), 0);
	ck_assert_uint_eq(sgi(GICD_ISENABLER), 0);
	sgi_set(WORD(GICD_ISENABLER, 32), 0xffffffff);
	ck_assert_uint_eq(sgi(WORD(GICD_ISENABLER, 32)), 0);
	ck_assert_uint_eq(gicd(WORD(GICD_ISENABLER, 32)), 0);
	sgi_set(GICD_ISENABLER, BIT(PPI));
	ck_assert_uint_eq(sgi(GICD_ISENABLER), BIT(PPI));
	ck_assert_uint_eq(gicd(GICD_ISENABLER), 0);
	/* Beyond 64 there is nothing. */
	for (uint32_t word = 2; word < 32; word++) {
		gicd_set(GICD_ISENABLER + word * 4, 0xffffffff);
		ck_assert_uint_eq(gicd(GICD_ISENABLER + word * 4), 0);
	}
}
END_TEST

START_TEST(test_priorities)
{
	guest_start();
	gicd_set(GICD_IPRIORITYR + SPI - 1, 0xa0a7ff01);
	ck_assert_uint_eq(gicd(GICD_IPRIORITYR + SPI - 1), 0xa0a0f800);
	ck_assert_uint_eq(SLOT_PRIORITY_OF(slot[SPI].configuration), 0xf8);
	guest_write(DISTRIBUTOR + GICD_IPRIORITYR + SPI, 1, 0x57);
	ck_assert_uint_eq(guest_read(DISTRIBUTOR + GICD_IPRIORITYR + SPI, 1), 0x50);
	ck_assert_uint_eq(gicd(GICD_IPRIORITYR + SPI - 1), 0xa0a05000);
	ck_assert_uint_eq(SLOT_PRIORITY_OF(slot[SPI].configuration), 0x50);
	guest_write(SGI_FRAME + GICD_IPRIORITYR + PPI, 1, 0x80);
	ck_assert_uint_eq(SLOT_PRIORITY_OF(slot[PPI].configuration), 0x80);
	ck_assert_uint_eq(guest_read(SGI_FRAME + GICD_IPRIORITYR + 24, 8), 0x80000000);
	guest_write(DISTRIBUTOR + GICD_IPRIORITYR + PPI, 1, 0x80);
	ck_assert_uint_eq(guest_read(DISTRIBUTOR + GICD_IPRIORITYR + PPI, 1), 0);
	guest_write(DISTRIBUTOR + GICD_IPRIORITYR + 64, 1, 0x80);
	ck_assert_uint_eq(guest_read(DISTRIBUTOR + GICD_IPRIORITYR + 64, 1), 0);
}
END_TEST

START_TEST(test_pending_and_active)
{
	guest_start();
	gicd_set(WORD(GICD_ISPENDR, SPI), BIT(SPI));
	gicd_set(WORD(GICD_ICPENDR, SPI), BIT(40));
	gicd_set(WORD(GICD_ISACTIVER, SPI), BIT(41));
	gicd_set(WORD(GICD_ICACTIVER, SPI), BIT(63));
	sgi_set(GICD_ISPENDR, BIT(SGI));
	ck_assert_uint_eq(slot[SPI].pended, 1);
	ck_assert_uint_eq(slot[40].unpended, 1);
	ck_assert_uint_eq(slot[41].activated, 1);
	ck_assert_uint_eq(slot[63].deactivated, 1);
	ck_assert_uint_eq(slot[SGI].pended, 1);
	pending_slots = 1ULL << SPI | 1ULL << SGI;
	active_slots = 1ULL << 63 | 1ULL << PPI;
	ck_assert_uint_eq(gicd(WORD(GICD_ISPENDR, SPI)), BIT(SPI));
	ck_assert_uint_eq(gicd(WORD(GICD_ICPENDR, SPI)), BIT(SPI));
	ck_assert_uint_eq(sgi(GICD_ISPENDR), BIT(SGI));
	ck_assert_uint_eq(gicd(WORD(GICD_ISACTIVER, 63)), BIT(63));
	ck_assert_uint_eq(sgi(GICD_ICACTIVER), BIT(PPI));
}
END_TEST

START_TEST(test_configuration)
{
	guest_start();
	ck_assert_uint_eq(sgi(GICD_ICFGR), 0xaaaaaaaa);
	ck_assert_uint_eq(sgi(GICD_ICFGR + 4), 0);
	sgi_set(GICD_ICFGR, 0);
	sgi_set(GICD_ICFGR + 4, 0xffffffff);
	ck_assert_uint_eq(sgi(GICD_ICFGR), 0xaaaaaaaa);
	ck_assert_uint_eq(sgi(GICD_ICFGR + 4), 0);
	ck_assert(!(slot[SGI].configuration & SLOT_LEVEL));
	ck_assert(slot[PPI].configuration & SLOT_LEVEL);
	ck_assert(slot[SPI].configuration & SLOT_LEVEL);
	gicd_set(GICD_ICFGR + 8, 0x8);
	gicd_set(GICD_ICFGR + 12, 0xffffffff);
	ck_assert_uint_eq(gicd(GICD_ICFGR + 8), 0x8);
	ck_assert_uint_eq(gicd(GICD_ICFGR + 12), 0xaaaaaaaa);
	ck_assert(!(slot[SPI].configuration & SLOT_LEVEL));
	ck_assert(slot[32].configuration & SLOT_LEVEL);
	ck_assert(!(slot[48].configuration & SLOT_LEVEL));
	gicd_set(GICD_ICFGR, 0xffffffff);
	gicd_set(GICD_ICFGR + 16, 0xffffffff);
	ck_assert_uint_eq(gicd(GICD_ICFGR) | gicd(GICD_ICFGR + 16), 0);
}
END_TEST

/* A line of a level interrupt is the slot's; of an edge interrupt only its rise counts. */
START_TEST(test_lines)
{
	guest_start();
	arch_interrupt_line(&vmm, SPI, true);
	guest_event(0);
	ck_assert(slot[SPI].line);
	arch_interrupt_line(&vmm, SPI, false);
	guest_event(0);
	ck_assert(!slot[SPI].line);
	gicd_set(GICD_ICFGR + 8, 0x8);
	arch_interrupt_line(&vmm, SPI, true);
	arch_interrupt_line(&vmm, SPI, true);
	guest_event(0);
	ck_assert(!slot[SPI].line);
	ck_assert_uint_eq(slot[SPI].pended, 1);
	/* Becoming level, it has the line that is up by now. */
	gicd_set(GICD_ICFGR + 8, 0);
	ck_assert(slot[SPI].line);
	ck_assert_uint_eq(slot[SPI].pended, 1);
}
END_TEST

START_TEST(test_routing)
{
	const uint64_t router = DISTRIBUTOR + 0x6000 + 8 * SPI;

	guest_start();
	gicd_set(GICD_CTLR, CTLR_ENABLE_GROUP0);
	gicd_set(WORD(GICD_ISENABLER, SPI), BIT(SPI));
	ck_assert(forwarded(SPI));
	guest_write(router, 8, UINT64_MAX);
	ck_assert_uint_eq(guest_read(router, 8), 0xff00ffffff);
	ck_assert(!forwarded(SPI));
	guest_write(router, 4, 0);
	ck_assert_uint_eq(guest_read(router, 8), 0xff00000000);
	ck_assert(!forwarded(SPI));
	guest_write(router + 4, 4, 0);
	ck_assert_uint_eq(guest_read(router, 8), 0);
	ck_assert(forwarded(SPI));
	/* Private interrupts have none. */
	guest_write(DISTRIBUTOR + 0x6000 + 8 * PPI, 8, 1);
	ck_assert_uint_eq(guest_read(DISTRIBUTOR + 0x6000 + 8 * PPI, 8), 0);
	guest_write(DISTRIBUTOR + 0x6000 + 8 * 64, 8, 1);
	ck_assert_uint_eq(guest_read(DISTRIBUTOR + 0x6000 + 8 * 64, 8), 0);
}
END_TEST

/* Sizes that a register does not take read as zero and change nothing. */
START_TEST(test_sizes)
{
	guest_start();
	gicd_set(WORD(GICD_ISENABLER, SPI), 0xff);
	ck_assert_uint_eq(guest_read(DISTRIBUTOR + WORD(GICD_ISENABLER, SPI), 1), 0);
	ck_assert_uint_eq(guest_read(DISTRIBUTOR + WORD(GICD_ISENABLER, SPI), 2), 0);
	ck_assert_uint_eq(guest_read(DISTRIBUTOR + WORD(GICD_ISENABLER, SPI) + 2, 4), 0);
	guest_write(DISTRIBUTOR + WORD(GICD_ICENABLER, SPI), 1, 0xff);
	guest_write(DISTRIBUTOR + WORD(GICD_ICENABLER, SPI), 2, 0xff);
	guest_write(DISTRIBUTOR + WORD(GICD_ICENABLER, SPI) - 2, 4, 0xffffffff);
	ck_assert_uint_eq(gicd(WORD(GICD_ISENABLER, SPI)), 0xff);
	ck_assert_uint_eq(guest_read(DISTRIBUTOR + GICD_TYPER, 1), 0);
}
END_TEST

START_TEST(test_every_offset)
{
	static const unsigned int sizes[] = { 1, 2, 4, 8 };

	guest_start();
	for (uint64_t offset = 0; offset < 0x30000; offset++)
		for (unsigned int i = 0; i < 4; i++) {
			uint64_t base = offset < 0x10000 ? DISTRIBUTOR : REDISTRIBUTOR - 0x10000;

			guest_access(base + offset, sizes[i], true, UINT64_MAX);
			guest_access(base + offset, sizes[i], false, 0);
		}
}
END_TEST

START_TEST(test_sgi)
{
	guest_start();
	gicv3_send_sgi(&vmm.vcpus[0], 3ULL << 24 | 1, true);
	guest_event(0);
	ck_assert_uint_eq(slot[SGI].pended, 1);
	/* Group 0 is reached by both registers, group 1 by the first only. */
	gicv3_send_sgi(&vmm.vcpus[0], 3ULL << 24 | 1, false);
	guest_event(0);
	ck_assert_uint_eq(slot[SGI].pended, 2);
	sgi_set(GICD_IGROUPR, BIT(SGI));
	gicv3_send_sgi(&vmm.vcpus[0], 3ULL << 24 | 1, false);
	guest_event(0);
	ck_assert_uint_eq(slot[SGI].pended, 2);
	gicv3_send_sgi(&vmm.vcpus[0], 3ULL << 24 | 1, true);
	guest_event(0);
	ck_assert_uint_eq(slot[SGI].pended, 3);
}
END_TEST

START_TEST(test_sgi_targets)
{
	static const uint64_t elsewhere[] = {
		0,              /* nobody */
		0xfffe,         /* Aff0 1 to 15 */
		1 | 1ULL << 16, /* Aff1 */
		1 | 1ULL << 32, /* Aff2 */
		1 | 1ULL << 48, /* Aff3 */
		1 | 1ULL << 44, /* RS: Aff0 16 */
		1 | 1ULL << 40, /* all but self */
		UINT64_MAX,
	};

	guest_start();
	for (unsigned int i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++)
		gicv3_send_sgi(&vmm.vcpus[0], elsewhere[i], true);
	gicv3_send_sgi(&vmm.vcpus[0], 15ULL << 24 | 0xffff, true);
	guest_event(0);
	ck_assert_uint_eq(slot[0].pended, 0);
	ck_assert_uint_eq(slot[15].pended, 1);
}
END_TEST

Suite *gic_suite(void)
{
	Suite *suite = suite_create("gic");
	TCase *tests = tcase_create("gic");

	tcase_add_test(tests, test_identification);
	tcase_add_test(tests, test_control);
	tcase_add_test(tests, test_waker);
	tcase_add_test(tests, test_enables);
	tcase_add_test(tests, test_banks_are_apart);
	tcase_add_test(tests, test_priorities);
	tcase_add_test(tests, test_pending_and_active);
	tcase_add_test(tests, test_configuration);
	tcase_add_test(tests, test_lines);
	tcase_add_test(tests, test_routing);
	tcase_add_test(tests, test_sizes);
	tcase_add_test(tests, test_every_offset);
	tcase_add_test(tests, test_sgi);
	tcase_add_test(tests, test_sgi_targets);
	tcase_set_timeout(tests, 30);
	suite_add_tcase(suite, tests);
	return suite;
}
