/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VCpus saved and restored: whatever a state says comes back, and what must not be is refused.
 */
#include "kernel_guest.h"

#include <exit.h>

#define ROUNDS 2000

static struct vcpu_state *given(void)
{
	return &vcpu_update(guest.vcpu)->state;
}

static const struct vcpu_state *saved(void)
{
	return &vcpu_page(guest.vcpu)->state;
}

static bool same(const void *a, const void *b, size_t size)
{
	const unsigned char *x = a;
	const unsigned char *y = b;

	while (size && *x == *y) {
		x++;
		y++;
		size--;
	}
	return !size;
}

static uint64_t any(void)
{
	return (uint64_t)random_below(~0U) << 40 ^ (uint64_t)random_below(~0U) << 20 ^
	       random_below(~0U);
}

static void fill_slots(struct vcpu_common *common)
{
	common->enabled = any();
	common->level = any();
	common->line = any();
	common->pending = any();
	common->active = any();
	common->group1 = any();
	for (unsigned int i = 0; i < VCPU_SLOTS; i++) {
		common->number[i] = (uint16_t)random_below(1020);
		common->priority[i] = (uint8_t)random_below(256);
	}
}

/* A state at random, of what this machine keeps of one. */
static void fill(struct vcpu_state *state)
{
	static const uint64_t modes[] = { 0, 4, FAKE_PSTATE_KERNEL };
	uint64_t *registers = (uint64_t *)&state->registers;

	*state = (struct vcpu_state){ .cntv_cval = any(), .ap1r = random_below(VCPU_SLOTS + 1) };
	for (unsigned int i = 0; i < sizeof(state->registers) / sizeof(uint64_t); i++)
		registers[i] = any();
	state->registers.pstate = modes[random_below(ARRAY_SIZE(modes))];
	for (unsigned int i = 0; i < 9; i++)
		state->v[i] = any();
	fill_slots(&state->common);
	state->common.activity = random_below(3);
	state->common.flags = random_below(4);
	state->common.events = any();
	state->common.deadline = random_below(2) ? fake.clock + 1000000 + random_below(1000) :
						   DEADLINE_NEVER;
}

/* The guest runs, and is stopped. */
static void stop(void)
{
	task_answer(&vmm, endpoint, &guest, DISPOSITION_START | REPLY_REGISTERS, 0);
	machine_run_guest(&guest);
	ck_assert_ok(vcpu_stop(guest.cap, 0));
}

START_TEST(comes_back)
{
	stop();
	for (unsigned int i = 0; i < ROUNDS; i++) {
		/* What is not told yet stays so. */
		uint64_t untold = guest.vcpu->events;

		fill(given());
		given()->common.events |= untold;
		ck_assert_ok(vcpu_restore(guest.cap));
		ck_assert_int_eq(guest_state(), STATE_STOPPED);
		ck_assert_ok(vcpu_save(guest.cap));
		expect(same(saved(), given(), sizeof(struct vcpu_state)));
		machine_check();
	}
}
END_TEST

/* The same when it was on the core meanwhile, and others too. */
START_TEST(comes_back_from_the_core)
{
	struct guest other = guest_new(endpoint);

	stop();
	guest_start(&other, &vmm, endpoint);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		struct vcpu_common *common = &given()->common;
		uint64_t untold = guest.vcpu->events;

		fill(given());
		common->events |= untold;
		common->activity = VCPU_RUNNING;
		common->flags &= ~(uint32_t)VCPU_ARMED;
		/* A device that says nothing keeps no hardware interrupt; a timer in the past makes its own. */
		common->pending &= ~BIT(IRQ_VIRTUAL_TIMER);
		common->active &= ~BIT(IRQ_VIRTUAL_TIMER);
		given()->cntv_cval = DEADLINE_NEVER;
		ck_assert_ok(vcpu_restore(guest.cap));
		ck_assert_ok(vcpu_resume(guest.cap));
		machine_run_guest(&guest);
		if (random_below(2))
			machine_run_guest(&other);
		ck_assert_ok(vcpu_stop(guest.cap, 0));
		ck_assert_ok(vcpu_save(guest.cap));
		expect(same(saved(), given(), sizeof(struct vcpu_state)));
		machine_check();
	}
}
END_TEST

