/* SPDX-License-Identifier: BSD-2-Clause */
/* Replies that are refused, and what becomes of exits that are not answered. */
#include "vm.h"

extern const char guest_calls[], guest_jump[], guest_spin[], guest_works[];

#define VMM_ENDPOINT 1

static void expect_refused_reply(uint64_t label)
{
	EXPECT_STATUS(vm_try_reply(label, vm.exit.word[0]), ERR_REPLY);
}

static void wrong_sequence(void)
{
	vm_boot(guest_calls, 0, 0, EXIT_HYPERCALL);
	EXPECT_STATUS(vm_try_reply(DISPOSITION_STEP, vm.exit.word[0] - 1), ERR_REPLY);
	EXPECT_STATUS(vm_try_reply(DISPOSITION_STEP, vm.exit.word[0] + 1), ERR_REPLY);
	EXPECT_STATUS(vm_try_reply(DISPOSITION_STEP, 0), ERR_REPLY);
	/* The exit is still there to be answered. */
	vm_reply(DISPOSITION_STEP, 0);
	VM_EXPECT_CALL(1);
}

static void wrong_labels(void)
{
	vm_boot(guest_calls, 0, 0, EXIT_HYPERCALL);
	for (uint64_t disposition = DISPOSITION_START; disposition < 16; disposition++)
		expect_refused_reply(disposition);
	expect_refused_reply(DISPOSITION_STEP | 1ULL << 8);
	expect_refused_reply(DISPOSITION_STEP | 1ULL << 32);
	expect_refused_reply(DISPOSITION_STEP | 1ULL << 63);
	vm_reply(DISPOSITION_STEP, 0);
	VM_EXPECT_CALL(1);
}

static void wrong_for_start(void)
{
	vm_new();
	vm_start();
	expect_refused_reply(DISPOSITION_STEP);
	expect_refused_reply(DISPOSITION_ABORT);
	expect_refused_reply(DISPOSITION_UNDEFINED);
	expect_refused_reply(DISPOSITION_RESUME);
	expect_refused_reply(DISPOSITION_START);
	vm_run(guest_calls, 0, 0, 0);
	VM_EXPECT_CALL(0x1234);
}

static void wrong_for_fetch(void)
{
	vm_boot(guest_jump, GUEST_NOWHERE, 0, EXIT_FETCH);
	expect_refused_reply(DISPOSITION_STEP);
	vm_reply(DISPOSITION_ABORT, 0);
	VM_EXPECT_CALL(0xe0);
}

static void wrong_processor_state(void)
{
	vm_boot(guest_calls, 0, 0, EXIT_HYPERCALL);
	for (size_t i = 0; i < wrong_register_count; i++) {
		vm_set(guest_calls, 0);
		*(volatile uint64_t *)((uintptr_t)&vm.update->registers +
				       wrong_registers[i].offset) = wrong_registers[i].word;
		expect_refused_reply(DISPOSITION_RESUME | REPLY_REGISTERS);
	}
	vm_reply(DISPOSITION_STEP, 0);
	VM_EXPECT_CALL(1);
}

static void wrong_slot_changes(void)
{
	vm_boot(guest_calls, 0, 0, EXIT_HYPERCALL);
	vm_change_slot(3, SLOT_PEND);
	vm_change_slot(63, SLOT_CONFIGURE | SLOT_NUMBER(SLOT_NUMBER_END));
	expect_refused_reply(DISPOSITION_STEP | REPLY_SLOTS);
	vm_change_slot(63, SLOT_CONFIGURE | SLOT_NUMBER(SLOT_NUMBER_MASK));
	expect_refused_reply(DISPOSITION_STEP | REPLY_SLOTS);
	EXPECT_EQUAL(vm_pending(), 0);
	/* A number that is not to be taken is none. */
	vm_change_slot(63, SLOT_NUMBER(SLOT_NUMBER_END));
	vm_reply(DISPOSITION_STEP | REPLY_SLOTS, 0);
	VM_EXPECT_CALL(1);
	EXPECT_EQUAL(vm_pending(), 1 << 3);
}

static void unanswered_comes_again(void)
{
	uint64_t sequence;

	vm_boot(guest_calls, 0, 0, EXIT_HYPERCALL);
	sequence = vm.exit.word[0];
	/* The server turns to its next message: that is the same exit, marked. */
	vm_wait();
	VM_EXPECT_CALL(0x1234);
	EXPECT_EQUAL(vm.exit.word[0], sequence);
	EXPECT(vm.exit.word[2] & EXIT_REDELIVERED);
	vm_reply(DISPOSITION_STEP, 0);
	VM_EXPECT_CALL(1);
	EXPECT_EQUAL(vm.exit.word[0], sequence + 1);
	EXPECT_EQUAL(vm.exit.word[2] & EXIT_REDELIVERED, 0);
}

/* A VMM of its own process, without time: answers starts, then stands in its first other exit, or asks for it again and again. */
static volatile uint64_t vmm_phase, vmm_sequence, vmm_asks;

static void stubborn_vmm(uint64_t status, uint64_t label, uint64_t sequence, uint64_t address)
{
	struct message m = { .label = label, .word = { sequence, address } };

	while (status == OK && m.label == LABEL_EXIT + EXIT_START) {
		m = (struct message){ .label = DISPOSITION_START | REPLY_REGISTERS,
				      .word = { 0, 0, 0, 0, m.word[0], 0 } };
		vmm_phase = 1;
		status = message_reply_recv(VMM_ENDPOINT, &m, DEADLINE_NEVER);
	}
	vmm_sequence = m.word[0];
	vmm_phase = 2;
	for (;;)
		if (vmm_asks)
			message_recv(VMM_ENDPOINT, &m, DEADLINE_NEVER);
}

