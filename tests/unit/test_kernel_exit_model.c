/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exits at random, against a model: one guest, its VMM, which answers rightly or wrongly, dies and is replaced, signals, and
 * stop, resume and start. The model says of each call what it comes to, who has the exit, and what the guest does.
 */
#include "kernel_guest.h"

#include <exit.h>

#define STEPS 100000

static struct {
	bool pending; /* an exit, as it was made: */
	bool redelivered;
	uint32_t kind;
	uint64_t sequence;
	uint64_t told; /* the bits of an event, or how many starts there were */
	enum context_state was;
	bool held;                /* by the VMM; else it waits for one */
	bool alive;               /* the VMM */
	enum context_state state; /* what the guest is but for exits and stops */
	bool stopped, restart, armed;
	uint64_t bits, starts;
} model;

static struct task other_vmm;

/* The VMM takes what waits. */
static void deliver(void)
{
	if (model.pending && model.alive)
		model.held = true;
}

static void raise(uint32_t kind, uint64_t told)
{
	model.pending = true;
	model.redelivered = false;
	model.kind = kind;
	model.told = told;
	model.was = model.state;
	model.sequence++;
	deliver();
}

static void begin(void)
{
	model.restart = false;
	raise(EXIT_START, model.starts++);
}

static void tell(void)
{
	if (!model.armed || model.pending || model.stopped || !model.bits)
		return;
	model.armed = false;
	raise(EXIT_EVENT, model.bits);
	model.bits = 0;
}

/* The VMM has let go of an exit without an answer. */
static void put_back(void)
{
	if (model.held)
		model.redelivered = true;
	model.held = false;
}

/* Steps: each does the same to the kernel and to the model. */

static bool guest_runs(void)
{
	return !model.pending && !model.stopped && model.state == STATE_READY;
}

static void step_guest(void)
{
	if (!guest_runs())
		return;
	machine_run_guest(&guest);
	if (random_below(8)) {
		fake_guest_exit(&(struct exit){ .kind = EXIT_HYPERCALL });
		raise(EXIT_HYPERCALL, 0);
	} else {
		fake_guest_wait();
		model.state = STATE_IDLE;
	}
}

static void step_signal(void)
{
	uint64_t bits = 1UL << random_below(4);

	notification_signal(event + 1 + (cap_t)__builtin_ctzll(bits));
	model.bits |= bits;
	tell();
}

static bool is_allowed(uint64_t label)
{
	uint64_t disposition = label & 0xf;
	uint64_t flags = label & ~0xfUL;
	bool registers = flags & REPLY_REGISTERS;

	if (flags & ~(uint64_t)(REPLY_REGISTERS | REPLY_SLOTS | REPLY_REARM | REPLY_FENCE))
		return false;
	if (registers && vcpu_update(guest.vcpu)->registers.pstate != FAKE_PSTATE_KERNEL)
		return false;
	if ((flags & REPLY_SLOTS) && vcpu_update(guest.vcpu)->slots.configure)
		return false;
	switch (disposition) {
	case DISPOSITION_RESUME:
		return model.kind != EXIT_START;
	case DISPOSITION_PARK:
		return true;
	case DISPOSITION_START:
		return model.kind != EXIT_HYPERCALL && registers;
	case DISPOSITION_STEP:
	case DISPOSITION_ABORT:
	case DISPOSITION_UNDEFINED:
		return model.kind == EXIT_HYPERCALL;
	default:
		return false;
	}
}

static void model_answer(uint64_t label)
{
	uint64_t disposition = label & 0xf;

	model.pending = model.held = false;
	if (label & REPLY_REARM)
		model.armed = true;
	if (disposition == DISPOSITION_PARK)
		model.state = STATE_PARKED;
	else if (disposition == DISPOSITION_RESUME && model.kind == EXIT_EVENT)
		model.state = model.was;
	else
		model.state = STATE_READY;
	if (model.stopped)
		return;
	if (model.restart)
		begin();
	else
		tell();
}

/* Right in half of all cases; else anything: an old or future exit's number, what the exit does not allow. */
static void step_answer(void)
{
	struct vcpu_update *update = vcpu_update(guest.vcpu);
	uint64_t sequence = model.sequence + (random_below(4) ? 0 : random_below(5)) - 2;
	uint64_t label = random_below(7) | random_below(32) << 4;
	bool right;
	bool over;

	if (!model.held)
		return;
	if (random_below(2)) {
		sequence = model.sequence;
		label &= REPLY_REARM;
		label |= model.kind == EXIT_HYPERCALL ? DISPOSITION_STEP :
			 model.kind == EXIT_EVENT     ? DISPOSITION_RESUME :
							DISPOSITION_START | REPLY_REGISTERS;
	} else if (random_below(2)) {
		sequence = model.sequence;
	}
	update->registers = (struct registers){
		.pstate = random_below(8) ? FAKE_PSTATE_KERNEL : 9,
	};
	/* Of a number that is none. */
	update->slots.configure = random_below(4) ? 0 : 1;
	update->slots.number[0] = 1020;
	right = sequence == model.sequence && is_allowed(label);
	over = task_syscall(&vmm, SYS_REPLY_RECV, endpoint, label,
			    (const uint64_t[MESSAGE_WORDS]){ 0, 0, 0, 0, sequence },
			    DEADLINE_NEVER);
	if (right)
		model_answer(label);
	else
		expect(over && task_status(&vmm) == ERR_REPLY);
	expect(over == model.held);
}