/* Into a VCpu that never ran, which then is what the first was, and hears what the first was not told. */
START_TEST(into_another)
{
	static const enum context_state states[] = {
		[VCPU_RUNNING] = STATE_READY,
		[VCPU_IDLE] = STATE_IDLE,
		[VCPU_PARKED] = STATE_PARKED,
	};
	struct guest other = guest_new(endpoint);

	stop();
	ck_assert_int_eq(vcpu_save(other.cap), ERR_STATE);
	fill(given());
	given()->common.activity = (uint32_t)_i;
	given()->common.enabled = 0;
	given()->common.flags = VCPU_ARMED;
	given()->common.events = 0x6;
	given()->common.deadline = fake.clock + 5000;
	ck_assert_ok(vcpu_restore(guest.cap));
	ck_assert_ok(vcpu_save(guest.cap));
	vcpu_update(other.vcpu)->state = *saved();
	ck_assert_ok(vcpu_restore(other.cap));
	ck_assert_ok(vcpu_resume(other.cap));
	ck_assert_uint_eq(task_label(&vmm), LABEL_EXIT + EXIT_EVENT);
	ck_assert_uint_eq(task_word(&vmm, 1), 0x6);
	task_syscall(&vmm, SYS_REPLY_RECV, endpoint, DISPOSITION_RESUME | REPLY_REARM,
		     (const uint64_t[MESSAGE_WORDS]){ 0, 0, 0, 0, other.vcpu->exit.sequence },
		     fake.clock + 5000);
	ck_assert_int_eq(other.vcpu->context.state, states[_i]);
	fake_pass(fake.clock + 6000);
	ck_assert_uint_eq(task_label(&vmm), LABEL_EXIT + EXIT_EVENT);
	ck_assert_uint_eq(task_word(&vmm, 2), EXIT_EVENT_DEADLINE);
}
END_TEST

#define LINE_SLOT 5
#define EDGE_SLOT 6

static void configured(struct vcpu_common *common)
{
	fill(given());
	common->enabled = BIT(LINE_SLOT) | BIT(EDGE_SLOT);
	common->level = BIT(LINE_SLOT);
	common->line = 0;
	common->pending = 0;
	common->active = 0;
	common->events = 0;
	given()->registers.pstate = FAKE_PSTATE_KERNEL;
}

static uint64_t pending_of(const struct guest *of)
{
	uint64_t pending = 0, active = 0;

	ck_assert_ok(vcpu_query_slots(of->cap, &pending, &active));
	return pending;
}

/* Lines that others drive are as they are now, and not as they were; an edge or event that came meanwhile is not lost. */
START_TEST(what_others_did_meanwhile)
{
	cap_t line = object_new(OBJECT_NOTIFICATION, 0);
	cap_t edge = object_new(OBJECT_NOTIFICATION, 0);
	uint64_t bits;

	stop();
	configured(&given()->common);
	ck_assert_ok(vcpu_restore(guest.cap));
	ck_assert_ok(notification_bind_slot(line, guest.cap, LINE_SLOT));
	ck_assert_ok(notification_bind_slot(edge, guest.cap, EDGE_SLOT));
	ck_assert_ok(vcpu_save(guest.cap));
	*given() = *saved();
	ck_assert_ok(notification_signal(line));
	ck_assert_ok(notification_signal(edge));
	ck_assert_ok(notification_signal(event));
	ck_assert_ok(vcpu_restore(guest.cap));
	ck_assert_uint_eq(pending_of(&guest), BIT(LINE_SLOT) | BIT(EDGE_SLOT));
	ck_assert_uint_eq(guest.vcpu->events, 1);
	/* And the other way: it was up. */
	ck_assert_ok(vcpu_save(guest.cap));
	*given() = *saved();
	ck_assert_uint_eq(given()->common.line & BIT(LINE_SLOT), BIT(LINE_SLOT));
	ck_assert_ok(notification_clear(line, &bits));
	ck_assert_ok(vcpu_restore(guest.cap));
	ck_assert_uint_eq(pending_of(&guest), BIT(EDGE_SLOT));
}
END_TEST

/* Into a fresh VCpu whose slots are bound already, or are bound after it: what was pending by an edge is so there. */
START_TEST(lines_of_another)
{
	struct guest other = guest_new(endpoint);
	cap_t line = object_new(OBJECT_NOTIFICATION, 0);

	stop();
	if (_i & 1)
		ck_assert_ok(notification_bind_slot(line, other.cap, LINE_SLOT));
	if (_i & 2)
		ck_assert_ok(notification_signal(line));
	configured(&given()->common);
	given()->common.line = BIT(LINE_SLOT);
	given()->common.pending = BIT(EDGE_SLOT);
	vcpu_update(other.vcpu)->state = *given();
	ck_assert_ok(vcpu_restore(other.cap));
	if (!(_i & 1))
		ck_assert_ok(notification_bind_slot(line, other.cap, LINE_SLOT));
	ck_assert_uint_eq(pending_of(&other), BIT(EDGE_SLOT) | (_i & 2 ? BIT(LINE_SLOT) : 0));
}
END_TEST

/* The edge of a device that it has. */
START_TEST(an_edge_of_a_device_meanwhile)
{
	cap_t handler = slot_new();

	stop();
	configured(&given()->common);
	ck_assert_ok(irq_control_get(ROOT_SLOT_IRQ_CONTROL, FAKE_IRQ_FIRST, 1, ROOT_SLOT_CNODE,
				     handler));
	ck_assert_ok(irq_handler_bind_slot(handler, guest.cap, EDGE_SLOT));
	fake_irq_line(FAKE_IRQ_FIRST, true);
	fake_interrupt();
	ck_assert_ok(vcpu_restore(guest.cap));
	ck_assert_uint_eq(pending_of(&guest), BIT(EDGE_SLOT));
	ck_assert(!fake_irq_active(FAKE_IRQ_FIRST));
}
END_TEST

