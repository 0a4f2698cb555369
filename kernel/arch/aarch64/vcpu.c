/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest's EL1 state.
 */
#include <address_space.h>
#include <arch/cpu.h>
#include <arch/esr.h>
#include <arch/hcr.h>
#include <arch/irq.h>
#include <vcpu.h>

#define ICH_VMCR_EL2  S3_4_C12_C11_7
#define ICH_AP0R0_EL2 S3_4_C12_C8_0
#define ICH_AP1R0_EL2 S3_4_C12_C9_0
#define VDISR_EL2     S3_4_C12_C1_1

/* PSTATE as in SPSR_EL2 for exceptions from AArch64, C5.2.19. */
#define PSTATE_NZCV    (0xfUL << 28)
#define PSTATE_TCO     BIT(25)
#define PSTATE_DIT     BIT(24)
#define PSTATE_UAO     BIT(23)
#define PSTATE_PAN     BIT(22)
#define PSTATE_IL      BIT(20)
#define PSTATE_ALLINT  BIT(13)
#define PSTATE_SSBS    BIT(12)
#define PSTATE_BTYPE   (3UL << 10)
#define PSTATE_DAIF    (0xfUL << 6)
#define PSTATE_AARCH32 BIT(4)
#define PSTATE_MODE    0xfUL
#define MODE_EL0T      0UL
#define MODE_EL1T      4UL
#define MODE_EL1H      5UL

/* What a VMM may put into PSTATE beside the mode. */
#define PSTATE_FREE                                                                        \
	(PSTATE_NZCV | PSTATE_TCO | PSTATE_DIT | PSTATE_UAO | PSTATE_PAN | PSTATE_ALLINT | \
	 PSTATE_SSBS | PSTATE_BTYPE | PSTATE_DAIF)

/* And of a process in AArch32 (the same for exceptions from AArch32): all but SS and IL. */
#define PSTATE32_FREE 0xffcfffe0UL

#define SCTLR_SPAN  BIT(23)
#define SCTLR_DSSBS BIT(44)
/* SCTLR_EL1 at reset: MMU and caches off, the bits that are one where a feature is absent. D24.2.174 */
#define SCTLR_RESET 0x30d00980UL

static bool has_ras(void)
{
	return read_sysreg(id_aa64pfr0_el1) >> 28 & 0xf;
}

/* The timer's interrupt came and is not ended: its physical active state belongs to this VCpu. */
static bool timer_in_flight(const struct vcpu *vcpu)
{
	return slots_in_flight(&vcpu->slots, IRQ_VIRTUAL_TIMER);
}

/* Enabled and not masked, it wakes the VCpu at its time. */
uint64_t arch_vcpu_timer(const struct vcpu *vcpu)
{
	const struct arch_vcpu *arch = &vcpu->arch;
	bool ticks = (arch->cntv_ctl & 3) == 1 && !timer_in_flight(vcpu);

	return ticks ? arch->cntv_cval : DEADLINE_NEVER;
}

void arch_vcpu_unload(struct vcpu *vcpu)
{
	struct arch_vcpu *arch = &vcpu->arch;

#define SAVE(name, encoding) arch->name = read_sysreg(encoding);
	EL1_REGISTERS(SAVE)
#undef SAVE
	arch->cntv_ctl = read_sysreg(CNTV_CTL_EL02);
	write_sysreg(CNTV_CTL_EL02, 0);
	slots_fold(&vcpu->slots);
	arch->vmcr = read_sysreg(ICH_VMCR_EL2);
	arch->ap0r = read_sysreg(ICH_AP0R0_EL2);
	arch->ap1r = read_sysreg(ICH_AP1R0_EL2);
	/* The timer's interrupt is on its way to this guest: another's timer must be able to come meanwhile. */
	if (timer_in_flight(vcpu))
		arch_irq_set_active(IRQ_VIRTUAL_TIMER, false);
}

