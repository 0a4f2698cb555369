/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest's state.
 */
#include <address_space.h>
#include <arch/fake.h>
#include <arch/irq.h>
#include <vcpu.h>

/* The timer's interrupt came and is not ended: its physical active state belongs to this VCpu. */
static bool timer_in_flight(const struct vcpu *vcpu)
{
	return slots_in_flight(&vcpu->slots, IRQ_VIRTUAL_TIMER);
}

uint64_t arch_vcpu_timer(const struct vcpu *vcpu)
{
	return timer_in_flight(vcpu) ? DEADLINE_NEVER : vcpu->arch.timer;
}

bool arch_vcpu_timer_is_heard(void)
{
	return !fake.timers_unheard;
}

bool arch_vcpu_is_interrupted(const struct vcpu *vcpu, uint64_t slots)
{
	bool timer = fake.timers_unheard && vcpu->arch.timer <= fake.clock;

	return !vcpu->arch.masks && (slots || timer);
}

void arch_vcpu_unload(struct vcpu *vcpu)
{
	slots_fold(&vcpu->slots);
	if (timer_in_flight(vcpu))
		arch_irq_set_active(IRQ_VIRTUAL_TIMER, false);
}

void arch_vcpu_load(struct vcpu *vcpu)
{
	BUG_ON(vcpu->space.type != OBJECT_GUEST_SPACE);
	if (timer_in_flight(vcpu))
		arch_irq_set_active(IRQ_VIRTUAL_TIMER, true);
	/* As on the hardware: stage 1 first. */
	fake_tlb_stage1(vcpu->arch.life);
	space_load_guest((struct address_space *)vcpu->space.object, vcpu);
}

void arch_vcpu_init(struct vcpu *vcpu)
{
	vcpu->arch.timer = DEADLINE_NEVER;
	slots_tie(&vcpu->slots, IRQ_VIRTUAL_TIMER, IRQ_VIRTUAL_TIMER, true);
	fp_init(&vcpu->arch.fp);
	for (unsigned int i = 0; i < ID_REGISTERS; i++)
		vcpu_page(vcpu)->id[i] = i;
}

void arch_vcpu_reset(struct vcpu *vcpu)
{
	static uint64_t lives;

	vcpu->arch = (struct arch_vcpu){ .timer = DEADLINE_NEVER, .life = ++lives };
	fp_init(&vcpu->arch.fp);
	*vcpu->context.registers = (struct registers){ .pstate = FAKE_PSTATE_KERNEL };
}

static bool is_pstate(uint64_t pstate)
{
	return pstate == 0 || pstate == 4 || pstate == FAKE_PSTATE_KERNEL;
}

bool arch_vcpu_registers_take(struct vcpu *vcpu, const struct registers *page,
			      struct registers *registers)
{
	(void)vcpu;
	*registers = *page;
	return is_pstate(registers->pstate);
}

void arch_vcpu_registers_put(struct vcpu *vcpu, const struct registers *registers)
{
	*vcpu->context.registers = *registers;
}

void arch_vcpu_step(struct vcpu *vcpu, const uint64_t results[4])
{
	struct registers *registers = vcpu->context.registers;
	const struct exit *exit = &vcpu->exit;

	switch (exit->kind) {
	case EXIT_MEMORY:
		if ((exit->access & (ACCESS_DECODED | ACCESS_WRITE)) == ACCESS_DECODED)
			registers->x[exit->detail] = results[0];
		break;
	case EXIT_HYPERCALL:
	case EXIT_FIRMWARE:
		for (unsigned int i = 0; i < 4; i++)
			registers->x[i] = results[i];
		break;
	case EXIT_REGISTER:
		if (!(exit->access & ACCESS_WRITE))
			registers->x[exit->detail] = results[0];
		break;
	default:
		break;
	}
	registers->pc += 4;
}

void arch_vcpu_abort(struct vcpu *vcpu)
{
	vcpu->context.registers->pc = FAKE_VECTOR_ABORT;
}

void arch_vcpu_undefined(struct vcpu *vcpu)
{
	vcpu->context.registers->pc = FAKE_VECTOR_UNDEFINED;
}

bool arch_vcpu_translate(struct vcpu *vcpu, uint64_t address, bool write, uint64_t *physical)
{
	(void)vcpu;
	*physical = address - FAKE_GUEST_VIRTUAL;
	return address >= FAKE_GUEST_VIRTUAL && !(write && address >= FAKE_GUEST_READ_ONLY);
}

void arch_vcpu_save(struct vcpu *vcpu, struct vcpu_state *state)
{
	const struct arch_vcpu *arch = &vcpu->arch;

	state->registers = *vcpu->context.registers;
	state->v[0] = arch->fp.value;
	state->cntv_cval = arch->timer;
	state->ap1r = arch->handled;
	for (unsigned int i = 0; i < VCPU_SLOTS; i++)
		state->v[i / 8 + 1] = (state->v[i / 8 + 1] & ~(0xffUL << i % 8 * 8)) |
				      (uint64_t)arch->running[i] << i % 8 * 8;
}

bool arch_vcpu_state_valid(const struct vcpu_state *state)
{
	return is_pstate(state->registers.pstate) && state->ap1r <= VCPU_SLOTS;
}

void arch_vcpu_restore(struct vcpu *vcpu, const struct vcpu_state *state)
{
	struct arch_vcpu *arch = &vcpu->arch;

	*vcpu->context.registers = state->registers;
	arch->fp.value = state->v[0];
	arch->timer = state->cntv_cval;
	arch->handled = (uint8_t)state->ap1r;
	for (unsigned int i = 0; i < VCPU_SLOTS; i++)
		arch->running[i] = (uint8_t)(state->v[i / 8 + 1] >> i % 8 * 8);
}
