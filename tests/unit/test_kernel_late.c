/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The limit for the answer to an exit: what counts, who is stopped, and who has how much of it.
 */
#include "kernel_guest.h"

#define LIMIT 50000UL
#define AT    0x100000UL /* a window of the guest */

static cap_t faults;
static struct task manager;

static void setup(void)
{
	guest_setup();
	faults = object_new(OBJECT_ENDPOINT, 0);
	manager = task_new();
	task_serve(&manager, faults);
	ck_assert_ok(thread_suspend(vmm.cap));
	ck_assert_ok(thread_configure(vmm.cap, 0, 0, minted(faults, RIGHT_WRITE, 0x33)));
	task_serve(&vmm, endpoint);
	ck_assert_ok(vcpu_set_answer_limit(guest.cap, LIMIT));
	ck_assert(!task_answer(&vmm, endpoint, &guest, DISPOSITION_START | REPLY_REGISTERS, 0));
}

static void exits(const struct guest *who)
{
	machine_run_guest(who);
	fake_guest_exit(&(struct exit){ .kind = EXIT_HYPERCALL });
	machine_check();
}

static enum context_state state_of(const struct task *task)
{
	return task->thread->context.state;
}

/* Somebody else runs in between, so all that was used before is charged. */
static void charge_all(const struct task *task)
{
	machine_run_task(task);
	machine_run_task(&root);
	machine_run_task(task);
}

/* It has `ticks` left, and not one more. */
static void expect_left(const struct task *task, uint64_t ticks)
{
	charge_all(task);
	fake_pass(fake.clock + ticks - 1);
	machine_check();
	ck_assert_int_eq(state_of(task), STATE_READY);
	fake_pass(fake.clock + 1);
	machine_check();
	ck_assert_int_ne(state_of(task), STATE_READY);
}

static void answer(const struct guest *who)
{
	ck_assert(!task_answer(&vmm, endpoint, who, DISPOSITION_STEP, 0));
	machine_check();
}

/* Reported to the manager; and a successor serves. */
static void replace(void)
{
	ck_assert_int_eq(state_of(&vmm), STATE_FAULTED);
	ck_assert_uint_eq(task_label(&manager), LABEL_FAULT);
	ck_assert_uint_eq(task_badge(&manager), 0x33);
	ck_assert_uint_eq(task_word(&manager, 0), FAULT_LATE);
	ck_assert(!task_recv(&manager, faults));
	ck_assert_ok(thread_suspend(vmm.cap));
	task_serve(&vmm, endpoint);
	ck_assert_uint_eq(task_word(&vmm, 2), EXIT_REDELIVERED);
}

START_TEST(what_counts)
{
	exits(&guest);
	charge_all(&vmm);
	/* Time that others use does not. */
	fake_pass(fake.clock + LIMIT - 1000);
	machine_run_task(&root);
	fake_pass(fake.clock + 10 * LIMIT);
	ck_assert_int_eq(state_of(&vmm), STATE_READY);
	expect_left(&vmm, 1000);
	replace();
	/* Told again to who begins anew, it has all of the time again, and no more. */
	expect_left(&vmm, LIMIT);
	replace();
	answer(&guest);
	/* Answered in time, each exit has all of it. */
	for (unsigned int i = 0; i < 5; i++) {
		exits(&guest);
		charge_all(&vmm);
		fake_pass(fake.clock + LIMIT - 1);
		answer(&guest);
	}
	/* The guest itself may run for as long as it likes. */
	machine_run_guest(&guest);
	fake_pass(fake.clock + 10 * LIMIT);
	ck_assert_int_eq(guest_state(), STATE_READY);
}
END_TEST

/* What the guest has used before its exit, and is not charged for yet, is not its VMM's. */
START_TEST(what_the_guest_used_before)
{
	for (unsigned int i = 0; i < 5; i++) {
		machine_run_guest(&guest);
		fake_pass(fake.clock + 3 * LIMIT);
		exits(&guest);
		fake_pass(fake.clock + LIMIT - 1);
		ck_assert_int_eq(state_of(&vmm), STATE_READY);
		answer(&guest);
	}
	/* It counts from the next charge on. */
	machine_run_guest(&guest);
	fake_pass(fake.clock + 3 * LIMIT);
	exits(&guest);
	charge_all(&vmm);
	expect_left(&vmm, LIMIT);
	replace();
}
END_TEST

/* A turn ends long after the limit: who never lets go is found all the same. */
START_TEST(without_any_charge)
{
	uint64_t turn = ((struct sched_context *)object_of(guest.sc))->budget;

	exits(&guest);
	machine_run_task(&vmm);
	fake_pass(fake.clock + turn + LIMIT);
	replace();
}
END_TEST