void arch_vcpu_load(struct vcpu *vcpu)
{
	const struct arch_vcpu *arch = &vcpu->arch;

	/* With TGE set nothing is translated for guests while the registers are of two of them. */
	write_sysreg(hcr_el2, HCR_HOST);
	isb();
#define LOAD(name, encoding) write_sysreg(encoding, arch->name);
	EL1_REGISTERS(LOAD)
#undef LOAD
	write_sysreg(vmpidr_el2, vcpu->id | BIT(31));
	/* A guest's DISR_EL1; guests are told that there is none. */
	if (has_ras())
		write_sysreg(VDISR_EL2, 0);
	write_sysreg(ICH_VMCR_EL2, arch->vmcr);
	write_sysreg(ICH_AP0R0_EL2, arch->ap0r);
	write_sysreg(ICH_AP1R0_EL2, arch->ap1r);
	if (timer_in_flight(vcpu))
		arch_irq_set_active(IRQ_VIRTUAL_TIMER, true);
	write_sysreg(CNTV_CTL_EL02, arch->cntv_ctl);
	/* The stage-1 registers are in place before the walk that uses them can begin. */
	isb();
	space_load_guest((struct address_space *)vcpu->space.object, vcpu);
}

/* The identification registers, op0=3, op1=0, CRn=0: no register with a name is left out by reading all of them. */
static void read_id_registers(uint64_t id[ID_REGISTERS])
{
#define ID(crm, op2) id[((crm)-1) * 8 + (op2)] = read_sysreg(S3_0_C0_C##crm##_##op2);
#define ID_ROW(crm) \
	ID(crm, 0) ID(crm, 1) ID(crm, 2) ID(crm, 3) ID(crm, 4) ID(crm, 5) ID(crm, 6) ID(crm, 7)
	ID_ROW(1) ID_ROW(2) ID_ROW(3) ID_ROW(4) ID_ROW(5) ID_ROW(6) ID_ROW(7)
#undef ID_ROW
#undef ID
}

void arch_vcpu_init(struct vcpu *vcpu)
{
	fp_init(&vcpu->arch.fp);
	slots_tie(&vcpu->slots, IRQ_VIRTUAL_TIMER, IRQ_VIRTUAL_TIMER, true);
	read_id_registers(vcpu_page(vcpu)->id);
}

void arch_vcpu_reset(struct vcpu *vcpu)
{
	vcpu->arch = (struct arch_vcpu){ .sctlr = SCTLR_RESET };
	*vcpu->context.registers = (struct registers){ .pstate = PSTATE_DAIF | MODE_EL1H };
}

/* A processor that runs processes in AArch32 says so in ID_AA64PFR0_EL1.EL0. */
static bool has_aarch32(void)
{
	return (read_sysreg(id_aa64pfr0_el1) & 0xf) == 2;
}

static bool pstate_valid(uint64_t pstate)
{
	uint64_t mode = pstate & PSTATE_MODE;

	if (pstate & ~(PSTATE_FREE | PSTATE_MODE))
		return false;
	return mode == MODE_EL0T || mode == MODE_EL1T || mode == MODE_EL1H;
}

/*
 * An illegal return of the guest's own sets IL, and an interrupt may come before the exception that follows ("Illegal return
 * events from AArch64 state"). Ours with such a PSTATE is legal where the mode is, and the guest takes its exception then.
 */
bool arch_pstate_valid(uint64_t pstate)
{
	pstate &= ~PSTATE_IL;
	if (pstate & PSTATE_AARCH32)
		return has_aarch32() && !(pstate & ~(PSTATE32_FREE | PSTATE_AARCH32));
	return pstate_valid(pstate);
}

bool arch_vcpu_registers_take(struct vcpu *vcpu, const struct registers *page,
			      struct registers *registers)
{
	const uint64_t *from = (const uint64_t *)page;
	uint64_t *to = (uint64_t *)registers;