/* It asks for the next message, and gets the same exit again. */
static void step_forget(void)
{
	if (!model.held)
		return;
	expect(task_recv(&vmm, endpoint));
	put_back();
	deliver();
}

static void step_die(void)
{
	expect(thread_suspend(vmm.cap) == OK);
	put_back();
	model.alive = false;
}

static void step_replace(void)
{
	struct task old = vmm;

	if (model.alive)
		return;
	if (random_below(2)) {
		vmm = other_vmm;
		other_vmm = old;
	}
	task_serve(&vmm, endpoint);
	model.alive = true;
	deliver();
}

static void step_stop(void)
{
	expect(vcpu_stop(guest.cap, 0) == (model.stopped ? ERR_STATE : OK));
	model.stopped = true;
}

static void step_resume(void)
{
	expect(vcpu_resume(guest.cap) == (model.stopped ? OK : ERR_STATE));
	if (!model.stopped)
		return;
	model.stopped = false;
	if (model.pending)
		return;
	if (model.restart)
		begin();
	else
		tell();
}

static void step_start(void)
{
	bool may = model.pending || model.stopped || model.state == STATE_PARKED;

	expect(vcpu_start(guest.cap) == (may ? OK : ERR_STATE));
	if (!may)
		return;
	model.stopped = false;
	model.restart = model.pending;
	if (!model.restart)
		begin();
}

/* What is so in the kernel, and in the VMM's registers. */

static enum context_state expected_state(void)
{
	if (model.pending)
		return model.held ? STATE_CALLING : STATE_SENDING;
	return model.stopped ? STATE_STOPPED : model.state;
}

static void check_message(void)
{
	expect(vmm.thread->context.caller == &guest.vcpu->context);
	expect(task_word(&vmm, 0) == model.sequence || task_status(&vmm) != OK);
	if (task_status(&vmm) != OK)
		return;
	expect(task_label(&vmm) == LABEL_EXIT + model.kind);
	expect(task_word(&vmm, 1) == (model.kind == EXIT_EVENT ? model.told : 0));
	expect(task_word(&vmm, 2) == (model.redelivered ? EXIT_REDELIVERED : 0));
	expect(task_word(&vmm, 3) == (model.kind == EXIT_START ? model.told : 0));
}

static void check(void)
{
	uint64_t exits = 0;
	uint64_t waits;

	expect(guest_state() == expected_state());
	expect(vmm.thread->context.state == (!model.alive ? STATE_STOPPED :
					     model.held   ? STATE_READY :
							    STATE_RECEIVING));
	if (model.held)
		check_message();
	expect(vcpu_statistics(guest.cap, &exits, &waits) == OK && exits == model.sequence);
	machine_check();
}

START_TEST(random_steps)
{
	static void (*const steps[])(void) = {
		step_guest,  step_guest,  step_guest,   step_answer, step_answer, step_answer,
		step_signal, step_forget, step_replace, step_stop,   step_resume, step_resume,
	};
	static void (*const rare[])(void) = { step_die, step_start, step_replace };

	other_vmm = task_new_passive();
	/* A copy, and right behind it one for each of the bits 0 to 3. */
	event = minted(event, RIGHTS_ALL, 0);
	for (unsigned int i = 0; i < 4; i++)
		ck_assert_uint_eq(minted(event, RIGHT_WRITE, 1UL << i), event + 1 + i);
	model.alive = model.armed = true;
	model.state = STATE_PARKED;
	begin();
	check();
	for (unsigned int i = 0; i < STEPS; i++) {
		if (random_below(10))
			steps[random_below(ARRAY_SIZE(steps))]();
		else
			rare[random_below(ARRAY_SIZE(rare))]();
		check();
	}
	/* It came to something. */
	ck_assert_uint_ge(model.sequence, STEPS / 20);
	ck_assert_uint_ge(model.starts, STEPS / 1000);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("exit model");

	tcase_add_checked_fixture(tcase, guest_setup, guest_teardown);
	tcase_set_timeout(tcase, 100);
	tcase_add_test(tcase, random_steps);
	return machine_main("exit model", &tcase, 1);
}
