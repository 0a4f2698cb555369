/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupt slots against a model of an interrupt controller that has no list registers and so no limit: whatever is
 * changed, the guest gets the most urgent interrupt that it may get, and none is lost or made up.
 */
#include "kernel_machine.h"
#include "slot_changes.h"

#include <string.h>

#define STEPS  20000
#define NUMBER 100 /* of slot n for the guest: n + this */
#define PASSED 8   /* the first slots are physical interrupts: level, edge, level, ... */
#define IRQ    40  /* the first of those */

/* The model of a slot, and the guest's nesting of handlers. */
struct source {
	uint8_t priority;
	bool enabled, level, line, latch, active;
	/* Of those that are physical: the device's line or its latched edge, and what came of it. */
	bool device, arrived;
};

static struct source sources[VCPU_SLOTS];
static unsigned int nested[VCPU_SLOTS]; /* slots that the guest handles, innermost last */
static unsigned int nesting;

static cap_t endpoint;
static struct task vmm;
static struct guest guest, other;

static void setup(void)
{
	machine_start();
	endpoint = object_new(OBJECT_ENDPOINT, 0);
	vmm = task_new_passive();
	guest = guest_new(endpoint);
	task_serve(&vmm, endpoint);
	guest_start(&guest, &vmm, endpoint);
}

static void teardown(void)
{
	machine_check();
}

static uint32_t number_of(unsigned int slot)
{
	return slot == IRQ_VIRTUAL_TIMER ? IRQ_VIRTUAL_TIMER : NUMBER + slot;
}

static bool is_pending(const struct source *source)
{
	return source->latch || source->arrived || (source->level && source->line);
}

static bool is_edge(unsigned int slot)
{
	return slot % 2;
}

/* The kernel takes interrupts: a physical one comes unless it is active. */
static void interrupts_come(void)
{
	fake_interrupt();
	for (unsigned int i = 0; i < PASSED; i++) {
		struct source *source = &sources[i];

		if (!source->device || source->active || source->arrived)
			continue;
		source->arrived = true;
		source->device = !is_edge(i);
	}
}

/* The guest is entered: what a device does not want any more is dropped. No more is asked of the hardware than is needed. */
static void guest_runs(void)
{
	unsigned int count = 0;

	machine_run_guest(&guest);
	for (unsigned int i = 0; i < PASSED; i += 2)
		sources[i].arrived &= sources[i].device || sources[i].active;
	interrupts_come();
	for (unsigned int i = 0; i < VCPU_SLOTS; i++)
		count += (is_pending(&sources[i]) && sources[i].enabled) || sources[i].active;
	expect(!fake_maintenance());
	expect(fake_overflow_asked() == (count > fake_list_registers_used()));
	for (unsigned int i = 0; i < PASSED; i++)
		expect(fake_irq_active(IRQ + i) == (sources[i].arrived || sources[i].active));
}

/* A device's line goes up or down, or its edge comes. */
static void device_acts(void)
{
	unsigned int slot = random_below(PASSED);
	bool up = is_edge(slot) || random_below(2);

	fake_irq_line(IRQ + slot, up);
	sources[slot].device = up;
	if (is_edge(slot))
		fake_irq_line(IRQ + slot, false);
	/* So that the list registers are filled again. */
	ck_assert_ok(vcpu_set_slot(guest.cap, slot, 0));
	guest_runs();
}

/* Another guest has the core, and the devices go on. */
static void other_runs(void)
{
	machine_run_guest(&other);
	interrupts_come();
	expect(fake_guest_acknowledge() == FAKE_SPURIOUS);
	device_acts();
}

/* Who comes next for the guest: the lowest priority value that is pending, enabled, and not being handled. */
static unsigned int model_priority(void)
{
	unsigned int best = nesting ? sources[nested[nesting - 1]].priority : 0x100;

	for (unsigned int i = 0; i < VCPU_SLOTS; i++)
		if (is_pending(&sources[i]) && sources[i].enabled && !sources[i].active &&
		    sources[i].priority < best)
			best = sources[i].priority;
	return best;
}

static void guest_acknowledges(void)
{
	unsigned int running = nesting ? sources[nested[nesting - 1]].priority : 0x100;
	unsigned int wanted = model_priority();
	uint32_t number;
	struct source *source;

	guest_runs();
	number = fake_guest_acknowledge();
	if (wanted == running) {
		expect(number == FAKE_SPURIOUS);
		return;
	}
	expect(number >= NUMBER && number < NUMBER + VCPU_SLOTS);
	source = &sources[number - NUMBER];
	/* Of equals any. */
	expect(is_pending(source) && source->enabled && !source->active);
	expect(source->priority == wanted);
	source->active = true;
	source->latch = false;
	source->arrived = false;
	nested[nesting++] = number - NUMBER;
}

static void guest_ends(void)
{
	unsigned int slot;

	if (!nesting)
		return;
	slot = nested[--nesting];
	guest_runs();
	fake_guest_eoi(number_of(slot));
	sources[slot].active = false;
	guest_runs();
}

