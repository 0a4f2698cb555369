/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processor: time, who runs, and the ways out of the kernel that do not return.
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <address_space.h>
#include <arch/cpu.h>
#include <arch/fake.h>
#include <arch/irq.h>
#include <irq.h>
#include <arch/registers.h>
#include <vcpu.h>
#include <boot.h>
#include <console.h>
#include <exit.h>
#include <ipc.h>
#include <sched.h>
#include <syscall.h>
#include <thread.h>

struct fake fake;

static jmp_buf idle_jump;
static bool idle_interrupted;
static jmp_buf end_jump;
static bool end_expected;

void fake_start(void)
{
	fake = (struct fake){ .clock = 1000,
			      .timer = DEADLINE_NEVER,
			      .idle = true,
			      .absence = fake.absence,
			      .space_ids = fake.space_ids ? fake.space_ids : 256 };
	fake.list_registers = 4;
	fake_memory_start();
	fake_tlb_start();
	fake_list_registers_start();
}

uint64_t arch_counter(void)
{
	return fake.clock;
}

void arch_timer_set(uint64_t when)
{
	fake.timer = when;
}

bool arch_instructions(uint64_t *guest, uint64_t *others)
{
	*guest = fake.instructions;
	*others = fake.instructions / 2;
	return fake.instructions;
}

/* When the next interrupt of a timer comes. */
static uint64_t next_timer(void)
{
	const struct vcpu *vcpu = vcpu_resident();
	uint64_t when = fake.timer;

	if (vcpu && !fake.timers_unheard && vcpu->arch.timer < when &&
	    !fake_irq_active(IRQ_VIRTUAL_TIMER))
		when = vcpu->arch.timer;
	return when;
}

uint64_t arch_idle(void)
{
	uint64_t when = next_timer();

	if (idle_interrupted)
		when = fake.clock;
	else if (when > fake.idle_until) {
		if (fake.clock < fake.idle_until)
			fake.clock = fake.idle_until;
		longjmp(idle_jump, 1);
	}
	idle_interrupted = false;
	if (fake.clock < when)
		fake.clock = when;
	when = fake.clock;
	fake.clock += fake.work;
	arch_irq_handle();
	return when;
}

static void load_process(const struct slot *space)
{
	BUG_ON(space->type != OBJECT_ADDRESS_SPACE);
	space_load((struct address_space *)space->object, false);
}

void arch_switch(struct context *from, struct context *to)
{
	BUG_ON(from != core.current || to == from);
	BUG_ON(to->state != STATE_READY || !to->sc);
	fake.clock += fake.work;
	if (to->kind == CONTEXT_VCPU)
		vcpu_load(vcpu_of(to));
	else
		load_process(&thread_of(to)->space_binding);
}

void arch_registers_init(struct registers *registers, uint64_t pc, uint64_t sp)
{
	*registers = (struct registers){ .pc = pc, .sp = sp };
}

void arch_registers_arguments(struct registers *registers, uint64_t argument0, uint64_t argument1)
{
	registers->x[0] = argument0;
	registers->x[1] = argument1;
}

/* Entries. */

/* What entry.S of a real architecture does after each: load who goes on. */
static void resume(struct resume who)
{
	BUG_ON(who.registers != core.current->registers);
	fake.idle = false;
	idle_interrupted = false;
	fake.clock += fake.work;
	if (who.returned)
		*who.returned = fake.clock;
}

/* Behind what the running context did. */
static void leave(void)
{
	fake.clock += fake.work;
	if (setjmp(idle_jump))
		fake.idle = true;
	else
		resume(sched_leave());
}

void fake_boot(const struct manifest *manifest)
{
	resume(kernel_main(manifest));
}

void fake_syscall(void)
{
	BUG_ON(fake.idle);
	core.current->registers->pc += 4;
	syscall(thread_of(core.current));
	leave();
}

void fake_fault(uint64_t cause, uint64_t address)
{
	BUG_ON(fake.idle);
	ipc_fault(thread_of(core.current), cause, address);
	leave();
}

void fake_interrupt(void)
{
	uint64_t when = fake.clock;

	/* Who sleeps is in arch_idle(). */
	idle_interrupted = fake.idle;
	if (setjmp(idle_jump)) {
		fake.idle = true;
		return;
	}
	if (fake.idle) {
		resume(sched_leave());
		return;
	}
	fake.clock += fake.work;
	resume(irq_trap(when));
}

void fake_guest_exit(const struct exit *exit)
{
	struct vcpu *vcpu = vcpu_of(core.current);
	uint64_t sequence = vcpu->exit.sequence;

	BUG_ON(fake.idle);
	vcpu->exit = *exit;
	vcpu->exit.sequence = sequence;
	vcpu->exit.was = STATE_READY;
	if (exit->kind == EXIT_MEMORY)
		exit_access(vcpu);
	else
		exit_raise(vcpu);
	leave();
}

void fake_guest_wait(void)
{
	BUG_ON(fake.idle);
	vcpu_idle(vcpu_of(core.current));
	leave();
}

void fake_pass(uint64_t until)
{
	fake.idle_until = until;
	while (fake.idle ? fake.clock < until : next_timer() <= until) {
		if (!fake.idle && fake.clock < next_timer())
			fake.clock = next_timer();
		fake_interrupt();
	}
	if (fake.clock < until)
		fake.clock = until;
	fake.idle_until = 0;
}

/* Ends. */

static _Noreturn void end(enum fake_end how)
{
	if (!end_expected) {
		fprintf(stderr, "the machine ended (%d): %s\n", how, fake_console_text());
		abort();
	}
	longjmp(end_jump, how);
}

enum fake_end fake_try(void (*function)(void *argument), void *argument)
{
	enum fake_end how = setjmp(end_jump);

	if (how == FAKE_RETURNED) {
		end_expected = true;
		function(argument);
	}
	end_expected = false;
	return how;
}

void arch_halt(void)
{
	end(FAKE_HALTED);
}

void arch_system_off(void)
{
	end(FAKE_OFF);
}

void arch_system_reset(void)
{
	end(FAKE_RESET);
}

void arch_backtrace(void)
{
	console_print("  (no calls are kept)\n");
}
