/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest's VS-mode state.
 */
#include <address_space.h>
#include <arch/cpu.h>
#include <arch/features.h>
#include <arch/guest.h>
#include <arch/instruction.h>
#include <vcpu.h>

#define VSSIP           BIT(INTERRUPT_VS_SOFTWARE)
#define VSSTATUS_UXL_64 (2UL << 32)
/* vsie and vsip have the bits of VS-mode's interrupts where S-mode's are, one below hvip's. */
#define VS_ENABLES(vsie) ((vsie) << 1)

#define REGISTER_A0 10

static bool is_resident(const struct vcpu *vcpu)
{
	return vcpu == vcpu_resident();
}

static uint64_t enabled_interrupts(const struct vcpu *vcpu)
{
	return is_resident(vcpu) ? read_csr(vsie) : vcpu->arch.vsie;
}

uint64_t arch_vcpu_timer(const struct vcpu *vcpu)
{
	if (!features.sstc || !(enabled_interrupts(vcpu) & BIT(INTERRUPT_TIMER)))
		return DEADLINE_NEVER;
	return is_resident(vcpu) ? read_csr(vstimecmp) : vcpu->arch.vstimecmp;
}

bool arch_vcpu_is_interrupted(const struct vcpu *vcpu, uint64_t slots)
{
	uint64_t pending = is_resident(vcpu) ? read_csr(hvip) & VSSIP : vcpu->arch.hvip;

	for (slots &= ~vcpu->slots.active; slots; slots &= slots - 1)
		pending |= arch_slot_interrupt(vcpu->slots.number[__builtin_ctzll(slots)]);
	return (pending & VS_ENABLES(enabled_interrupts(vcpu))) ||
	       arch_vcpu_timer(vcpu) <= arch_counter();
}

void arch_vcpu_unload(struct vcpu *vcpu)
{
	struct arch_vcpu *arch = &vcpu->arch;

#define SAVE(name) arch->name = read_csr(name);
	VS_REGISTERS(SAVE)
#undef SAVE
	arch->vsatp = read_csr(vsatp);
	if (features.sstc)
		arch->vstimecmp = read_csr(vstimecmp);
	if (features.scontext)
		arch->scontext = read_csr(scontext);
	slots_fold(&vcpu->slots);
	arch->hvip = swap_csr(hvip, 0) & VSSIP;
}

void arch_vcpu_load(struct vcpu *vcpu)
{
	const struct arch_vcpu *arch = &vcpu->arch;

	/* Nothing is translated by the tables of one guest under the VMID of another ("Memory-Management Fences"). */
	write_csr(vsatp, 0);
	space_load_guest((struct address_space *)vcpu->space.object, vcpu);
#define LOAD(name) write_csr(name, arch->name);
	VS_REGISTERS(LOAD)
#undef LOAD
	if (features.sstc)
		write_csr(vstimecmp, arch->vstimecmp);
	if (features.scontext)
		write_csr(scontext, arch->scontext);
	write_csr(hvip, arch->hvip);
	write_csr(vsatp, arch->vsatp);
}

void arch_vcpu_init(struct vcpu *vcpu)
{
	fp_init(&vcpu->arch.fp);
	vcpu_page(vcpu)->features = (features.sstc ? FEATURE_SSTC : 0) |
				    (features.vector ? FEATURE_V : 0);
}

void arch_vcpu_reset(struct vcpu *vcpu)
{
	vcpu->arch = (struct arch_vcpu){ .vsstatus = VSSTATUS_UXL_64, .vstimecmp = DEADLINE_NEVER };
	*vcpu->context.registers = (struct registers){ .mode = MODE_SUPERVISOR };
}

bool arch_vcpu_registers_take(struct vcpu *vcpu, const struct registers *page,
			      struct registers *registers)
{
	const uint64_t *from = (const uint64_t *)page;
	uint64_t *to = (uint64_t *)registers;

	(void)vcpu;
	for (unsigned int i = 0; i < sizeof(*page) / sizeof(*from); i++)
		to[i] = READ_ONCE(from[i]);
	registers->x[0] = 0;
	return registers->mode <= MODE_SUPERVISOR;
}

void arch_vcpu_registers_put(struct vcpu *vcpu, const struct registers *registers)
{
	*vcpu->context.registers = *registers;
}

static void set_register(struct vcpu *vcpu, uint64_t index, uint64_t value)
{
	if (index)
		vcpu->context.registers->x[index] = value;
}

static void complete_load(struct vcpu *vcpu, uint64_t instruction, uint64_t value)
{
	uint64_t funct3 = INSTRUCTION_FUNCT3(instruction);
	unsigned int bits = 8U << FUNCT3_SIZE(funct3);

	if (bits < 64) {
		value &= BIT(bits) - 1;
		if (!(funct3 & FUNCT3_UNSIGNED) && (value & BIT(bits - 1)))
			value |= ~(BIT(bits) - 1);
	}
	set_register(vcpu, INSTRUCTION_RD(instruction), value);
}

void arch_vcpu_skip(struct vcpu *vcpu, uint64_t instruction)
{
	vcpu->context.registers->pc += instruction_length(instruction);
}

void arch_vcpu_step(struct vcpu *vcpu, const uint64_t results[4])
{
	const struct exit *exit = &vcpu->exit;

	switch (exit->kind) {
	case EXIT_MEMORY:
		if ((exit->access & (ACCESS_DECODED | ACCESS_WRITE)) == ACCESS_DECODED)
			complete_load(vcpu, exit->detail, results[0]);
		break;
	case EXIT_HYPERCALL:
		set_register(vcpu, REGISTER_A0, results[0]);
		set_register(vcpu, REGISTER_A0 + 1, results[1]);
		break;
	case EXIT_REGISTER:
		set_register(vcpu, INSTRUCTION_RD(exit->detail), results[0]);
		break;
	default:
		break;
	}
	arch_vcpu_skip(vcpu, exit->detail);
}

/* "Trap Entry": into VS-mode. */
void arch_vcpu_take_exception(struct vcpu *vcpu, uint64_t cause, uint64_t value)
{
	struct registers *registers = vcpu->context.registers;
	uint64_t status;

	vcpu_load(vcpu);
	status = read_csr(vsstatus);
	write_csr(vscause, cause);
	write_csr(vstval, value);
	write_csr(vsepc, registers->pc);
	write_csr(vsstatus, (status & ~(SSTATUS_SPP | SSTATUS_SPIE | SSTATUS_SIE)) |
				    (registers->mode ? SSTATUS_SPP : 0) |
				    (status & SSTATUS_SIE ? SSTATUS_SPIE : 0));
	/* Below its lowest two bits is how interrupts are taken. */
	registers->pc = read_csr(vstvec) & ~3UL;
	registers->mode = MODE_SUPERVISOR;
}

/* An access fault. */
void arch_vcpu_abort(struct vcpu *vcpu)
{
	const struct exit *exit = &vcpu->exit;
	uint64_t cause = exit->access & ACCESS_WRITE ? CAUSE_STORE_ACCESS : CAUSE_LOAD_ACCESS;

	if (exit->kind == EXIT_FETCH)
		cause = CAUSE_FETCH_ACCESS;
	arch_vcpu_take_exception(vcpu, cause, exit->fault_address);
}

/* Of a load or store only the transformed instruction is known. */
void arch_vcpu_undefined(struct vcpu *vcpu)
{
	const struct exit *exit = &vcpu->exit;

	arch_vcpu_take_exception(vcpu, CAUSE_ILLEGAL, exit->kind == EXIT_MEMORY ? 0 : exit->detail);
}
