/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exits of a guest: what its VMM is told, what it may answer, and what becomes of the guest.
 */
#include "kernel_machine.h"
#include "slot_changes.h"

#include <exit.h>

static cap_t endpoint;
static struct task vmm;
static struct guest guest;

static void setup(void)
{
	machine_start();
	endpoint = object_new(OBJECT_ENDPOINT, 0);
	vmm = task_new_passive();
	guest = guest_new(minted(endpoint, RIGHT_WRITE, 7));
	task_serve(&vmm, endpoint);
	ck_assert_ok(vcpu_start(guest.cap));
}

static void teardown(void)
{
	machine_check();
}

static enum context_state state(void)
{
	return guest.vcpu->context.state;
}

static struct registers *registers(void)
{
	return guest.vcpu->context.registers;
}

static uint64_t sequence(void)
{
	return task_word(&vmm, 0);
}

/* The VMM answers with a label and results; whether that was taken. */
static enum status answer_with(uint64_t label, const uint64_t words[MESSAGE_WORDS])
{
	bool over = task_syscall(&vmm, SYS_REPLY_RECV, endpoint, label, words, DEADLINE_NEVER);

	machine_check();
	return over ? task_status(&vmm) : OK;
}

static enum status answer(uint64_t label)
{
	return answer_with(label, (const uint64_t[MESSAGE_WORDS]){ 0, 0, 0, 0,
								   guest.vcpu->exit.sequence });
}

/* Up to where the guest runs. */
static void start(void)
{
	vcpu_update(guest.vcpu)->registers = (struct registers){ .pc = 0x1000, .pstate = 5 };
	ck_assert_ok(answer(DISPOSITION_START | REPLY_REGISTERS));
	machine_run_guest(&guest);
}

static void exits(enum exit_kind kind, uint64_t access)
{
	machine_run_guest(&guest);
	fake_guest_exit(&(struct exit){ .kind = (uint8_t)kind,
					.address = 0x1234,
					.access = access,
					.value = 0x55,
					.syndrome = 0x66,
					.fault_address = 0x77,
					.detail = 9 });
}

START_TEST(begins_with_start)
{
	ck_assert_uint_eq(task_label(&vmm), LABEL_EXIT + EXIT_START);
	ck_assert_uint_eq(task_badge(&vmm), 7);
	ck_assert_uint_eq(task_word(&vmm, 2), 0);
	ck_assert_ptr_eq(vmm.thread->context.sc, object_of(guest.sc));
	ck_assert_int_eq(answer(DISPOSITION_START), ERR_REPLY);
	start();
	ck_assert_uint_eq(registers()->pc, 0x1000);
	ck_assert_int_eq(vcpu_start(guest.cap), ERR_STATE);
}
END_TEST

START_TEST(parks_and_starts_again)
{
	uint64_t first = sequence();

	ck_assert_ok(answer(DISPOSITION_PARK));
	ck_assert_int_eq(state(), STATE_PARKED);
	registers()->x[4] = 4;
	ck_assert_ok(vcpu_start(guest.cap));
	ck_assert_uint_eq(task_label(&vmm), LABEL_EXIT + EXIT_START);
	ck_assert_uint_eq(sequence(), first + 1);
	ck_assert_uint_eq(registers()->x[4], 0);
	start();
}
END_TEST

/* A start says nothing of what was before it, but that it is the second. */
START_TEST(a_start_is_new)
{
	start();
	exits(EXIT_MEMORY, ACCESS_DECODED | ACCESS_WRITE);
	/* Told twice, then parked. */
	ck_assert_ok(thread_suspend(vmm.cap));
	task_serve(&vmm, endpoint);
	ck_assert_uint_eq(task_word(&vmm, 2), ACCESS_DECODED | ACCESS_WRITE | EXIT_REDELIVERED);
	ck_assert_ok(answer(DISPOSITION_PARK));
	ck_assert_ok(vcpu_set_slot(guest.cap, 3,
				   SLOT_CONFIGURE | SLOT_NUMBER(40) | SLOT_ENABLED | SLOT_PEND |
					   SLOT_ACTIVATE));
	ck_assert_ok(vcpu_start(guest.cap));
	ck_assert_uint_eq(task_label(&vmm), LABEL_EXIT + EXIT_START);
	for (unsigned int i = 1; i < MESSAGE_WORDS; i++)
		ck_assert_uint_eq(task_word(&vmm, i), i == 3);
	/* Reset state: no interrupt is pending or active. */
	uint64_t pending = 1, active = 1;

	ck_assert_ok(vcpu_query_slots(guest.cap, &pending, &active));
	ck_assert_uint_eq(pending, 0);
	ck_assert_uint_eq(active, 0);
}
END_TEST

