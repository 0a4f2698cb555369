/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A VMM that answers its guest's exits with anything: labels, words, sequence numbers, and what stands in the page that it
 * can write. An answer is taken as a whole or not at all, by the rules of idl/kernel.idl; after it the guest has the registers
 * that were asked for, with a PSTATE that a guest can have, and slots that are configured so.
 */
#include <string.h>

#include "fuzz.h"
#include "kernel_guest.h"
#include "slot_changes.h"

/* What the guest did last. */
static struct exit made;

/* The guest before an answer, and what it is expected to be behind it. */
struct picture {
	struct registers registers;
	uint64_t enabled, level, line, group1;
	uint8_t priority[VCPU_SLOTS];
	uint16_t number[VCPU_SLOTS];
};

static bool is_pstate(uint64_t pstate)
{
	return pstate == 0 || pstate == 4 || pstate == FAKE_PSTATE_KERNEL;
}

/* Field by field: what is between them counts for nothing. */
static void take_picture(struct picture *picture)
{
	const struct slots *slots = &guest.vcpu->slots;

	memset(picture, 0, sizeof(*picture));
	picture->registers = *guest.vcpu->context.registers;
	picture->enabled = slots->enabled;
	picture->level = slots->level;
	picture->line = slots->line;
	picture->group1 = slots->group1;
	memcpy(picture->priority, slots->priority, sizeof(picture->priority));
	memcpy(picture->number, slots->number, sizeof(picture->number));
}

static void set_bit(uint64_t *word, uint64_t bit, bool on)
{
	*word = (*word & ~BIT(bit)) | (on ? BIT(bit) : 0);
}

static void change_slot(struct picture *picture, uint32_t slot, uint64_t change)
{
	if (change & SLOT_SET_LINE)
		set_bit(&picture->line, slot, change & SLOT_LINE);
	if (!(change & SLOT_CONFIGURE))
		return;
	picture->number[slot] = (uint16_t)SLOT_NUMBER_OF(change);
	picture->priority[slot] = (uint8_t)SLOT_PRIORITY_OF(change);
	set_bit(&picture->enabled, slot, change & SLOT_ENABLED);
	set_bit(&picture->level, slot, change & SLOT_LEVEL);
	set_bit(&picture->group1, slot, change & SLOT_GROUP1);
}

/* Whether each kind of exit allows a disposition: idl/kernel.idl, `exit_kind` and `disposition`. */
static bool is_allowed(uint8_t kind, uint64_t disposition)
{
	switch (disposition) {
	case DISPOSITION_RESUME:
		return kind != EXIT_START;
	case DISPOSITION_STEP:
		return kind != EXIT_START && kind != EXIT_EVENT && kind != EXIT_FETCH;
	case DISPOSITION_PARK:
		return true;
	case DISPOSITION_ABORT:
	case DISPOSITION_UNDEFINED:
		return kind != EXIT_START && kind != EXIT_EVENT;
	case DISPOSITION_START:
		return kind == EXIT_START || kind == EXIT_EVENT;
	default:
		return false;
	}
}

static bool is_right(uint64_t label, uint64_t sequence)
{
	const struct vcpu_update *update = vcpu_update(guest.vcpu);
	const uint64_t known = REPLY_DISPOSITION_MASK | REPLY_REGISTERS | REPLY_SLOTS |
			       REPLY_REARM | REPLY_FENCE;

	if (label & ~known || sequence != guest.vcpu->exit.sequence ||
	    !is_allowed(guest.vcpu->exit.kind, REPLY_DISPOSITION_OF(label)))
		return false;
	if (REPLY_DISPOSITION_OF(label) == DISPOSITION_START && !(label & REPLY_REGISTERS))
		return false;
	if (label & REPLY_REGISTERS && !is_pstate(update->registers.pstate))
		return false;
	if (!(label & REPLY_SLOTS))
		return true;
	for (uint32_t i = 0; i < VCPU_SLOTS; i++)
		if (update->slots.configure >> i & 1 && update->slots.number[i] >= 1020)
			return false;
	return true;
}

/* The exit's instruction is done. */
static void step_over(struct registers *registers, const struct exit *exit, const uint64_t *words)
{
	registers->pc += 4;
	if (exit->kind == EXIT_HYPERCALL || exit->kind == EXIT_FIRMWARE)
		memcpy(registers->x, words, 4 * sizeof(*words));
	else if (exit->kind == EXIT_MEMORY &&
		 (exit->access & (ACCESS_DECODED | ACCESS_WRITE)) == ACCESS_DECODED)
		registers->x[exit->detail] = words[0];
	else if (exit->kind == EXIT_REGISTER && !(exit->access & ACCESS_WRITE))
		registers->x[exit->detail] = words[0];
}

static void expect_answer(struct picture *picture, const struct exit *exit, uint64_t label,
			  const uint64_t *words)
{
	const struct vcpu_update *update = vcpu_update(guest.vcpu);

	if (label & REPLY_REGISTERS)
		picture->registers = update->registers;
	for (uint32_t i = 0; label & REPLY_SLOTS && i < VCPU_SLOTS; i++)
		change_slot(picture, i, slot_changes_of(&update->slots, i));
	switch (REPLY_DISPOSITION_OF(label)) {
	case DISPOSITION_STEP:
		step_over(&picture->registers, exit, words);
		break;
	case DISPOSITION_ABORT:
		picture->registers.pc = FAKE_VECTOR_ABORT;
		break;
	case DISPOSITION_UNDEFINED:
		picture->registers.pc = FAKE_VECTOR_UNDEFINED;
		break;
	}
}