static struct worker vmm_new(struct process *process)
{
	vmm_phase = 0;
	vmm_asks = 0;
	process_new(process);
	process_give(process, VMM_ENDPOINT, vm.endpoint, RIGHT_READ, 0);
	return worker_new_served(process, stubborn_vmm, vm.endpoint, PRIORITY_MIDDLE);
}

static void server_suspended(void)
{
	struct process process;
	struct worker vmm;

	vm_new();
	vm_set(guest_calls, 0);
	vmm = vmm_new(&process);
	EXPECT_OK(vcpu_start(vm.vcpu));
	WAIT_FOR(vmm_phase, 2);
	EXPECT_OK(thread_suspend(vmm.thread));
	/* Its successor, the test, gets the same exit. */
	vm_wait();
	VM_EXPECT_CALL(0x1234);
	EXPECT_EQUAL(vm.exit.word[0], vmm_sequence);
	EXPECT(vm.exit.word[2] & EXIT_REDELIVERED);
	vm_reply(DISPOSITION_STEP, 0x77);
	VM_EXPECT_CALL(1);
	EXPECT_EQUAL(vm_register(GUEST_A0), 0x77);
}

static void server_destroyed(void)
{
	struct process process;
	struct worker vmm;

	vm_new();
	vm_set(guest_calls, 0);
	vmm = vmm_new(&process);
	EXPECT_OK(vcpu_start(vm.vcpu));
	WAIT_FOR(vmm_phase, 2);
	EXPECT_OK(cnode_revoke(ROOT_SLOT_CNODE, vmm.thread));
	EXPECT_OK(cnode_delete(ROOT_SLOT_CNODE, vmm.thread));
	vm_wait();
	VM_EXPECT_CALL(0x1234);
	EXPECT_EQUAL(vm.exit.word[0], vmm_sequence);
	EXPECT(vm.exit.word[2] & EXIT_REDELIVERED);
}

static void server_on_the_guests_time(void)
{
	struct process process;
	uint64_t before, used;

	vm_new();
	vm_set(guest_calls, 0);
	vmm_new(&process);
	EXPECT_OK(vcpu_start(vm.vcpu));
	WAIT_FOR(vmm_phase, 2);
	/* It spins in the exit, on the VCpu's scheduling context. */
	before = time_consumed(vm.time);
	task_sleep(10000);
	used = time_consumed(vm.time) - before;
	EXPECT(used >= ticks(9000));
	EXPECT(used <= ticks(12000));
}

/* It is stopped and reported, and its successor has the exit. */
static void expect_late(bool asks)
{
	struct process process;
	struct message fault;
	struct worker vmm;

	vm_new();
	EXPECT_STATUS(vcpu_set_answer_limit(vm.vcpu, 0), ERR_ARGUMENT);
	EXPECT_OK(vcpu_set_answer_limit(vm.vcpu, ticks(5000)));
	vm_set(guest_calls, 0);
	vmm = vmm_new(&process);
	vmm_asks = asks;
	EXPECT_OK(vcpu_start(vm.vcpu));
	EXPECT_OK(message_recv(process.fault_endpoint, &fault, soon()));
	EXPECT_EQUAL(fault.label, LABEL_FAULT);
	EXPECT_EQUAL(fault.badge, 0x100);
	EXPECT_EQUAL(fault.word[0], FAULT_LATE);
	EXPECT_EQUAL(vmm_phase, 2);
	/* The turn of 10 ms in which the guest made the exit does not count. */
	EXPECT(time_consumed(vm.time) >= ticks(5000));
	EXPECT(time_consumed(vm.time) < ticks(16000));
	EXPECT_OK(thread_suspend(vmm.thread));
	vm_wait();
	VM_EXPECT_CALL(0x1234);
	EXPECT(vm.exit.word[2] & EXIT_REDELIVERED);
}

static void server_late(void)
{
	expect_late(false);
}

static void server_asks_again(void)
{
	expect_late(true);
}

/* What the guest itself used since it was last charged is not its VMM's. */
static void guest_works_before(void)
{
	struct process process;
	struct message fault;

	vm_new();
	EXPECT_OK(vcpu_set_answer_limit(vm.vcpu, ticks(1000)));
	vm_set(guest_works, ticks(4000));
	vmm_new(&process);
	EXPECT_OK(vcpu_start(vm.vcpu));
	EXPECT_STATUS(message_recv(process.fault_endpoint, &fault, counter_after_us(4500)),
		      ERR_DEADLINE);
	EXPECT_EQUAL(vmm_phase, 2);
	EXPECT_OK(message_recv(process.fault_endpoint, &fault, counter_after_us(1500)));
	EXPECT_EQUAL(fault.word[0], FAULT_LATE);
}

static const struct test tests[] = {
	{ "reply: for another exit", wrong_sequence },
	{ "reply: dispositions and flags that are none", wrong_labels },
	{ "reply: what a start does not allow", wrong_for_start },
	{ "reply: what a fetch does not allow", wrong_for_fetch },
	{ "reply: a processor state that must not be", wrong_processor_state },
	{ "reply: slot changes that cannot be", wrong_slot_changes },
	{ "reply: an exit left unanswered comes again", unanswered_comes_again },
	{ "reply: the VMM is suspended", server_suspended },
	{ "reply: the VMM is destroyed", server_destroyed },
	{ "reply: the VMM runs on its guest's time", server_on_the_guests_time },
	{ "reply: the VMM is late", server_late },
	{ "reply: the VMM asks for the exit again and again", server_asks_again },
	{ "reply: the guest works before its exit", guest_works_before },
};

const struct suite reply_suite = SUITE(tests);