START_TEST(what_an_exit_says)
{
	uint64_t before = sequence();

	start();
	exits(EXIT_MEMORY, ACCESS_DECODED | 2);
	ck_assert_uint_eq(task_label(&vmm), LABEL_EXIT + EXIT_MEMORY);
	ck_assert_uint_eq(sequence(), before + 1);
	ck_assert_uint_eq(task_word(&vmm, 1), 0x1234);
	ck_assert_uint_eq(task_word(&vmm, 2), ACCESS_DECODED | 2);
	ck_assert_uint_eq(task_word(&vmm, 3), 0x55);
	ck_assert_uint_eq(task_word(&vmm, 4), 0x66);
	ck_assert_uint_eq(task_word(&vmm, 5), 0x77);
}
END_TEST

/* Whatever it does now, bring the guest into an exit of this kind. */
static void bring(enum exit_kind kind, cap_t event)
{
	if (!guest.vcpu->exit.pending && state() != STATE_PARKED)
		exits(EXIT_OTHER, 0);
	if (guest.vcpu->exit.pending)
		ck_assert_ok(answer(DISPOSITION_PARK | REPLY_REARM));
	ck_assert_int_eq(state(), STATE_PARKED);
	if (kind == EXIT_EVENT) {
		ck_assert_ok(notification_signal(event));
	} else {
		ck_assert_ok(vcpu_start(guest.cap));
		if (kind != EXIT_START) {
			start();
			exits(kind, 0);
		}
	}
	ck_assert_uint_eq(task_label(&vmm), LABEL_EXIT + kind);
}

/* Which dispositions each kind of exit takes, as idl/kernel.idl says of both. */
START_TEST(dispositions)
{
	enum { RESUME = 1, STEP = 2, PARK = 4, ABORT = 8, UNDEFINED = 16, START = 32 };
	static const uint32_t allowed[] = {
		[EXIT_START] = PARK | START,
		[EXIT_EVENT] = RESUME | PARK | START,
		[EXIT_MEMORY] = RESUME | STEP | PARK | ABORT | UNDEFINED,
		[EXIT_FETCH] = RESUME | PARK | ABORT | UNDEFINED,
		[EXIT_HYPERCALL] = RESUME | STEP | PARK | ABORT | UNDEFINED,
		[EXIT_FIRMWARE] = RESUME | STEP | PARK | ABORT | UNDEFINED,
		[EXIT_REGISTER] = RESUME | STEP | PARK | ABORT | UNDEFINED,
		[EXIT_OTHER] = RESUME | STEP | PARK | ABORT | UNDEFINED,
	};
	cap_t event = object_new(OBJECT_NOTIFICATION, 0);

	ck_assert_ok(notification_bind_event(event, guest.cap));
	for (unsigned int kind = 0; kind < ARRAY_SIZE(allowed); kind++) {
		for (uint64_t disposition = 0; disposition < 16; disposition++) {
			bool fits = allowed[kind] & BIT(disposition);
			enum status status;

			bring((enum exit_kind)kind, event);
			status = answer(disposition | REPLY_REGISTERS | REPLY_REARM);
			ck_assert_msg(status == (fits ? OK : ERR_REPLY), "kind %u, disposition %lu",
				      kind, disposition);
			ck_assert(guest.vcpu->exit.pending == !fits);
		}
	}
}
END_TEST

START_TEST(what_dispositions_do)
{
	static const uint64_t results[MESSAGE_WORDS] = { 0xa, 0xb, 0xc, 0xd };
	uint64_t words[MESSAGE_WORDS];

	start();
	for (unsigned int i = 0; i < MESSAGE_WORDS; i++)
		words[i] = results[i];
	exits(EXIT_MEMORY, ACCESS_DECODED);
	words[4] = sequence();
	ck_assert_ok(answer_with(DISPOSITION_STEP, words));
	ck_assert_uint_eq(registers()->pc, 0x1004);
	ck_assert_uint_eq(registers()->x[9], 0xa);
	exits(EXIT_HYPERCALL, 0);
	words[4] = sequence();
	ck_assert_ok(answer_with(DISPOSITION_STEP, words));
	for (unsigned int i = 0; i < 4; i++)
		ck_assert_uint_eq(registers()->x[i], results[i]);
	exits(EXIT_MEMORY, ACCESS_DECODED);
	ck_assert_ok(answer(DISPOSITION_RESUME));
	ck_assert_uint_eq(registers()->pc, 0x1008);
	exits(EXIT_FETCH, 0);
	ck_assert_ok(answer(DISPOSITION_ABORT));
	ck_assert_uint_eq(registers()->pc, FAKE_VECTOR_ABORT);
	exits(EXIT_REGISTER, 0);
	ck_assert_ok(answer(DISPOSITION_UNDEFINED));
	ck_assert_uint_eq(registers()->pc, FAKE_VECTOR_UNDEFINED);
	ck_assert_int_eq(state(), STATE_READY);
}
END_TEST

