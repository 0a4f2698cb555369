/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What objects hold of each other, and what a revoke makes of whoever held it; threads' and VCpus' other invocations.
 */
#include "kernel_machine.h"

#include <exit.h>

static cap_t endpoint;
static struct task task;
static struct guest guest;
static struct task vmm;

static void setup(void)
{
	machine_start();
	endpoint = object_new(OBJECT_ENDPOINT, 0);
	task = task_new();
	vmm = task_new_passive();
	guest = guest_new(endpoint);
	task_serve(&vmm, endpoint);
}

static void teardown(void)
{
	machine_check();
}

START_TEST(a_thread_loses_its_space)
{
	cap_t space = object_new(OBJECT_ADDRESS_SPACE, 0);

	ck_assert_ok(thread_configure(task.cap, 0, space, 0));
	ck_assert_ok(thread_resume(task.cap));
	ck_assert_int_eq(thread_configure(task.cap, 0, space, 0), ERR_STATE);
	machine_run_task(&task);
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, space));
	ck_assert_int_eq(task.thread->context.state, STATE_STOPPED);
	ck_assert_int_eq(thread_resume(task.cap), ERR_STATE);
	ck_assert_int_eq(thread_serve(task.cap, endpoint), ERR_STATE);
	ck_assert_ok(thread_configure(task.cap, 0, space, 0));
	ck_assert_ok(thread_resume(task.cap));
	machine_run_task(&task);
}
END_TEST

START_TEST(a_thread_loses_its_cnode)
{
	cap_t cnode = object_new(OBJECT_CNODE, 4);
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);

	ck_assert_ok(cnode_copy(ROOT_SLOT_CNODE, notification, cnode, 3));
	ck_assert_ok(thread_configure(task.cap, cnode, 0, 0));
	ck_assert_ok(thread_resume(task.cap));
	/* Its numbers are of its own CNode. */
	ck_assert(task_syscall(&task, SYS_SIGNAL, 3, 0, (uint64_t[MESSAGE_WORDS]){ 0 }, 0));
	ck_assert_int_eq(task_status(&task), OK);
	ck_assert(task_syscall(&task, SYS_SIGNAL, notification, 0, (uint64_t[MESSAGE_WORDS]){ 0 },
			       0));
	ck_assert_int_eq(task_status(&task), ERR_CAPABILITY);
	ck_assert(!task_wait(&task, 3, fake.clock) || task_word(&task, 0) == 1);
	ck_assert_int_eq(cnode_delete(ROOT_SLOT_CNODE, cnode), ERR_DESCENDANTS);
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, cnode));
	ck_assert_int_eq(task.thread->context.state, STATE_STOPPED);
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, cnode));
	ck_assert_int_eq(thread_resume(task.cap), ERR_STATE);
}
END_TEST

/* A fault endpoint that is gone stops nobody; the next fault does. */
START_TEST(a_thread_loses_its_fault_endpoint)
{
	cap_t copy = copied(endpoint);

	ck_assert_ok(thread_configure(task.cap, 0, 0, copy));
	ck_assert_ok(thread_resume(task.cap));
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, copy));
	ck_assert_int_eq(task.thread->context.state, STATE_READY);
	machine_run_task(&task);
	fake_fault(1, 2);
	ck_assert_int_eq(task.thread->context.state, STATE_STOPPED);
}
END_TEST

START_TEST(time_loses_its_thread)
{
	ck_assert_ok(thread_resume(task.cap));
	machine_run_task(&task);
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, task.cap));
	ck_assert_ptr_null(task.thread->context.sc);
	machine_check();
	ck_assert_int_eq(sched_context_unbind(task.sc), ERR_STATE);
	ck_assert_ok(sched_context_bind(task.sc, task.cap));
	machine_run_task(&task);
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, task.sc));
	ck_assert_ptr_null(task.thread->context.sc);
}
END_TEST

/* The thread that runs stops itself, or takes away what it runs on. */
START_TEST(the_end_of_who_runs)
{
	const struct {
		cap_t cap;
		uint64_t label;
		uint64_t word;
	} calls[] = {
		{ task.cap, THREAD_SUSPEND, 0 },
		{ ROOT_SLOT_CNODE, CNODE_REVOKE, task.cap },
		{ ROOT_SLOT_CNODE, CNODE_DELETE, task.sc },
		{ task.sc, SCHED_CONTEXT_UNBIND, 0 },
	};

	ck_assert_ok(thread_resume(task.cap));
	/* In one step: who ends on the way is not there to go on. */
	fake.pending = 0;
	task_call(&task, calls[_i].cap, calls[_i].label, calls[_i].word);
	ck_assert_int_eq(task_status(&task), OK);
	machine_check();
	ck_assert_ptr_eq(core.current, &root.thread->context);
	fake_pass(fake.clock + 1000000);
	machine_check();
}
END_TEST