static void fill_page(void)
{
	struct vcpu_update *update = vcpu_update(guest.vcpu);
	uint64_t *values = (uint64_t *)&update->registers;
	uint64_t start = input_16() * 0x9e3779b97f4a7c15;
	uint8_t how = input_8();

	for (size_t i = 0; i < sizeof(update->registers) / sizeof(*values); i++)
		values[i] = start * (i + 1);
	update->registers.pstate = how & 1 ? FAKE_PSTATE_KERNEL : input_below(9);
	memset(&update->slots, how & 2 ? 0 : (int)(start >> 56), sizeof(update->slots));
	if (how & 4)
		memset(update->slots.number, 0, sizeof(update->slots.number));
	for (uint32_t i = 0; i < 4; i++)
		slot_changes_put(&update->slots, input_below(VCPU_SLOTS), input_64());
}

/* A label that the exit may like, in half of all cases. */
static uint64_t some_label(void)
{
	uint64_t label = input_16();

	if (label & 0x8000)
		return label & 0x7f;
	return label & 0x4000 ? input_64() : label & 0x75;
}

static bool has_exit(void)
{
	return vmm.thread->context.state == STATE_READY &&
	       vmm.thread->context.caller == &guest.vcpu->context;
}

static void answer(void)
{
	uint64_t label = some_label();
	uint64_t words[MESSAGE_WORDS] = { input_16(), input_16(), 3, 4, guest.vcpu->exit.sequence };
	struct exit exit = guest.vcpu->exit;
	/* Once this is answered it begins anew. */
	bool anew = guest.vcpu->restart;
	struct picture expected;
	struct picture found;
	bool right;
	bool over;

	if (!has_exit())
		return;
	if (input_8() < 8)
		words[4] = input_edge(words[4]);
	if (label & (REPLY_REGISTERS | REPLY_SLOTS))
		fill_page();
	right = is_right(label, words[4]);
	take_picture(&expected);
	if (right)
		expect_answer(&expected, &exit, label, words);
	over = task_syscall(&vmm, SYS_REPLY_RECV, endpoint, label, words,
			    input_8() & 1 ? DEADLINE_NEVER : fake.clock + input_8());
	take_picture(&found);
	expect((right && anew) || !__builtin_memcmp(&expected, &found, sizeof(found)));
	if (right) {
		expect(!over || task_status(&vmm) == OK || task_status(&vmm) == ERR_DEADLINE);
		return;
	}
	expect(over && task_status(&vmm) == ERR_REPLY);
	expect(has_exit() && guest_state() == STATE_CALLING);
	expect(guest.vcpu->exit.pending && guest.vcpu->exit.sequence == exit.sequence &&
	       guest.vcpu->exit.kind == exit.kind);
}

/* The guest exits; its VMM is told what it did. */
static void guest_exits(void)
{
	if (guest_state() != STATE_READY)
		return;
	made = (struct exit){ .kind = (uint8_t)(EXIT_MEMORY + input_below(6)),
			      .address = input_16(),
			      .access = input_8() & (ACCESS_SIZE_MASK | ACCESS_WRITE |
						     ACCESS_DECODED | ACCESS_PERMISSION),
			      .value = input_8(),
			      .syndrome = input_8(),
			      .detail = input_below(31) };
	machine_run_guest(&guest);
	fake_guest_exit(&made);
	if (!has_exit() || vmm.thread->context.state != STATE_READY)
		return;
	expect(task_label(&vmm) == LABEL_EXIT + made.kind);
	expect(task_word(&vmm, 0) == guest.vcpu->exit.sequence);
	expect(task_word(&vmm, 1) == made.address && task_word(&vmm, 2) == made.access);
	expect(task_word(&vmm, 3) == made.value && task_word(&vmm, 4) == made.syndrome);
}

/* What the root server does to the guest, and the VMM's peers. */
static void manage(void)
{
	switch (input_below(8)) {
	case 0:
		vcpu_stop(guest.cap, 0);
		break;
	case 1:
		vcpu_resume(guest.cap);
		break;
	case 2:
		vcpu_start(guest.cap);
		break;
	case 3:
		if (guest_state() != STATE_READY)
			return;
		machine_run_guest(&guest);
		fake_guest_wait();
		break;
	case 4:
		fake_pass(fake.clock + input_8());
		break;
	case 5:
		thread_suspend(vmm.cap);
		task_serve(&vmm, endpoint);
		break;
	default:
		ck_assert_ok(notification_signal(event));
		break;
	}
}

/* It asks for the next message, and gets the exit again. */
static void ask_again(void)
{
	if (vmm.thread->context.state == STATE_READY && vmm.thread->context.lender)
		task_recv(&vmm, endpoint);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	input_begin(data, size);
	if (root.thread)
		machine_clear();
	else
		machine_start();
	guest_make();
	while (input_more()) {
		/* What is due comes first. */
		fake_pass(fake.clock);
		switch (input_below(8)) {
		case 0:
			manage();
			break;
		case 1:
			ask_again();
			break;
		case 2:
		case 3:
		case 4:
			guest_exits();
			break;
		default:
			answer();
			break;
		}
		expect(is_pstate(guest.vcpu->context.registers->pstate));
		machine_check();
	}
	return 0;
}