/* Whatever is wrong in an answer, the exit is still there, and nothing has changed. */
START_TEST(wrong_answers_change_nothing)
{
	struct vcpu_update *update = vcpu_update(guest.vcpu);
	struct registers before;
	struct slots slots;

	start();
	exits(EXIT_MEMORY, ACCESS_DECODED);
	before = *registers();
	slots = guest.vcpu->slots;
	for (unsigned int i = 0; i < 9; i++) {
		uint64_t words[MESSAGE_WORDS] = { 1, 2, 3, 4, guest.vcpu->exit.sequence };
		uint64_t label = DISPOSITION_RESUME | REPLY_REGISTERS | REPLY_SLOTS | REPLY_REARM;

		*update = (struct vcpu_update){ .registers = { .pc = 0x5000, .pstate = 5 } };
		slot_changes_put(&update->slots, 3, SLOT_PEND | SLOT_CONFIGURE | SLOT_NUMBER(40));
		slot_changes_put(&update->slots, 63, SLOT_PEND);
		switch (i) {
		case 0:
			words[4]++;
			break;
		case 1:
			words[4]--;
			break;
		case 2:
			words[4] |= BIT(40);
			break;
		case 3:
			update->registers.pstate = 0xd;
			break; /* EL3 */
		case 4:
			update->registers.pstate = BIT(20) | 5;
			break; /* illegal state */
		case 5:
			update->slots.number[3] = 1020;
			break;
		case 6:
			update->slots.configure = ~0ULL;
			update->slots.number[63] = 0xffff;
			break;
		case 7:
			label |= BIT(8);
			break;
		default:
			label |= BIT(63);
			break;
		}
		ck_assert_int_eq(answer_with(label, words), ERR_REPLY);
		ck_assert_msg(guest.vcpu->exit.pending, "answer %u", i);
		ck_assert_mem_eq(registers(), &before, sizeof(before));
		ck_assert_mem_eq(&guest.vcpu->slots, &slots, sizeof(slots));
		ck_assert_int_eq(state(), STATE_CALLING);
	}
	ck_assert_ok(answer(DISPOSITION_RESUME | REPLY_REGISTERS | REPLY_SLOTS));
	ck_assert_uint_eq(registers()->pc, 0x5000);
}
END_TEST

/* What the VMM writes into its page after the answer is not the guest's. */
START_TEST(the_page_is_taken_once)
{
	struct vcpu_update *update = vcpu_update(guest.vcpu);
	uint64_t pending = 0, active = 0;

	start();
	exits(EXIT_OTHER, 0);
	*update = (struct vcpu_update){ .registers = { .pc = 0x5000, .pstate = 4 },
					.slots.pend = BIT(3) };
	/* Without the flags nothing of it is taken at all. */
	ck_assert_ok(answer(DISPOSITION_RESUME));
	ck_assert_uint_eq(registers()->pc, 0x1000);
	exits(EXIT_OTHER, 0);
	ck_assert_ok(answer(DISPOSITION_RESUME | REPLY_REGISTERS | REPLY_SLOTS));
	update->registers.pc = 0x6000;
	update->registers.pstate = 0xd;
	update->slots.pend = BIT(4);
	machine_run_guest(&guest);
	ck_assert_uint_eq(registers()->pc, 0x5000);
	ck_assert_uint_eq(registers()->pstate, 4);
	ck_assert_ok(vcpu_query_slots(guest.cap, &pending, &active));
	ck_assert_uint_eq(pending, BIT(3));
}
END_TEST

