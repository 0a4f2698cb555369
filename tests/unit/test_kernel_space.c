/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces: what can be mapped where, and that nothing stays behind. Every access goes through a TLB that forgets
 * nothing by itself.
 */
#include "kernel_machine.h"

#include <address_space.h>

#define WINDOW_UNTYPED (ROOT_SLOT_UNTYPED + 5)

#define RW (RIGHT_READ | RIGHT_WRITE)
#define RX (RIGHT_READ | RIGHT_EXECUTE)

static struct task process;
static struct guest guest;
static cap_t spaces[2]; /* the process's, the guest's */
static cap_t tables[8];

static void setup(void)
{
	machine_start();
	process = task_new();
	guest = guest_new(object_new(OBJECT_ENDPOINT, 0));
	for (unsigned int i = 0; i < ARRAY_SIZE(tables); i++)
		tables[i] = object_new(OBJECT_PAGE_TABLE, 0);
	spaces[0] = slot_new();
	/* The harness keeps no capability of a process's space: here one that the test does. */
	ck_assert_ok(untyped_retype(MACHINE_UNTYPED, OBJECT_ADDRESS_SPACE, 0, ROOT_SLOT_CNODE,
				    spaces[0], 1, 0));
	ck_assert_ok(thread_configure(process.cap, 0, spaces[0], 0));
	spaces[1] = guest.space;
}

/* Where it is remembered that nothing is mapped. */
static void setup_absence(void)
{
	fake.absence = true;
	setup();
}

static void teardown(void)
{
	machine_check();
	fake.absence = false;
}

static struct context *context_of(unsigned int space)
{
	return space ? &guest.vcpu->context : &process.thread->context;
}

/* Whether an access works, and where it goes. */
static bool reaches(unsigned int space, uint64_t address, uint32_t rights, paddr_t physical)
{
	paddr_t found = 0;
	bool works = fake_access(context_of(space), address, rights, &found);

	expect(fake_tlb_stale() == 0);
	return works && found == physical;
}

static bool faults(unsigned int space, uint64_t address)
{
	paddr_t found;
	bool works = fake_access(context_of(space), address, RIGHT_READ, &found);

	expect(fake_tlb_stale() == 0);
	return !works;
}

static paddr_t physical_of(cap_t frame)
{
	return slot_of(frame)->object;
}

static enum status map(cap_t frame, unsigned int space, uint64_t address, uint32_t rights)
{
	return frame_map(frame, spaces[space], address, rights, MEMORY_NORMAL);
}

START_TEST(pages)
{
	cap_t frame = object_new(OBJECT_FRAME, PAGE_BITS);
	const uint64_t at = 0x40203000;

	ck_assert_int_eq(map(frame, _i, at, RW), ERR_TABLE);
	ck_assert_ok(page_table_map(tables[0], spaces[_i], at));
	ck_assert_int_eq(map(frame, _i, at, RW), ERR_TABLE);
	ck_assert_ok(page_table_map(tables[1], spaces[_i], at));
	ck_assert_ok(map(frame, _i, at, RW));
	ck_assert(reaches(_i, at + 0x123, RW, physical_of(frame) + 0x123));
	ck_assert(!reaches(_i, at, RIGHT_EXECUTE, physical_of(frame)));
	ck_assert(faults(_i, at + PAGE_SIZE));
	ck_assert(faults(!_i, at));
	/* One mapping a capability; a copy has its own. */
	ck_assert_int_eq(map(frame, _i, at + PAGE_SIZE, RW), ERR_OCCUPIED);
	cap_t copy = copied(frame);

	ck_assert_int_eq(map(copy, _i, at, RW), ERR_OCCUPIED);
	ck_assert_ok(map(copy, _i, at + PAGE_SIZE, RIGHT_READ));
	ck_assert(reaches(_i, at + PAGE_SIZE, RIGHT_READ, physical_of(frame)));
	ck_assert(!reaches(_i, at + PAGE_SIZE, RIGHT_WRITE, physical_of(frame)));
	ck_assert_ok(frame_unmap(frame));
	ck_assert_int_eq(frame_unmap(frame), ERR_STATE);
	ck_assert(faults(_i, at));
	ck_assert(!faults(_i, at + PAGE_SIZE));
	ck_assert_ok(map(frame, _i, at, RIGHT_READ));
	ck_assert(reaches(_i, at, RIGHT_READ, physical_of(frame)));
}
END_TEST