/* Slots that the guest handles keep their priority: an EOI drops the one it had. */
static uint64_t some_change(unsigned int slot)
{
	struct source *source = &sources[slot];
	uint64_t change = 0;

	if (random_below(3) == 0 && !source->active) {
		source->priority = (uint8_t)(random_below(8) * 16);
		source->enabled = random_below(4);
		source->level = random_below(2);
		change |= SLOT_CONFIGURE | SLOT_NUMBER(number_of(slot)) |
			  SLOT_PRIORITY(source->priority) | (source->enabled ? SLOT_ENABLED : 0) |
			  (source->level ? SLOT_LEVEL : 0);
	}
	/* What a physical interrupt's slot does beside that has tests of its own. */
	if (slot < PASSED)
		return change;
	if (random_below(3) == 0) {
		source->line = random_below(2);
		change |= SLOT_SET_LINE | (source->line ? SLOT_LINE : 0);
	}
	if (random_below(4) == 0) {
		source->latch = true;
		change |= SLOT_PEND;
	} else if (random_below(8) == 0) {
		source->latch = false;
		change |= SLOT_UNPEND;
	}
	return change;
}

static void change_directly(void)
{
	unsigned int slot = random_below(VCPU_SLOTS);

	if (slot != IRQ_VIRTUAL_TIMER)
		ck_assert_ok(vcpu_set_slot(guest.cap, slot, some_change(slot)));
}

/* Some changes with a reply. */
static void change_with_reply(void)
{
	struct vcpu_update *update = vcpu_update(guest.vcpu);
	uint64_t changed = BIT(IRQ_VIRTUAL_TIMER);

	machine_run_guest(&guest);
	fake_guest_exit(&(struct exit){ .kind = EXIT_HYPERCALL });
	memset(&update->slots, 0, sizeof(update->slots));
	for (uint32_t left = random_below(8); left; left--) {
		unsigned int slot = random_below(VCPU_SLOTS);

		if (!(changed & BIT(slot)))
			slot_changes_put(&update->slots, slot, some_change(slot));
		changed |= BIT(slot);
	}
	task_answer(&vmm, endpoint, &guest, DISPOSITION_STEP | REPLY_SLOTS, 0);
	expect(guest.vcpu->context.state == STATE_READY);
}

static void compare(void)
{
	uint64_t pending = 0, active = 0;
	uint64_t model_pending = 0, model_active = 0;

	for (unsigned int i = 0; i < VCPU_SLOTS; i++) {
		model_pending |= is_pending(&sources[i]) ? BIT(i) : 0;
		model_active |= sources[i].active ? BIT(i) : 0;
	}
	ck_assert_ok(vcpu_query_slots(guest.cap, &pending, &active));
	expect(pending == model_pending);
	expect(active == model_active);
}

static const uint32_t register_counts[] = { 1, 2, 4, 16 };

START_TEST(against_a_model)
{
	fake.list_registers = register_counts[_i];
	other = guest_new(endpoint);
	guest_start(&other, &vmm, endpoint);
	for (uint32_t i = 0; i < PASSED; i++) {
		cap_t handler = slot_new();

		ck_assert_ok(irq_control_get(ROOT_SLOT_IRQ_CONTROL, IRQ + i, is_edge(i),
					     ROOT_SLOT_CNODE, handler));
		ck_assert_ok(irq_handler_bind_slot(handler, guest.cap, i));
	}
	for (unsigned int slot = 0; slot < VCPU_SLOTS; slot++)
		if (slot != IRQ_VIRTUAL_TIMER)
			ck_assert_ok(vcpu_set_slot(guest.cap, slot,
						   SLOT_CONFIGURE | SLOT_NUMBER(number_of(slot))));
	for (unsigned int step = 0; step < STEPS; step++) {
		switch (random_below(10)) {
		case 0:
			change_directly();
			break;
		case 1:
			change_with_reply();
			break;
		case 2:
			compare();
			break;
		case 3:
		case 4:
			guest_acknowledges();
			break;
		case 5:
			device_acts();
			break;
		case 6:
			other_runs();
			break;
		default:
			guest_ends();
			break;
		}
	}
	/* All that is left is served in the end. */
	for (unsigned int slot = 0; slot < VCPU_SLOTS; slot++)
		if (slot != IRQ_VIRTUAL_TIMER) {
			sources[slot].line = false;
			sources[slot].device &= is_edge(slot);
			if (slot < PASSED)
				fake_irq_line(IRQ + slot, false);
			ck_assert_ok(vcpu_set_slot(guest.cap, slot, SLOT_SET_LINE));
		}
	while (nesting || model_priority() < 0x100) {
		guest_acknowledges();
		guest_ends();
	}
	compare();
	machine_check();
}
END_TEST