/* An exit that nobody answered is told again, as it was, until somebody does. */
START_TEST(told_again)
{
	struct task successor = task_new_passive();
	uint64_t number;

	start();
	exits(EXIT_MEMORY, ACCESS_DECODED | ACCESS_WRITE);
	number = sequence();
	/* The server drops it. */
	ck_assert(task_recv(&vmm, endpoint));
	ck_assert_uint_eq(task_word(&vmm, 2), ACCESS_DECODED | ACCESS_WRITE | EXIT_REDELIVERED);
	ck_assert_uint_eq(sequence(), number);
	/* It ends, and its successor, who waits already, gets the exit and the time. */
	task_serve(&successor, endpoint);
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, vmm.cap));
	machine_forget(&vmm.thread->context);
	vmm = successor;
	ck_assert_uint_eq(sequence(), number);
	ck_assert_uint_eq(task_label(&vmm), LABEL_EXIT + EXIT_MEMORY);
	ck_assert_uint_eq(task_word(&vmm, 1), 0x1234);
	ck_assert_uint_eq(task_word(&vmm, 2), ACCESS_DECODED | ACCESS_WRITE | EXIT_REDELIVERED);
	ck_assert_uint_eq(task_word(&vmm, 3), 0x55);
	ck_assert_ok(answer(DISPOSITION_STEP));
	/* The next is a new one. */
	exits(EXIT_MEMORY, ACCESS_DECODED);
	ck_assert_uint_eq(sequence(), number + 1);
	ck_assert_uint_eq(task_word(&vmm, 2), ACCESS_DECODED);
}
END_TEST

/* A successor that comes later finds it in the queue. */
START_TEST(told_to_who_comes_later)
{
	start();
	exits(EXIT_HYPERCALL, 0);
	ck_assert_ok(thread_suspend(vmm.cap));
	ck_assert_int_eq(state(), STATE_SENDING);
	machine_check();
	task_serve(&vmm, endpoint);
	ck_assert_uint_eq(task_word(&vmm, 2), EXIT_REDELIVERED);
	ck_assert_ok(answer(DISPOSITION_STEP));
	ck_assert_int_eq(state(), STATE_READY);
}
END_TEST

/* A VMM that calls on: the guest's time goes to whom it calls. */
START_TEST(a_vmm_calls_on)
{
	struct task driver = task_new_passive();
	cap_t other = object_new(OBJECT_ENDPOINT, 0);

	task_serve(&driver, other);
	start();
	exits(EXIT_MEMORY, 0);
	ck_assert(!task_call(&vmm, other, 5, 6));
	ck_assert_ptr_eq(driver.thread->context.sc, object_of(guest.sc));
	ck_assert(!task_reply_recv(&driver, other, 1, 0));
	ck_assert_ok(answer(DISPOSITION_RESUME));
	ck_assert_ptr_eq(guest.vcpu->context.sc, object_of(guest.sc));
}
END_TEST

/* The line that a device server clears while a guest that was reset has configured nothing is down when it has. */
START_TEST(line_over_a_reset)
{
	const uint64_t configuration = SLOT_CONFIGURE | SLOT_NUMBER(40) | SLOT_GROUP1 |
				       SLOT_ENABLED | SLOT_LEVEL;
	cap_t line = object_new(OBJECT_NOTIFICATION, 0);
	uint64_t bits;
	uint64_t pending;
	uint64_t active;

	ck_assert_ok(notification_bind_slot(line, guest.cap, 40));
	ck_assert_ok(vcpu_set_slot(guest.cap, 40, configuration));
	start();
	task_syscall(&root, SYS_SIGNAL, line, 0, (const uint64_t[MESSAGE_WORDS]){ 0 }, 0);
	ck_assert_ok(vcpu_query_slots(guest.cap, &pending, &active));
	ck_assert_uint_eq(pending, BIT(40));
	exits(EXIT_HYPERCALL, 0);
	ck_assert_ok(vcpu_start(guest.cap));
	ck_assert_ok(answer(DISPOSITION_PARK));
	ck_assert_uint_eq(task_label(&vmm), LABEL_EXIT + EXIT_START);
	ck_assert_ok(notification_clear(line, &bits));
	ck_assert_ok(vcpu_set_slot(guest.cap, 40, configuration));
	ck_assert_ok(vcpu_query_slots(guest.cap, &pending, &active));
	ck_assert_uint_eq(pending, 0);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("exit");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, begins_with_start);
	tcase_add_test(tcase, parks_and_starts_again);
	tcase_add_test(tcase, a_start_is_new);
	tcase_add_test(tcase, what_an_exit_says);
	tcase_add_test(tcase, dispositions);
	tcase_add_test(tcase, what_dispositions_do);
	tcase_add_test(tcase, wrong_answers_change_nothing);
	tcase_add_test(tcase, the_page_is_taken_once);
	tcase_add_test(tcase, told_again);
	tcase_add_test(tcase, told_to_who_comes_later);
	tcase_add_test(tcase, a_vmm_calls_on);
	tcase_add_test(tcase, line_over_a_reset);
	return machine_main("exit", &tcase, 1);
}