START_TEST(blocks)
{
	cap_t block = object_new(OBJECT_FRAME, BLOCK_BITS);
	cap_t page = object_new(OBJECT_FRAME, PAGE_BITS);
	cap_t huge = slot_new();
	const uint64_t at = 0x40000000;

	ck_assert_ok(untyped_retype(WINDOW_UNTYPED, OBJECT_FRAME, HUGE_BITS, ROOT_SLOT_CNODE, huge,
				    1, 0));
	ck_assert_int_eq(frame_map(huge, spaces[_i], at, RW, MEMORY_NORMAL), ERR_ARGUMENT);
	ck_assert_int_eq(frame_map(huge, spaces[_i], at, RX, MEMORY_DEVICE), ERR_ARGUMENT);
	ck_assert_ok(frame_map(huge, spaces[_i], at, RW, MEMORY_DEVICE));
	ck_assert(reaches(_i, at + 0x3ffff000, RW, MACHINE_WINDOW + 0x3ffff000));
	ck_assert_int_eq(page_table_map(tables[0], spaces[_i], at), ERR_OCCUPIED);
	ck_assert_int_eq(map(block, _i, at, RW), ERR_OCCUPIED);
	ck_assert_ok(frame_unmap(huge));
	ck_assert(faults(_i, at + 0x3ffff000));
	ck_assert_ok(page_table_map(tables[0], spaces[_i], at));
	ck_assert_int_eq(frame_map(huge, spaces[_i], at, RW, MEMORY_DEVICE), ERR_OCCUPIED);
	ck_assert_int_eq(map(block, _i, at + PAGE_SIZE, RW), ERR_ARGUMENT);
	ck_assert_ok(map(block, _i, at, RW));
	ck_assert(reaches(_i, at + 0x1fffff, RW, physical_of(block) + 0x1fffff));
	ck_assert_int_eq(page_table_map(tables[1], spaces[_i], at), ERR_OCCUPIED);
	ck_assert_int_eq(map(page, _i, at, RW), ERR_OCCUPIED);
	ck_assert_ok(frame_unmap(block));
	ck_assert(faults(_i, at + 0x1fffff));
	ck_assert_ok(page_table_map(tables[1], spaces[_i], at));
	ck_assert_int_eq(map(block, _i, at, RW), ERR_OCCUPIED);
	ck_assert_int_eq(page_table_map(tables[2], spaces[_i], at), ERR_OCCUPIED);
}
END_TEST