/* A level line that stays up comes again after each end, without anybody's help. */
START_TEST(a_line_that_stays_up)
{
	ck_assert_ok(vcpu_set_slot(guest.cap, 3,
				   SLOT_CONFIGURE | SLOT_NUMBER(40) | SLOT_ENABLED | SLOT_LEVEL |
					   SLOT_SET_LINE | SLOT_LINE));
	machine_run_guest(&guest);
	for (unsigned int i = 0; i < 3; i++) {
		ck_assert_uint_eq(fake_guest_acknowledge(), 40);
		ck_assert_uint_eq(fake_guest_acknowledge(), FAKE_SPURIOUS);
		fake_guest_eoi(40);
		ck_assert(fake_maintenance());
		fake_interrupt();
		ck_assert(!fake_maintenance());
	}
	ck_assert_ok(vcpu_set_slot(guest.cap, 3, SLOT_SET_LINE));
	machine_run_guest(&guest);
	ck_assert_uint_eq(fake_guest_acknowledge(), FAKE_SPURIOUS);
}
END_TEST

/* Without a change the list registers are left alone, and an end is quiet. */
START_TEST(no_maintenance_without_need)
{
	for (uint32_t i = 0; i < 4; i++)
		ck_assert_ok(vcpu_set_slot(guest.cap, i,
					   SLOT_CONFIGURE | SLOT_NUMBER(50 + i) | SLOT_ENABLED |
						   SLOT_PEND));
	machine_run_guest(&guest);
	for (uint32_t i = 0; i < 4; i++) {
		ck_assert_uint_eq(fake_guest_acknowledge(), 50 + i);
		fake_guest_eoi(50 + i);
		ck_assert(!fake_maintenance());
	}
}
END_TEST

/* Slots with one number, which no VMM should make: never two list registers with it, and none is lost. */
START_TEST(one_number_twice)
{
	uint64_t pending = 0, active = 0;

	fake.list_registers = register_counts[_i];
	for (uint32_t i = 0; i < 3; i++)
		ck_assert_ok(vcpu_set_slot(
			guest.cap, i, SLOT_CONFIGURE | SLOT_NUMBER(60) | SLOT_ENABLED | SLOT_PEND));
	machine_run_guest(&guest);
	for (uint32_t i = 0; i < 3; i++) {
		ck_assert_uint_eq(fake_guest_acknowledge(), 60);
		fake_guest_eoi(60);
		ck_assert_ok(vcpu_query_slots(guest.cap, &pending, &active));
		ck_assert_int_eq(__builtin_popcountll(pending), 2 - i);
		machine_run_guest(&guest);
	}
	ck_assert_uint_eq(fake_guest_acknowledge(), FAKE_SPURIOUS);
}
END_TEST

/* The hardware counts more ends than there are slots that are active in no list register: the others are active still. */
START_TEST(ends_of_what_is_not_active)
{
	uint64_t pending = 0, active = 0;

	fake.list_registers = 2;
	for (uint32_t i = 0; i < 2; i++) {
		ck_assert_ok(vcpu_set_slot(guest.cap, i,
					   SLOT_CONFIGURE | SLOT_NUMBER(60 + i) | SLOT_ENABLED |
						   SLOT_PRIORITY(0x80 - 0x40 * i) | SLOT_PEND));
		machine_run_guest(&guest);
		ck_assert_uint_eq(fake_guest_acknowledge(), 60 + i);
	}
	ck_assert_ok(vcpu_set_slot(guest.cap, 2,
				   SLOT_CONFIGURE | SLOT_NUMBER(62) | SLOT_PRIORITY(0xf0) |
					   SLOT_ACTIVATE));
	machine_run_guest(&guest);
	fake_guest_eoi(70);
	fake_guest_eoi(71);
	ck_assert_ok(vcpu_query_slots(guest.cap, &pending, &active));
	ck_assert_uint_eq(active, 3);
}
END_TEST

START_TEST(what_is_refused)
{
	ck_assert_int_eq(vcpu_set_slot(guest.cap, VCPU_SLOTS, 0), ERR_ARGUMENT);
	ck_assert_int_eq(vcpu_set_slot(guest.cap, 1, SLOT_CONFIGURE | SLOT_NUMBER(1020)),
			 ERR_ARGUMENT);
	/* Bits that mean nothing. */
	for (unsigned int bit = 0; bit < 64; bit++)
		ck_assert_int_eq(vcpu_set_slot(guest.cap, 1, BIT(bit)),
				 (bit >= 13 && bit < 16) || bit >= 34 ? ERR_ARGUMENT : OK);
	/* The number counts only with CONFIGURE. */
	ck_assert_ok(vcpu_set_slot(guest.cap, 1, SLOT_NUMBER(1020)));
	ck_assert_ok(vcpu_set_slot(guest.cap, 1, SLOT_CONFIGURE | SLOT_NUMBER(1019)));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("slots");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, against_a_model, 0, ARRAY_SIZE(register_counts));
	tcase_add_test(tcase, a_line_that_stays_up);
	tcase_add_test(tcase, no_maintenance_without_need);
	tcase_add_loop_test(tcase, one_number_twice, 0, ARRAY_SIZE(register_counts));
	tcase_add_test(tcase, ends_of_what_is_not_active);
	tcase_add_test(tcase, what_is_refused);
	return machine_main("slots", &tcase, 1);
}