/* Who asks for the next message instead of an answer has the same exit again, and the time that it had left. */
START_TEST(told_again)
{
	exits(&guest);
	charge_all(&vmm);
	for (unsigned int i = 0; i < 4; i++) {
		fake_pass(fake.clock + LIMIT / 5);
		ck_assert(task_recv(&vmm, endpoint));
		ck_assert_uint_eq(task_word(&vmm, 2), EXIT_REDELIVERED);
		machine_check();
	}
	expect_left(&vmm, LIMIT / 5);
	replace();
	/* Answered at last, the next has all of it. */
	ck_assert(task_recv(&vmm, endpoint));
	answer(&guest);
	exits(&guest);
	charge_all(&vmm);
	expect_left(&vmm, LIMIT);
}
END_TEST

static struct guest sibling(void)
{
	struct guest other = guest_new(endpoint);

	ck_assert_ok(vcpu_start(other.cap));
	ck_assert_ok(vcpu_set_answer_limit(other.cap, LIMIT));
	vcpu_update(other.vcpu)->registers = (struct registers){ .pstate = FAKE_PSTATE_KERNEL };
	task_answer(&vmm, endpoint, &other, DISPOSITION_START | REPLY_REGISTERS, 0);
	exits(&guest);
	exits(&other);
	charge_all(&vmm);
	return other;
}

/* Nor does it win anything by two exits in turn, neither of which it answers. */
START_TEST(told_again_in_turn)
{
	struct guest other = sibling();

	for (unsigned int i = 0; i < 8; i++) {
		ck_assert_ptr_eq(vmm.thread->context.caller,
				 i % 2 ? &other.vcpu->context : &guest.vcpu->context);
		fake_pass(fake.clock + LIMIT / 5);
		ck_assert(task_recv(&vmm, endpoint));
		machine_check();
	}
	charge_all(&vmm);
	expect_left(&vmm, LIMIT / 5);
	/* What it left waiting is another's, who has all of the time for it. */
	replace();
	ck_assert_ptr_eq(vmm.thread->context.caller, &other.vcpu->context);
	charge_all(&vmm);
	expect_left(&vmm, LIMIT);
}
END_TEST

/* The same when it ends as a whole. */
START_TEST(left_to_a_successor)
{
	struct task successor = task_new_passive();
	struct guest other = sibling();

	fake_pass(fake.clock + LIMIT - 10);
	ck_assert(task_recv(&vmm, endpoint));
	ck_assert_ptr_eq(vmm.thread->context.caller, &other.vcpu->context);
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, vmm.cap));
	machine_forget(&vmm.thread->context);
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, vmm.cap));
	task_serve(&successor, endpoint);
	ck_assert_ptr_eq(successor.thread->context.caller, &guest.vcpu->context);
	charge_all(&successor);
	expect_left(&successor, LIMIT);
}
END_TEST

/* A server with time of its own has no limit, and leaves none behind. */
START_TEST(on_other_time)
{
	struct task rich = task_new();

	exits(&guest);
	charge_all(&vmm);
	fake_pass(fake.clock + LIMIT - 10);
	task_serve(&rich, endpoint);
	ck_assert(!task_recv(&vmm, endpoint));
	ck_assert_ptr_eq(rich.thread->context.caller, &guest.vcpu->context);
	machine_run_task(&rich);
	fake_pass(fake.clock + 3 * LIMIT);
	ck_assert(task_answer(&rich, endpoint, &guest, DISPOSITION_STEP, 0) == false);
	machine_run_guest(&guest);
	fake_pass(fake.clock + LIMIT);
	ck_assert_int_eq(guest_state(), STATE_READY);
	exits(&guest);
	charge_all(&vmm);
	expect_left(&vmm, LIMIT);
}
END_TEST

/* A window that is cleared: what its server left undone is the VMM's, with all of the time for it. */
START_TEST(of_a_window_that_is_clear)
{
	struct task device = task_new_passive();
	cap_t door = object_new(OBJECT_ENDPOINT, 0);

	for (unsigned int i = 0; i < 2; i++)
		ck_assert_ok(page_table_map(object_new(OBJECT_PAGE_TABLE, 0), guest.space, AT));
	task_serve(&device, door);
	for (unsigned int i = 0; i < 2; i++) {
		ck_assert_ok(guest_space_set_window(guest.space, 0, AT, 1, door, 0, 0));
		machine_run_guest(&guest);
		fake_guest_exit(&(struct exit){
			.kind = EXIT_MEMORY, .address = AT, .access = ACCESS_DECODED | 2 });
		ck_assert_ptr_eq(device.thread->context.caller, &guest.vcpu->context);
		charge_all(&device);
		fake_pass(fake.clock + LIMIT - 10);
		/* While it works for it, and after it left it waiting, its thread in between somewhere else. */
		if (i)
			ck_assert(!task_recv(&device, faults));
		ck_assert_ok(guest_space_clear_window(guest.space, 0));
		if (!i)
			ck_assert(!task_recv(&device, door));
		charge_all(&vmm);
		machine_check();
		if (!i)
			answer(&guest);
	}
	expect_left(&vmm, LIMIT);
}
END_TEST