/* Without its space or its VMM a guest stops, whatever it is doing. */
static void prepare_guest(int state)
{
	guest_start(&guest, &vmm, endpoint);
	switch (state) {
	case 1:
		fake_guest_wait();
		ck_assert_int_eq(guest.vcpu->context.state, STATE_IDLE);
		break;
	case 2:
		fake_guest_exit(&(struct exit){ .kind = EXIT_HYPERCALL });
		ck_assert_int_eq(guest.vcpu->context.state, STATE_CALLING);
		break;
	case 3:
		ck_assert_ok(thread_suspend(vmm.cap));
		machine_run_guest(&guest);
		fake_guest_exit(&(struct exit){ .kind = EXIT_HYPERCALL });
		ck_assert_int_eq(guest.vcpu->context.state, STATE_SENDING);
		break;
	case 4:
		ck_assert_ok(vcpu_stop(guest.cap, 0));
		break;
	default:
		break;
	}
	machine_check();
}

START_TEST(a_guest_loses_its_space)
{
	prepare_guest(_i);
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, guest.space));
	machine_check();
	ck_assert_int_eq(guest.vcpu->context.state, STATE_STOPPED);
	ck_assert_ptr_null(vcpu_resident());
	ck_assert_int_eq(vcpu_start(guest.cap), ERR_STATE);
	ck_assert_int_eq(vcpu_resume(guest.cap), ERR_STATE);
	ck_assert_int_eq(vcpu_stop(guest.cap, 0), ERR_STATE);
	/* Configured anew it begins anew. Its VMM still has its time, if it was asked something. */
	ck_assert_ok(vcpu_configure(guest.cap, guest.space, endpoint, 5));
	ck_assert_ok(vcpu_start(guest.cap));
	machine_check();
	if (_i == 3)
		task_serve(&vmm, endpoint);
	if (_i == 2)
		ck_assert(task_recv(&vmm, endpoint));
	ck_assert_uint_eq(task_label(&vmm), LABEL_EXIT + EXIT_START);
	task_answer(&vmm, endpoint, &guest, DISPOSITION_START | REPLY_REGISTERS, 0);
	machine_run_guest(&guest);
}
END_TEST

START_TEST(a_guest_loses_its_endpoint)
{
	cap_t badged;

	guest.endpoint = badged = minted(endpoint, RIGHT_WRITE, 3);
	ck_assert_ok(vcpu_configure(guest.cap, guest.space, badged, 0));
	prepare_guest(_i);
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, badged));
	machine_check();
	ck_assert_int_eq(guest.vcpu->context.state, STATE_STOPPED);
	ck_assert_int_eq(vcpu_start(guest.cap), ERR_STATE);
	/* An answer that comes yet is for nobody. */
	if (_i == 2)
		ck_assert(!task_reply_recv(&vmm, endpoint, DISPOSITION_STEP, 0));
	ck_assert_ptr_eq(guest.vcpu->context.sc, object_of(guest.sc));
}
END_TEST

START_TEST(a_guest_ends)
{
	prepare_guest(_i);
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, guest.cap));
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, guest.cap));
	machine_forget(&guest.vcpu->context);
	machine_check();
	ck_assert_uint_eq(guest.vcpu->arch.fp.value, FAKE_FP_GONE);
	ck_assert_ptr_null(vcpu_resident());
	fake_pass(fake.clock + 1000000);
	machine_check();
	/* Its VMM serves another. */
	ck_assert_ok(thread_suspend(vmm.cap));
	task_serve(&vmm, endpoint);
	guest = guest_new(endpoint);
	guest_start(&guest, &vmm, endpoint);
}
END_TEST