/* A deadline that passes while it is stopped is told when it goes on. */
START_TEST(a_deadline_meanwhile)
{
	stop();
	fill(given());
	given()->common.deadline = fake.clock + 5000;
	given()->common.flags = VCPU_ARMED;
	given()->common.events = 0;
	ck_assert_ok(vcpu_restore(guest.cap));
	fake_pass(fake.clock + 6000);
	ck_assert_ok(vcpu_save(guest.cap));
	ck_assert_uint_eq(saved()->common.deadline, DEADLINE_NEVER);
	ck_assert_uint_eq(saved()->common.flags, VCPU_ARMED | VCPU_DEADLINE_PASSED);
	ck_assert_ok(vcpu_resume(guest.cap));
	ck_assert_uint_eq(task_label(&vmm), LABEL_EXIT + EXIT_EVENT);
	ck_assert_uint_eq(task_word(&vmm, 2), EXIT_EVENT_DEADLINE);
}
END_TEST

static void damage(struct vcpu_state *state, int which)
{
	switch (which) {
	case 0:
		state->registers.pstate = 9;
		break;
	case 1:
		state->common.activity = 3;
		break;
	case 2:
		state->common.activity = ~0U;
		break;
	case 3:
		state->common.flags = 4;
		break;
	case 4:
		state->common.number[random_below(VCPU_SLOTS)] = 1020;
		break;
	case 5:
		state->common.number[VCPU_SLOTS - 1] = 0x2000;
		break;
	default:
		state->ap1r = VCPU_SLOTS + 1;
		break;
	}
}

START_TEST(bad_states)
{
	static struct vcpu before;
	struct registers registers;

	stop();
	fill(given());
	ck_assert_ok(vcpu_restore(guest.cap));
	before = *guest.vcpu;
	registers = vcpu_page(guest.vcpu)->registers;
	fill(given());
	damage(given(), _i);
	ck_assert_int_eq(vcpu_restore(guest.cap), ERR_ARGUMENT);
	ck_assert(same(guest.vcpu, &before, sizeof(before)));
	ck_assert(same(&vcpu_page(guest.vcpu)->registers, &registers, sizeof(registers)));
}
END_TEST

START_TEST(not_while_it_can_go_on)
{
	fill(given());
	/* Its first exit is under way; */
	ck_assert_int_eq(vcpu_save(guest.cap), ERR_STATE);
	ck_assert_int_eq(vcpu_restore(guest.cap), ERR_STATE);
	ck_assert_ok(vcpu_stop(guest.cap, 0));
	ck_assert_int_eq(vcpu_save(guest.cap), ERR_STATE);
	ck_assert_int_eq(vcpu_restore(guest.cap), ERR_STATE);
	/* a start waits; */
	ck_assert_ok(vcpu_start(guest.cap));
	ck_assert_ok(vcpu_stop(guest.cap, 0));
	task_answer(&vmm, endpoint, &guest, DISPOSITION_PARK, 0);
	ck_assert_int_eq(guest_state(), STATE_STOPPED);
	ck_assert_int_eq(vcpu_save(guest.cap), ERR_STATE);
	ck_assert_int_eq(vcpu_restore(guest.cap), ERR_STATE);
	ck_assert_ok(vcpu_resume(guest.cap));
	task_answer(&vmm, endpoint, &guest, DISPOSITION_PARK, 0);
	/* it is parked, and not stopped. */
	ck_assert_int_eq(vcpu_save(guest.cap), ERR_STATE);
	ck_assert_int_eq(vcpu_restore(guest.cap), ERR_STATE);
	ck_assert_ok(vcpu_stop(guest.cap, 0));
	ck_assert_int_eq(vcpu_save(minted(guest.cap, RIGHT_READ | RIGHT_WRITE, 0)), ERR_RIGHTS);
	ck_assert_int_eq(vcpu_restore(minted(guest.cap, RIGHT_READ | RIGHT_WRITE, 0)), ERR_RIGHTS);
	ck_assert_ok(vcpu_save(guest.cap));
	ck_assert_uint_eq(saved()->common.activity, VCPU_PARKED);
	/* Without a VMM nobody could answer for it. */
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, endpoint));
	ck_assert_int_eq(vcpu_save(guest.cap), ERR_STATE);
	ck_assert_int_eq(vcpu_restore(guest.cap), ERR_STATE);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("save");

	tcase_add_checked_fixture(tcase, guest_setup, guest_teardown);
	tcase_add_test(tcase, comes_back);
	tcase_add_test(tcase, comes_back_from_the_core);
	tcase_add_loop_test(tcase, into_another, 0, 3);
	tcase_add_test(tcase, what_others_did_meanwhile);
	tcase_add_loop_test(tcase, lines_of_another, 0, 4);
	tcase_add_test(tcase, an_edge_of_a_device_meanwhile);
	tcase_add_test(tcase, a_deadline_meanwhile);
	tcase_add_loop_test(tcase, bad_states, 0, 7);
	tcase_add_test(tcase, not_while_it_can_go_on);
	return machine_main("save", &tcase, 1);
}