	for (unsigned int i = 0; i < sizeof(*page) / sizeof(*from); i++)
		to[i] = READ_ONCE(from[i]);
	/* As it was is always good: the guest got there by itself. */
	return registers->pstate == vcpu->context.registers->pstate ||
	       pstate_valid(registers->pstate);
}

void arch_vcpu_registers_put(struct vcpu *vcpu, const struct registers *registers)
{
	*vcpu->context.registers = *registers;
}

static void set_register(struct vcpu *vcpu, uint64_t index, uint64_t value)
{
	if (index != 31)
		vcpu->context.registers->x[index] = value;
}

/* A load's result in its register: ISS of a data abort, SAS, SSE, SRT, SF. */
static void complete_load(struct vcpu *vcpu, uint64_t value)
{
	uint64_t esr = vcpu->exit.syndrome;
	unsigned int bits = 8U << (esr >> 22 & 3);
	bool sign = esr & BIT(21);
	bool wide = esr & BIT(15);

	if (bits < 64) {
		value &= BIT(bits) - 1;
		if (sign && (value & BIT(bits - 1)))
			value |= ~(BIT(bits) - 1);
	}
	set_register(vcpu, esr >> 16 & 31, wide ? value : (uint32_t)value);
}

/* The IT block that an AArch32 process is in goes on by one instruction: PSTATE.IT, ITAdvance() of the Arm ARM. */
static uint64_t advance_it(uint64_t pstate)
{
	uint64_t it = (pstate >> 25 & 3) | (pstate >> 10 & 0x3f) << 2;

	it = it & 7 ? (it & 0xe0) | (it << 1 & 0x1f) : 0;
	return (pstate & ~(3UL << 25 | 0x3fUL << 10)) | (it & 3) << 25 | it >> 2 << 10;
}

void arch_vcpu_skip(struct vcpu *vcpu, uint64_t esr)
{
	struct registers *registers = vcpu->context.registers;

	registers->pc += esr & ESR_IL ? 4 : 2;
	if (registers->pstate & PSTATE_AARCH32)
		registers->pstate = advance_it(registers->pstate);
	else
		registers->pstate &= ~PSTATE_BTYPE;
}

void arch_vcpu_step(struct vcpu *vcpu, const uint64_t results[4])
{
	struct registers *registers = vcpu->context.registers;
	const struct exit *exit = &vcpu->exit;

	switch (exit->kind) {
	case EXIT_MEMORY:
		if ((exit->access & (ACCESS_DECODED | ACCESS_WRITE)) == ACCESS_DECODED)
			complete_load(vcpu, results[0]);
		break;
	case EXIT_HYPERCALL:
	case EXIT_FIRMWARE:
		for (unsigned int i = 0; i < 4; i++)
			registers->x[i] = results[i];
		break;
	case EXIT_REGISTER:
		if (!(exit->access & ACCESS_WRITE))
			set_register(vcpu, exit->detail, results[0]);
		break;
	default:
		break;
	}
	/* An HVC's preferred return address is behind it already (D1.3.6). */
	if (exit->kind != EXIT_HYPERCALL)
		arch_vcpu_skip(vcpu, exit->syndrome);
}

