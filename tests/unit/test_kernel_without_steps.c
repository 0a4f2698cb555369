/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Long operations where no interrupt comes: each ends in one go. test_kernel_steps.c has them where some come.
 */
#include "kernel_guest.h"

#include <exit.h>

#define MANY 40
#define AT   0x10000000UL

static void setup(void)
{
	guest_setup();
	ck_assert(!task_answer(&vmm, endpoint, &guest, DISPOSITION_START | REPLY_REGISTERS, 0));
	fake.pending = 0;
}

/* The root server asks once: it is done. */
static void in_one_go(uint64_t label, cap_t cap)
{
	struct registers *registers = &root.thread->registers;

	machine_run_task(&root);
	registers->x[FAKE_SYSCALL] = SYS_CALL;
	registers->x[FAKE_CAP] = ROOT_SLOT_CNODE;
	registers->x[FAKE_LABEL] = label;
	registers->x[FAKE_WORDS] = cap;
	fake_syscall();
	ck_assert_int_eq(task_status(&root), OK);
	machine_check();
}

static void two_tables(cap_t space)
{
	for (unsigned int i = 0; i < 2; i++)
		ck_assert_ok(page_table_map(object_new(OBJECT_PAGE_TABLE, 0), space, AT));
}

START_TEST(an_address_space)
{
	cap_t space = object_new(OBJECT_ADDRESS_SPACE, 0);
	cap_t frame = object_new(OBJECT_FRAME, PAGE_BITS);
	cap_t pages[MANY];

	two_tables(space);
	for (unsigned int i = 0; i < MANY; i++) {
		pages[i] = copied(frame);
		ck_assert_ok(
			frame_map(pages[i], space, AT + i * PAGE_SIZE, RIGHT_READ, MEMORY_NORMAL));
	}
	in_one_go(CNODE_DELETE, space);
	for (unsigned int i = 0; i < MANY; i++)
		ck_assert_int_eq(frame_unmap(pages[i]), ERR_STATE);
}
END_TEST

/* Who waits there with a fault has no one to be told of it any more. */
START_TEST(an_endpoint_with_faults)
{
	cap_t service = object_new(OBJECT_ENDPOINT, 0);
	cap_t told = minted(service, RIGHT_WRITE, 1);
	struct task tasks[4];

	for (unsigned int i = 0; i < ARRAY_SIZE(tasks); i++) {
		tasks[i] = task_new();
		ck_assert_ok(thread_configure(tasks[i].cap, 0, 0, told));
		ck_assert_ok(thread_resume(tasks[i].cap));
		machine_run_task(&tasks[i]);
		fake_fault(1, 2);
		ck_assert_int_eq(tasks[i].thread->context.state, STATE_FAULTED);
	}
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, service));
	in_one_go(CNODE_DELETE, service);
	for (unsigned int i = 0; i < ARRAY_SIZE(tasks); i++)
		ck_assert_int_eq(tasks[i].thread->context.state, STATE_STOPPED);
}
END_TEST

/* Who waits for the window's server goes to the VMM, all of them at once. */
START_TEST(a_window)
{
	cap_t service = object_new(OBJECT_ENDPOINT, 0);
	cap_t door = minted(service, RIGHT_WRITE, 0);
	struct guest guests[3];

	two_tables(guest.space);
	ck_assert_ok(guest_space_set_window(guest.space, 0, AT, 1, door, 0, 0));
	for (unsigned int i = 0; i < ARRAY_SIZE(guests); i++) {
		guests[i] = guest_new(endpoint);
		ck_assert_ok(vcpu_configure(guests[i].cap, guest.space, endpoint, i));
		guest_start(&guests[i], &vmm, endpoint);
		fake_guest_exit(&(struct exit){
			.kind = EXIT_MEMORY, .address = AT, .access = ACCESS_DECODED });
		ck_assert_ptr_nonnull(guests[i].vcpu->window);
	}
	in_one_go(CNODE_REVOKE, service);
	for (unsigned int i = 0; i < ARRAY_SIZE(guests); i++) {
		ck_assert_ptr_null(guests[i].vcpu->window);
		ck_assert(guests[i].vcpu->exit.access & EXIT_REDELIVERED);
	}
	ck_assert_uint_eq(task_label(&vmm), LABEL_EXIT + EXIT_MEMORY);
	ck_assert_ok(guest_space_set_window(guest.space, 0, AT, 1, service, 0, 0));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("without_steps");

	tcase_add_checked_fixture(tcase, setup, guest_teardown);
	tcase_add_test(tcase, an_address_space);
	tcase_add_test(tcase, an_endpoint_with_faults);
	tcase_add_test(tcase, a_window);
	return machine_main("without_steps", &tcase, 1);
}
