/* SPDX-License-Identifier: BSD-2-Clause */
/* Translation tables and address spaces. */
#include "test.h"

#define RW            (RIGHT_READ | RIGHT_WRITE)
#define GUEST_ADDRESS 0x40000000ULL

static enum status map_table(cap_t table, cap_t space, uint64_t address)
{
	return page_table_map(table, space, address);
}

static enum status map_page(cap_t frame, cap_t space, uint64_t address, uint32_t rights)
{
	return frame_map(frame, space, address, rights, MEMORY_NORMAL);
}

static void levels(void)
{
	cap_t space = object_new(OBJECT_ADDRESS_SPACE, 0);
	cap_t upper = object_new(OBJECT_PAGE_TABLE, 0);
	cap_t lower = object_new(OBJECT_PAGE_TABLE, 0);
	cap_t third = object_new(OBJECT_PAGE_TABLE, 0);
	cap_t frame = object_new(OBJECT_FRAME, PAGE_BITS);

	EXPECT_STATUS(map_page(frame, space, GUEST_ADDRESS, RW), ERR_TABLE);
	EXPECT_OK(map_table(upper, space, GUEST_ADDRESS));
	EXPECT_STATUS(map_page(frame, space, GUEST_ADDRESS, RW), ERR_TABLE);
	EXPECT_OK(map_table(lower, space, GUEST_ADDRESS));
	EXPECT_OK(map_page(frame, space, GUEST_ADDRESS, RW));
	/* The walk finds all the tables that there can be. */
	EXPECT_STATUS(map_table(third, space, GUEST_ADDRESS + PAGE_SIZE), ERR_OCCUPIED);
}

static void wrong_arguments(void)
{
	cap_t space = object_new(OBJECT_ADDRESS_SPACE, 0);
	cap_t table = object_new(OBJECT_PAGE_TABLE, 0);

	EXPECT_STATUS(map_table(table, space, 1ULL << 39), ERR_ARGUMENT);
	EXPECT_STATUS(map_table(table, table, 0), ERR_TYPE);
	EXPECT_STATUS(map_table(table, slot_new(), 0), ERR_CAPABILITY);
	EXPECT_STATUS(page_table_unmap(table), ERR_STATE);
	EXPECT_OK(map_table(table, space, 0));
	EXPECT_REFUSED(map_table(table, space, GUEST_ADDRESS));
}

static void unmap_takes_what_is_below(void)
{
	cap_t space = object_new(OBJECT_ADDRESS_SPACE, 0);
	cap_t upper = object_new(OBJECT_PAGE_TABLE, 0);
	cap_t lower = object_new(OBJECT_PAGE_TABLE, 0);
	cap_t frame = object_new(OBJECT_FRAME, PAGE_BITS);
	cap_t other = object_new(OBJECT_FRAME, PAGE_BITS);

	EXPECT_OK(map_table(upper, space, GUEST_ADDRESS));
	EXPECT_OK(map_table(lower, space, GUEST_ADDRESS));
	EXPECT_OK(map_page(frame, space, GUEST_ADDRESS, RW));
	EXPECT_OK(page_table_unmap(upper));
	EXPECT_STATUS(map_page(other, space, GUEST_ADDRESS, RW), ERR_TABLE);
	EXPECT_OK(map_table(upper, space, GUEST_ADDRESS));
	EXPECT_STATUS(map_page(other, space, GUEST_ADDRESS, RW), ERR_TABLE);
	EXPECT_OK(map_table(lower, space, GUEST_ADDRESS));
	EXPECT_OK(map_page(other, space, GUEST_ADDRESS, RW));
	/* The first frame's mapping is gone, its capability can be mapped again. */
	EXPECT_OK(map_page(frame, space, GUEST_ADDRESS + PAGE_SIZE, RW));
}