START_TEST(what_is_refused)
{
	cap_t frame = object_new(OBJECT_FRAME, PAGE_BITS);
	cap_t weak = minted(frame, RIGHT_READ | RIGHT_CONTROL, 0);
	cap_t blind = minted(frame, RIGHT_WRITE | RIGHT_CONTROL, 0);
	const uint64_t end = BIT(SPACE_BITS);
	uint64_t words[MESSAGE_WORDS] = { spaces[0], 0, RIGHT_READ, 2 };

	for (unsigned int space = 0; space < 2; space++) {
		ck_assert_ok(page_table_map(tables[2 * space], spaces[space], 0));
		ck_assert_ok(page_table_map(tables[2 * space + 1], spaces[space], 0));
		ck_assert_int_eq(map(frame, space, 0x800, RW), ERR_ARGUMENT);
		ck_assert_int_eq(map(frame, space, end, RW), ERR_ARGUMENT);
		ck_assert_int_eq(map(frame, space, ~0xfffUL, RW), ERR_ARGUMENT);
		ck_assert_int_eq(map(frame, space, end - PAGE_SIZE, RW), ERR_TABLE);
		ck_assert_int_eq(map(frame, space, 0, RIGHT_CONTROL), ERR_ARGUMENT);
		ck_assert_int_eq(map(frame, space, 0, 0x10), ERR_ARGUMENT);
		ck_assert_int_eq(map(weak, space, 0, RW), ERR_RIGHTS);
		ck_assert_int_eq(map(weak, space, 0, RX), ERR_RIGHTS);
		ck_assert_int_eq(map(blind, space, 0, RIGHT_WRITE), ERR_RIGHTS);
		ck_assert_int_eq(page_table_map(tables[4], spaces[space], end), ERR_ARGUMENT);
		ck_assert_int_eq(page_table_map(tables[0], spaces[space], MIB(1024)), ERR_OCCUPIED);
		ck_assert(faults(space, 0));
	}
	ck_assert_int_eq(map(frame, 0, 0, RW | RIGHT_EXECUTE), ERR_ARGUMENT);
	ck_assert_ok(map(frame, 1, 0, RW | RIGHT_EXECUTE));
	ck_assert(task_syscall(&root, SYS_CALL, copied(frame), FRAME_MAP, words, DEADLINE_NEVER));
	ck_assert_int_eq(task_status(&root), ERR_ARGUMENT);
	ck_assert_int_eq(frame_map(copied(frame), ROOT_SLOT_THREAD, 0, RW, MEMORY_NORMAL),
			 ERR_TYPE);
	ck_assert_int_eq(frame_map(copied(frame), minted(spaces[0], RW, 0), 0, RW, MEMORY_NORMAL),
			 ERR_RIGHTS);
	ck_assert_int_eq(page_table_unmap(tables[4]), ERR_STATE);
	ck_assert_int_eq(cnode_copy(ROOT_SLOT_CNODE, tables[4], ROOT_SLOT_CNODE, slot_new()),
			 ERR_TYPE);
}
END_TEST

/* With a table all below it goes, and comes back with no table; what was mapped may be mapped elsewhere. */
START_TEST(tables_take_what_is_below)
{
	cap_t page = object_new(OBJECT_FRAME, PAGE_BITS);
	cap_t block = object_new(OBJECT_FRAME, BLOCK_BITS);
	const uint64_t at = 0x40000000;

	ck_assert_ok(page_table_map(tables[0], spaces[_i], at));
	ck_assert_ok(page_table_map(tables[1], spaces[_i], at));
	ck_assert_ok(map(page, _i, at, RW));
	ck_assert_ok(map(block, _i, at + BLOCK_SIZE, RW));
	ck_assert(!faults(_i, at) && !faults(_i, at + BLOCK_SIZE));
	ck_assert_ok(page_table_unmap(tables[0]));
	ck_assert(faults(_i, at) && faults(_i, at + BLOCK_SIZE));
	/* Back in its place, and in another space, it is empty. */
	ck_assert_ok(page_table_map(tables[0], spaces[_i], at));
	ck_assert(faults(_i, at) && faults(_i, at + BLOCK_SIZE));
	ck_assert_ok(page_table_map(tables[2], spaces[!_i], at));
	ck_assert_ok(page_table_map(tables[1], spaces[!_i], at));
	ck_assert(faults(!_i, at));
	ck_assert_ok(map(page, !_i, at, RW));
	ck_assert(reaches(!_i, at, RW, physical_of(page)));
	ck_assert_ok(map(block, _i, at, RW));
	ck_assert(reaches(_i, at, RW, physical_of(block)));
	/* The same by deleting the tables, from below and from above. */
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, tables[1]));
	ck_assert(faults(!_i, at));
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, tables[0]));
	ck_assert(faults(_i, at));
	ck_assert_ok(page_table_map(tables[3], spaces[_i], at));
	ck_assert_ok(map(block, _i, at, RW));
}
END_TEST