/* Make the guest take a synchronous exception at EL1 with this syndrome (AArch64.TakeException). */
static void take_exception(struct vcpu *vcpu, uint64_t esr, bool has_address)
{
	struct registers *registers = vcpu->context.registers;
	uint64_t pstate = registers->pstate;
	uint64_t mode = pstate & PSTATE_MODE;
	uint64_t offset = 0x400;
	uint64_t sctlr;

	vcpu_load(vcpu);
	sctlr = read_sysreg(S3_5_C1_C0_0);
	if (pstate & PSTATE_AARCH32)
		offset = 0x600;
	else if (mode == MODE_EL1H)
		offset = 0x200;
	else if (mode == MODE_EL1T)
		offset = 0x000;
	write_sysreg(S3_5_C5_C2_0, esr);
	if (has_address)
		write_sysreg(S3_5_C6_C0_0, vcpu->exit.fault_address);
	write_sysreg(S3_5_C4_C0_1, registers->pc);
	write_sysreg(S3_5_C4_C0_0, pstate);
	registers->pc = read_sysreg(S3_5_C12_C0_0) + offset;
	registers->pstate = (pstate & (PSTATE_NZCV | PSTATE_DIT | PSTATE_PAN)) | PSTATE_DAIF |
			    MODE_EL1H;
	if (!(sctlr & SCTLR_SPAN))
		registers->pstate |= PSTATE_PAN;
	if (sctlr & SCTLR_DSSBS)
		registers->pstate |= PSTATE_SSBS;
}

void arch_vcpu_abort(struct vcpu *vcpu)
{
	const struct exit *exit = &vcpu->exit;
	uint64_t mode = vcpu->context.registers->pstate & (PSTATE_MODE | PSTATE_AARCH32);
	bool same_level = mode == MODE_EL1H || mode == MODE_EL1T;
	uint64_t class = ESR_CLASS(exit->syndrome) == CLASS_FETCH ? CLASS_FETCH : CLASS_DATA;
	/* External abort, on a walk with its level or not, with the write bit of the access. */
	uint64_t iss = exit->access & ACCESS_WALK ? 0x14 | (exit->syndrome & 3) : 0x10;

	if (class == CLASS_DATA && (exit->access & ACCESS_WRITE))
		iss |= BIT(6);
	take_exception(vcpu, (class + same_level) << 26 | ESR_IL | iss, true);
}

/*
 * FEAT_IDST: an UNDEFINED read among the identification registers (op0 3, op1 0, 1 and 3, CRn 0, CRm 0 to 7) has the syndrome
 * of a trapped one. All processors with a register there that traps have that feature.
 */
static bool is_identification_read(const struct exit *exit)
{
	uint64_t op1 = REGISTER_OP1_OF(exit->address);

	return exit->kind == EXIT_REGISTER && !(exit->access & ACCESS_WRITE) &&
	       REGISTER_OP0_OF(exit->address) == 3 && op1 <= 3 && op1 != 2 &&
	       REGISTER_CRN_OF(exit->address) == 0 && REGISTER_CRM_OF(exit->address) < 8;
}

void arch_vcpu_undefined(struct vcpu *vcpu)
{
	uint64_t esr = vcpu->exit.syndrome;

	if (vcpu->exit.kind == EXIT_HYPERCALL)
		vcpu->context.registers->pc -= esr & ESR_IL ? 4 : 2;
	take_exception(vcpu, is_identification_read(&vcpu->exit) ? esr : esr & ESR_IL, false);
}

bool arch_vcpu_translate(struct vcpu *vcpu, uint64_t address, bool write, uint64_t *physical)
{
	bool user = (vcpu->context.registers->pstate & PSTATE_MODE) == MODE_EL0T;
	uint64_t par;
	uint64_t kept;
	uint64_t hcr;

	vcpu_load(vcpu);
	kept = read_sysreg(par_el1);
	hcr = arch_regime_enter(HCR_GUEST);
	if (user && write)
		__asm__ volatile("at s1e0w, %0" ::"r"(address));
	else if (user)
		__asm__ volatile("at s1e0r, %0" ::"r"(address));
	else if (write)
		__asm__ volatile("at s1e1w, %0" ::"r"(address));
	else
		__asm__ volatile("at s1e1r, %0" ::"r"(address));
	isb();
	par = read_sysreg(par_el1);
	write_sysreg(par_el1, kept);
	arch_regime_leave(hcr);
	*physical = (par & 0x000ffffffffff000UL) | (address & (PAGE_SIZE - 1));
	return !(par & 1);
}