static void end_of_a_table(void)
{
	cap_t space = object_new(OBJECT_ADDRESS_SPACE, 0);
	cap_t upper = object_new(OBJECT_PAGE_TABLE, 0);
	cap_t lower = object_new(OBJECT_PAGE_TABLE, 0);
	cap_t frame = object_new(OBJECT_FRAME, PAGE_BITS);

	EXPECT_OK(map_table(upper, space, GUEST_ADDRESS));
	EXPECT_OK(map_table(lower, space, GUEST_ADDRESS));
	EXPECT_OK(map_page(frame, space, GUEST_ADDRESS, RW));
	EXPECT_OK(cnode_delete(ROOT_SLOT_CNODE, lower));
	EXPECT_STATUS(map_page(frame, space, GUEST_ADDRESS, RW), ERR_TABLE);
	EXPECT_OK(cnode_delete(ROOT_SLOT_CNODE, upper));
}

static void end_of_a_space(void)
{
	cap_t space = object_new(OBJECT_ADDRESS_SPACE, 0);
	cap_t upper = object_new(OBJECT_PAGE_TABLE, 0);
	cap_t lower = object_new(OBJECT_PAGE_TABLE, 0);
	cap_t frame = object_new(OBJECT_FRAME, PAGE_BITS);

	EXPECT_OK(map_table(upper, space, GUEST_ADDRESS));
	EXPECT_OK(map_table(lower, space, GUEST_ADDRESS));
	EXPECT_OK(map_page(frame, space, GUEST_ADDRESS, RW));
	EXPECT_OK(cnode_delete(ROOT_SLOT_CNODE, space));
	/* Nothing is mapped any more: neither an error of the kernel's nor a stale address. */
	EXPECT_STATUS(frame_unmap(frame), ERR_STATE);
	EXPECT_STATUS(page_table_unmap(lower), ERR_STATE);
	space = object_new(OBJECT_ADDRESS_SPACE, 0);
	EXPECT_OK(map_table(upper, space, 0));
	EXPECT_OK(map_table(lower, space, 0));
	EXPECT_OK(map_page(frame, space, 0, RIGHT_READ));
}

static void in_one_place_only(void)
{
	cap_t table = object_new(OBJECT_PAGE_TABLE, 0);
	cap_t slot = slot_new();

	EXPECT_STATUS(cnode_copy(ROOT_SLOT_CNODE, table, ROOT_SLOT_CNODE, slot), ERR_TYPE);
	EXPECT_STATUS(cnode_mint(ROOT_SLOT_CNODE, table, ROOT_SLOT_CNODE, slot, RIGHTS_ALL, 0),
		      ERR_TYPE);
	/* It moves with its place in the address space. */
	EXPECT_OK(map_table(table, object_new(OBJECT_ADDRESS_SPACE, 0), 0));
	EXPECT_OK(cnode_move(ROOT_SLOT_CNODE, table, ROOT_SLOT_CNODE, slot));
	EXPECT_OK(page_table_unmap(slot));
}

static void guest_space(void)
{
	cap_t space = object_new(OBJECT_GUEST_SPACE, 0);
	cap_t frame = object_new(OBJECT_FRAME, PAGE_BITS);
	cap_t block = object_new(OBJECT_FRAME, 21);

	EXPECT_OK(map_table(object_new(OBJECT_PAGE_TABLE, 0), space, GUEST_ADDRESS));
	EXPECT_OK(map_table(object_new(OBJECT_PAGE_TABLE, 0), space, GUEST_ADDRESS));
	/* A guest's memory may be writable and executable: the guest's own tables decide. */
	EXPECT_OK(map_page(frame, space, GUEST_ADDRESS, RW | RIGHT_EXECUTE));
	EXPECT_OK(map_page(block, space, GUEST_ADDRESS + 0x200000, RW | RIGHT_EXECUTE));
	EXPECT_OK(frame_unmap(frame));
	EXPECT_STATUS(map_page(frame, space, GUEST_ADDRESS + 0x201000, RW), ERR_OCCUPIED);
	EXPECT_STATUS(map_page(frame, space, 1ULL << 39, RW), ERR_ARGUMENT);
}

static const struct test tests[] = {
	{ "table: every level must be there", levels },
	{ "table: wrong arguments", wrong_arguments },
	{ "table: unmap takes what is below", unmap_takes_what_is_below },
	{ "table: deleting a mapped table", end_of_a_table },
	{ "table: deleting an address space", end_of_a_space },
	{ "table: in one place only", in_one_place_only },
	{ "table: a guest's space", guest_space },
};

const struct suite table_suite = SUITE(tests);