/* A capability's end is the end of its mapping, and of no other. */
START_TEST(ends_of_capabilities)
{
	cap_t frame = object_new(OBJECT_FRAME, PAGE_BITS);
	cap_t copy = copied(frame);
	cap_t moved = slot_new();

	ck_assert_ok(page_table_map(tables[0], spaces[_i], 0));
	ck_assert_ok(page_table_map(tables[1], spaces[_i], 0));
	ck_assert_ok(map(frame, _i, 0, RW));
	ck_assert_ok(map(copy, _i, PAGE_SIZE, RW));
	ck_assert(!faults(_i, 0) && !faults(_i, PAGE_SIZE));
	/* A mapping moves with its capability. */
	ck_assert_ok(cnode_move(ROOT_SLOT_CNODE, copy, ROOT_SLOT_CNODE, moved));
	ck_assert(!faults(_i, PAGE_SIZE));
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, frame));
	ck_assert(faults(_i, PAGE_SIZE) && !faults(_i, 0));
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, frame));
	ck_assert(faults(_i, 0));
}
END_TEST

/* The end of a space leaves nothing in it, and its frames and tables free. */
START_TEST(ends_of_spaces)
{
	cap_t frame = object_new(OBJECT_FRAME, PAGE_BITS);
	cap_t space = object_new(_i ? OBJECT_GUEST_SPACE : OBJECT_ADDRESS_SPACE, 0);

	if (_i)
		ck_assert_ok(vcpu_configure(guest.cap, space, guest.endpoint, 0));
	else
		ck_assert_ok(thread_configure(process.cap, 0, space, 0));
	ck_assert_ok(page_table_map(tables[0], space, 0));
	ck_assert_ok(page_table_map(tables[1], space, 0));
	ck_assert_ok(frame_map(frame, space, 0, RW, MEMORY_NORMAL));
	ck_assert(!faults(_i, 0));
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, space));
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, space));
	ck_assert(faults(_i, 0));
	ck_assert_int_eq(frame_unmap(frame), ERR_STATE);
	ck_assert_int_eq(page_table_unmap(tables[0]), ERR_STATE);
	/* Nothing is in the tables when they come into another. */
	space = object_new(_i ? OBJECT_GUEST_SPACE : OBJECT_ADDRESS_SPACE, 0);
	if (_i)
		ck_assert_ok(vcpu_configure(guest.cap, space, guest.endpoint, 0));
	else
		ck_assert_ok(thread_configure(process.cap, 0, space, 0));
	ck_assert_ok(page_table_map(tables[0], space, 0));
	ck_assert_ok(page_table_map(tables[1], space, 0));
	ck_assert(faults(_i, 0));
	ck_assert_ok(frame_map(frame, space, 0, RW, MEMORY_NORMAL));
	ck_assert(reaches(_i, 0, RW, physical_of(frame)));
}
END_TEST

/* A VCpu's two pages below two tables: while one of them is mapped they have no other place. */
START_TEST(pages_below_two_tables)
{
	cap_t space = spaces[0];

	for (unsigned int i = 0; i < 3; i++)
		ck_assert_ok(page_table_map(tables[i], space, i == 2 ? BLOCK_SIZE : 0));
	ck_assert_ok(address_space_map_vcpu(space, guest.cap, BLOCK_SIZE - PAGE_SIZE));
	ck_assert_ok(page_table_unmap(tables[1]));
	ck_assert(faults(0, BLOCK_SIZE - PAGE_SIZE));
	ck_assert(!faults(0, BLOCK_SIZE));
	ck_assert_int_eq(address_space_map_vcpu(space, guest.cap, BLOCK_SIZE + PAGE_SIZE),
			 ERR_OCCUPIED);
	ck_assert(!faults(0, BLOCK_SIZE));
	ck_assert_ok(page_table_unmap(tables[2]));
	ck_assert_ok(page_table_map(tables[1], space, 0));
	ck_assert_ok(address_space_map_vcpu(space, guest.cap, 0));
	ck_assert(!faults(0, PAGE_SIZE));
}
END_TEST

