/* SPDX-License-Identifier: BSD-2-Clause */
/* Events: signals and deadlines that reach the VMM through its VCpu, running, idle or parked. */
#include "vm.h"

extern const char guest_calls[], guest_spin[], guest_wfi[];

/* A notification that is an event of the guest, and a capability to signal it. */
static cap_t event_new(uint64_t bits)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);

	EXPECT_OK(notification_bind_event(notification, vm.vcpu));
	return mint_new(notification, RIGHT_WRITE, bits);
}

static void while_it_runs(void)
{
	cap_t event;
	uint64_t before;

	vm_new();
	vm_start();
	event = event_new(0x21);
	vm_run_and_leave(guest_spin, GUEST_DATA, 1000);
	EXPECT_OK(notification_signal(event));
	vm_wait();
	VM_EXPECT_EVENT(0x21);
	before = *vm.data;
	EXPECT(before > 0);
	/* It goes on where it was. */
	vm_reply_and_leave(DISPOSITION_RESUME, 0, 1000);
	EXPECT(*vm.data > before);
}

static void while_it_is_idle(void)
{
	cap_t event;

	vm_new();
	vm_start();
	event = event_new(1);
	vm_run_and_leave(guest_wfi, 0, 1000);
	EXPECT_OK(notification_signal(event));
	vm_wait();
	VM_EXPECT_EVENT(1);
	/* It is idle again: no call comes. */
	vm_reply_and_leave(DISPOSITION_RESUME, 0, 2000);
	EXPECT_OK(vcpu_set_slot(vm.vcpu, 5, slot_configured(40, 0x80, SLOT_PEND)));
	vm_wait();
	VM_EXPECT_CALL(7);
}

static void an_interrupt_for_the_idle(void)
{
	cap_t event;

	vm_new();
	vm_start();
	event = event_new(1);
	vm_run_and_leave(guest_wfi, 0, 1000);
	EXPECT_OK(notification_signal(event));
	vm_wait();
	VM_EXPECT_EVENT(1);
	/* The event's answer brings the interrupt that it waits for. */
	vm_change_slot(5, slot_configured(40, 0x80, SLOT_PEND));
	vm_reply(DISPOSITION_RESUME | REPLY_SLOTS, 0);
	VM_EXPECT_CALL(7);
}

static void while_it_is_parked(void)
{
	cap_t event;

	vm_boot(guest_calls, 0, 0, EXIT_HYPERCALL);
	event = event_new(4);
	vm_reply_and_leave(DISPOSITION_PARK, 0, 1000);
	/* Interrupts do not unpark. */
	EXPECT_OK(vcpu_set_slot(vm.vcpu, 5, slot_configured(40, 0x80, SLOT_PEND)));
	EXPECT(vm_is_quiet(1000));
	EXPECT_OK(notification_signal(event));
	vm_wait();
	VM_EXPECT_EVENT(4);
	/* After a resume it is parked again, */
	vm_reply_and_leave(DISPOSITION_RESUME, 0, 1000);
	EXPECT_OK(notification_signal(event));
	vm_wait();
	VM_EXPECT_EVENT(4);
	/* only a start lets it run. */
	vm_run(guest_calls, 0, 0, 0);
	VM_EXPECT_CALL(0x1234);
}

static void before_the_reply(void)
{
	cap_t event;

	vm_boot(guest_calls, 0, 0, EXIT_HYPERCALL);
	event = event_new(8);
	EXPECT_OK(notification_signal(event));
	EXPECT_OK(notification_signal(event));
	vm_reply(DISPOSITION_STEP, 0x99);
	VM_EXPECT_EVENT(8);
	/* The call was done before. */
	EXPECT_EQUAL(vm_register(GUEST_A0), 0x99);
	vm_reply(DISPOSITION_RESUME, 0);
	VM_EXPECT_CALL(1);
}

/* Answers without letting events come again. */
static void reply_unarmed(uint64_t label)
{
	struct message m = { .label = label, .word = { 0, 0, 0, 0, vm.exit.word[0], 0 } };

	EXPECT_OK(message_reply_recv(vm.endpoint, &m, DEADLINE_NEVER));
	vm.exit = m;
}