/* A server that the VMM calls is late in its place; one with time of its own does not count. */
START_TEST(down_the_chain)
{
	struct task driver = task_new_passive();
	struct task successor = task_new_passive();
	struct task other = task_new();
	cap_t drivers = object_new(OBJECT_ENDPOINT, 0);
	cap_t others = object_new(OBJECT_ENDPOINT, 0);

	task_serve(&driver, drivers);
	task_serve(&other, others);
	exits(&guest);
	ck_assert(!task_call(&vmm, others, 5, 6));
	machine_run_task(&other);
	fake_pass(fake.clock + 5 * LIMIT);
	ck_assert(!task_reply_recv(&other, others, 1, 0));
	ck_assert(!task_call(&vmm, drivers, 5, 6));
	/* Nobody is told of its faults: it stops. */
	expect_left(&driver, LIMIT);
	ck_assert_int_eq(state_of(&driver), STATE_STOPPED);
	ck_assert_int_eq(task_status(&vmm), ERR_ABORTED);
	/* Who goes on has a limit again. */
	task_serve(&successor, drivers);
	machine_run_task(&vmm);
	ck_assert(!task_call(&vmm, drivers, 5, 6));
	expect_left(&successor, LIMIT);
	ck_assert_int_eq(task_status(&vmm), ERR_ABORTED);
}
END_TEST

/* Who waits itself uses no time. A manager ends that, whatever it waits for: a signal, or somebody to take a call. */
START_TEST(who_waits_is_not_late)
{
	cap_t nobody = object_new(OBJECT_ENDPOINT, 0);
	cap_t signal = object_new(OBJECT_NOTIFICATION, 0);
	cap_t stopped = object_new(OBJECT_NOTIFICATION, 0);
	uint64_t told = 0;

	exits(&guest);
	ck_assert(_i ? !task_call(&vmm, nobody, 1, 0) : !task_wait(&vmm, signal, DEADLINE_NEVER));
	fake_pass(fake.clock + 10 * LIMIT);
	ck_assert_int_eq(state_of(&vmm), _i ? STATE_SENDING : STATE_WAITING);
	/* A stop waits for the answer; the end of the server does not. A successor answers, and the guest begins anew. */
	ck_assert_ok(vcpu_stop(guest.cap, stopped));
	ck_assert_ok(notification_clear(stopped, &told));
	ck_assert_uint_eq(told, 0);
	ck_assert_ok(thread_suspend(vmm.cap));
	ck_assert_int_eq(task_status(&vmm), ERR_ABORTED);
	task_serve(&vmm, endpoint);
	ck_assert_uint_eq(task_word(&vmm, 2), EXIT_REDELIVERED);
	ck_assert_ok(vcpu_start(guest.cap));
	ck_assert(task_answer(&vmm, endpoint, &guest, DISPOSITION_STEP, 0));
	ck_assert_uint_eq(task_label(&vmm), LABEL_EXIT + EXIT_START);
	machine_check();
}
END_TEST

/* A limit of centuries is none. */
START_TEST(none)
{
	ck_assert_int_eq(vcpu_set_answer_limit(guest.cap, 0), ERR_ARGUMENT);
	ck_assert_ok(vcpu_set_answer_limit(guest.cap, BIT(63) + 1));
	exits(&guest);
	charge_all(&vmm);
	charge_all(&vmm);
	fake_pass(fake.clock + 100 * LIMIT);
	ck_assert_int_eq(state_of(&vmm), STATE_READY);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("late");

	tcase_add_checked_fixture(tcase, setup, guest_teardown);
	tcase_add_test(tcase, what_counts);
	tcase_add_test(tcase, what_the_guest_used_before);
	tcase_add_test(tcase, without_any_charge);
	tcase_add_test(tcase, told_again);
	tcase_add_test(tcase, told_again_in_turn);
	tcase_add_test(tcase, left_to_a_successor);
	tcase_add_test(tcase, on_other_time);
	tcase_add_test(tcase, of_a_window_that_is_clear);
	tcase_add_test(tcase, down_the_chain);
	tcase_add_loop_test(tcase, who_waits_is_not_late, 0, 2);
	tcase_add_test(tcase, none);
	return machine_main("late", &tcase, 1);
}