/* A VCpu's two pages: one to read, one to write. */
START_TEST(pages_of_a_vcpu)
{
	cap_t space = spaces[0];
	cap_t view = copied(guest.cap);
	cap_t frame = object_new(OBJECT_FRAME, PAGE_BITS);

	ck_assert_int_eq(address_space_map_vcpu(space, guest.cap, 0), ERR_TABLE);
	ck_assert_ok(page_table_map(tables[0], space, 0));
	ck_assert_ok(page_table_map(tables[1], space, 0));
	ck_assert_int_eq(address_space_map_vcpu(space, guest.cap, 8), ERR_ARGUMENT);
	ck_assert_int_eq(address_space_map_vcpu(space, guest.cap, ~0xfffUL), ERR_ARGUMENT);
	/* The second page has no place: neither is mapped. */
	ck_assert_ok(map(frame, 0, PAGE_SIZE, RW));
	ck_assert_int_eq(address_space_map_vcpu(space, guest.cap, 0), ERR_OCCUPIED);
	ck_assert(faults(0, 0));
	ck_assert_int_eq(address_space_map_vcpu(space, guest.cap, BLOCK_SIZE - PAGE_SIZE),
			 ERR_TABLE);
	ck_assert(faults(0, BLOCK_SIZE - PAGE_SIZE));
	ck_assert_ok(frame_unmap(frame));
	ck_assert_ok(address_space_map_vcpu(space, view, 0));
	ck_assert(reaches(0, 0, RIGHT_READ, virt_to_phys(vcpu_page(guest.vcpu))));
	ck_assert(!reaches(0, 0, RIGHT_WRITE, virt_to_phys(vcpu_page(guest.vcpu))));
	ck_assert(reaches(0, PAGE_SIZE, RW, virt_to_phys(vcpu_update(guest.vcpu))));
	ck_assert_int_eq(address_space_map_vcpu(space, view, 2 * PAGE_SIZE), ERR_OCCUPIED);
	ck_assert_int_eq(vcpu_page(guest.vcpu)->id[5], 5);
	/* With the capability the pages go. */
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, view));
	ck_assert(faults(0, 0) && faults(0, PAGE_SIZE));
	ck_assert_ok(address_space_map_vcpu(space, view, 0));
	ck_assert(!faults(0, 0));
	/* With a table above them, too. */
	ck_assert_ok(page_table_unmap(tables[1]));
	ck_assert_int_eq(address_space_map_vcpu(space, view, 0), ERR_TABLE);
	ck_assert_ok(page_table_map(tables[1], space, 0));
	ck_assert_ok(address_space_map_vcpu(space, view, 0));
	ck_assert(!faults(0, 0));
	/* With the VMM's space too, and another VMM can have them then. */
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, space));
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, space));
	space = object_new(OBJECT_ADDRESS_SPACE, 0);
	ck_assert_ok(thread_configure(process.cap, 0, space, 0));
	ck_assert_ok(page_table_map(tables[0], space, 0));
	ck_assert_ok(page_table_map(tables[1], space, 0));
	ck_assert_ok(address_space_map_vcpu(space, view, 0));
	ck_assert(reaches(0, PAGE_SIZE, RW, virt_to_phys(vcpu_update(guest.vcpu))));
}
END_TEST

int main(void)
{
	TCase *tcases[] = { tcase_create("space"), tcase_create("absence") };
	TCase *tcase = tcases[0];

	tcase_add_checked_fixture(tcases[0], setup, teardown);
	tcase_add_checked_fixture(tcases[1], setup_absence, teardown);
	for (unsigned int i = 0; i < ARRAY_SIZE(tcases); i++) {
		tcase_add_loop_test(tcases[i], pages, 0, 2);
		tcase_add_loop_test(tcases[i], blocks, 0, 2);
	}
	tcase_add_test(tcase, what_is_refused);
	tcase_add_loop_test(tcase, tables_take_what_is_below, 0, 2);
	tcase_add_loop_test(tcase, ends_of_capabilities, 0, 2);
	tcase_add_loop_test(tcase, ends_of_spaces, 0, 2);
	tcase_add_test(tcase, pages_below_two_tables);
	tcase_add_test(tcase, pages_of_a_vcpu);
	return machine_main("space", tcases, ARRAY_SIZE(tcases));
}