static void masked_until_rearmed(void)
{
	cap_t event;

	vm_boot(guest_calls, 0, 0, EXIT_HYPERCALL);
	event = event_new(2);
	EXPECT_OK(notification_signal(event));
	vm_reply(DISPOSITION_STEP, 0);
	VM_EXPECT_EVENT(2);
	EXPECT_OK(notification_signal(event));
	/* Not rearmed: the guest's next calls come first, */
	reply_unarmed(DISPOSITION_RESUME);
	VM_EXPECT_CALL(1);
	reply_unarmed(DISPOSITION_STEP);
	VM_EXPECT_CALL(2);
	/* and the event when it may. */
	vm_reply(DISPOSITION_STEP, 0);
	VM_EXPECT_EVENT(2);
	vm_reply(DISPOSITION_RESUME, 0);
	VM_EXPECT_CALL(3);
}

static void bits_gather(void)
{
	cap_t one, two;

	vm_boot(guest_calls, 0, 0, EXIT_HYPERCALL);
	one = event_new(1);
	two = event_new(0x100);
	EXPECT_OK(notification_signal(one));
	EXPECT_OK(notification_signal(two));
	vm_reply(DISPOSITION_STEP, 0);
	VM_EXPECT_EVENT(0x101);
}

static void deadline(void)
{
	uint64_t start = counter_read();

	vm_new();
	vm_start();
	vm_set(guest_spin, GUEST_DATA);
	for (unsigned int i = 1; i <= 3; i++) {
		vm_reply_for(i == 1 ? DISPOSITION_START | REPLY_REGISTERS : DISPOSITION_RESUME, 0,
			     2000);
		VM_EXPECT(EXIT_EVENT);
		EXPECT(vm.exit.word[2] & EXIT_EVENT_DEADLINE);
		EXPECT_EQUAL(vm.exit.word[1], 0);
		EXPECT(counter_read() - start >= ticks(i * 2000));
	}
}

static void deadline_while_idle(void)
{
	vm_new();
	vm_start();
	vm_set(guest_wfi, 0);
	vm_reply_for(DISPOSITION_START | REPLY_REGISTERS, 0, 2000);
	VM_EXPECT(EXIT_EVENT);
	EXPECT(vm.exit.word[2] & EXIT_EVENT_DEADLINE);
	/* And while it is parked. */
	vm_reply_for(DISPOSITION_PARK, 0, 2000);
	VM_EXPECT(EXIT_EVENT);
	EXPECT(vm.exit.word[2] & EXIT_EVENT_DEADLINE);
}

static void a_later_reply_replaces_the_deadline(void)
{
	vm_boot(guest_calls, 0, 0, EXIT_HYPERCALL);
	vm_reply_for(DISPOSITION_STEP, 0, 3000);
	VM_EXPECT_CALL(1);
	vm_reply_and_leave(DISPOSITION_PARK, 0, 10000);
}

static void unbound(void)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	cap_t signal = mint_new(notification, RIGHT_WRITE, 1);
	uint64_t bits;

	vm_boot(guest_calls, 0, 0, EXIT_HYPERCALL);
	EXPECT_OK(notification_bind_event(notification, vm.vcpu));
	EXPECT_OK(notification_unbind(notification));
	EXPECT_OK(notification_signal(signal));
	vm_reply(DISPOSITION_STEP, 0);
	VM_EXPECT_CALL(1);
	/* The signal is an ordinary one. */
	EXPECT_OK(notification_wait(notification, 0, &bits));
	EXPECT_EQUAL(bits, 1);
}

static void of_a_stopped_vcpu(void)
{
	cap_t event;

	vm_new();
	vm_start();
	event = event_new(1);
	vm_run_and_leave(guest_wfi, 0, 1000);
	EXPECT_OK(vcpu_stop(vm.vcpu, 0));
	EXPECT_OK(notification_signal(event));
	EXPECT(vm_is_quiet(1000));
	EXPECT_OK(vcpu_resume(vm.vcpu));
	vm_wait();
	VM_EXPECT_EVENT(1);
}

static const struct test tests[] = {
	{ "event: while the guest runs", while_it_runs },
	{ "event: while the guest is idle", while_it_is_idle },
	{ "event: its answer wakes the idle guest", an_interrupt_for_the_idle },
	{ "event: while the guest is parked", while_it_is_parked },
	{ "event: signalled during another exit", before_the_reply },
	{ "event: masked until a reply rearms it", masked_until_rearmed },
	{ "event: bits of several notifications gather", bits_gather },
	{ "event: the deadline of a reply", deadline },
	{ "event: the deadline while idle and parked", deadline_while_idle },
	{ "event: a later reply replaces the deadline", a_later_reply_replaces_the_deadline },
	{ "event: none after unbind", unbound },
	{ "event: waits while the VCpu is stopped", of_a_stopped_vcpu },
};

const struct suite event_suite = SUITE(tests);