START_TEST(vcpu_invocations)
{
	uint64_t physical = 0, exits = 0, waits = 0;
	cap_t thread = task.cap;

	ck_assert_int_eq(vcpu_configure(guest.cap, ROOT_SLOT_ADDRESS_SPACE, endpoint, 0), ERR_TYPE);
	ck_assert_int_eq(vcpu_configure(guest.cap, guest.space, thread, 0), ERR_TYPE);
	ck_assert_int_eq(vcpu_configure(guest.cap, guest.space, minted(endpoint, RIGHT_READ, 0), 0),
			 ERR_RIGHTS);
	ck_assert_int_eq(vcpu_set_priority(guest.cap, PRIORITIES), ERR_ARGUMENT);
	ck_assert_int_eq(vcpu_translate(guest.cap, FAKE_GUEST_VIRTUAL, 2, &physical), ERR_ARGUMENT);
	ck_assert_int_eq(vcpu_translate(guest.cap, 0x1000, 0, &physical), ERR_ARGUMENT);
	ck_assert_ok(vcpu_translate(guest.cap, FAKE_GUEST_VIRTUAL + 0x1234, 1, &physical));
	ck_assert_uint_eq(physical, 0x1234);
	ck_assert_ok(vcpu_translate(guest.cap, FAKE_GUEST_READ_ONLY, 0, &physical));
	ck_assert_int_eq(vcpu_translate(guest.cap, FAKE_GUEST_READ_ONLY, 1, &physical),
			 ERR_ARGUMENT);
	ck_assert_int_eq(vcpu_translate(object_new(OBJECT_VCPU, 0), 0, 0, &physical), ERR_STATE);
	guest_start(&guest, &vmm, endpoint);
	fake_guest_wait();
	ck_assert_ok(vcpu_statistics(guest.cap, &exits, &waits));
	ck_assert_uint_eq(exits, 1);
	ck_assert_uint_eq(waits, 1);
	/* A VMM may look and set slots with fewer rights, and nothing else. */
	ck_assert_ok(vcpu_statistics(minted(guest.cap, RIGHT_READ, 0), &exits, &waits));
	ck_assert_ok(vcpu_set_slot(minted(guest.cap, RIGHT_WRITE, 0), 1, 0));
	ck_assert_int_eq(vcpu_stop(minted(guest.cap, RIGHT_READ | RIGHT_WRITE, 0), 0), ERR_RIGHTS);
}
END_TEST

START_TEST(thread_invocations)
{
	uint64_t r[6];

	ck_assert_int_eq(thread_configure(task.cap, ROOT_SLOT_THREAD, 0, 0), ERR_TYPE);
	ck_assert_int_eq(thread_configure(task.cap, 0, guest.space, 0), ERR_TYPE);
	ck_assert_int_eq(thread_configure(task.cap, 0, 0, ROOT_SLOT_CNODE), ERR_TYPE);
	ck_assert_int_eq(thread_configure(task.cap, 0, 0, slot_new()), ERR_CAPABILITY);
	ck_assert_int_eq(thread_set_priority(task.cap, ~0U), ERR_ARGUMENT);
	ck_assert_int_eq(thread_serve(task.cap, minted(endpoint, RIGHT_WRITE, 0)), ERR_RIGHTS);
	ck_assert_int_eq(thread_read_registers(task.cap, 36, &r[0], &r[1], &r[2], &r[3], &r[4],
					       &r[5]),
			 ERR_ARGUMENT);
	ck_assert_ok(thread_start_at(task.cap, 1, 2, 3, 4));
	ck_assert_ok(thread_resume(task.cap));
	ck_assert_int_eq(thread_start_at(task.cap, 1, 2, 3, 4), ERR_STATE);
	ck_assert_int_eq(thread_serve(task.cap, endpoint), ERR_STATE);
	ck_assert_int_eq(thread_read_registers(task.cap, 0, &r[0], &r[1], &r[2], &r[3], &r[4],
					       &r[5]),
			 ERR_STATE);
	ck_assert_ok(thread_suspend(task.cap));
	ck_assert_ok(thread_read_registers(task.cap, 31, &r[0], &r[1], &r[2], &r[3], &r[4], &r[5]));
	ck_assert_uint_eq(r[0], 2);
	ck_assert_uint_eq(r[1], 1);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("binding");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_thread_loses_its_space);
	tcase_add_test(tcase, a_thread_loses_its_cnode);
	tcase_add_test(tcase, a_thread_loses_its_fault_endpoint);
	tcase_add_test(tcase, time_loses_its_thread);
	tcase_add_loop_test(tcase, the_end_of_who_runs, 0, 4);
	tcase_add_loop_test(tcase, a_guest_loses_its_space, 0, 5);
	tcase_add_loop_test(tcase, a_guest_loses_its_endpoint, 0, 5);
	tcase_add_loop_test(tcase, a_guest_ends, 0, 5);
	tcase_add_test(tcase, vcpu_invocations);
	tcase_add_test(tcase, thread_invocations);
	return machine_main("binding", &tcase, 1);
}
