/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What comes from VS and VU: by scause, to an exit, or to something that the kernel does itself.
 */
#include <arch/cpu.h>
#include <arch/features.h>
#include <arch/guest.h>
#include <arch/instruction.h>
#include <exit.h>
#include <vcpu.h>

/*
 * A guest's own exceptions go to it at once. Not the illegal instruction: it can be one that only lacks its registers (fp.c).
 * All of VS-mode's interrupts are its own.
 */
#define DELEGATED                                                                           \
	(BIT(CAUSE_FETCH_MISALIGNED) | BIT(CAUSE_BREAKPOINT) | BIT(CAUSE_LOAD_MISALIGNED) | \
	 BIT(CAUSE_STORE_MISALIGNED) | BIT(CAUSE_ECALL_USER) | BIT(CAUSE_FETCH_PAGE) |      \
	 BIT(CAUSE_LOAD_PAGE) | BIT(CAUSE_STORE_PAGE))
#define VS_INTERRUPTS \
	(BIT(INTERRUPT_VS_SOFTWARE) | BIT(INTERRUPT_VS_TIMER) | BIT(INTERRUPT_VS_EXTERNAL))

/* hstateen0: senvcfg is the guest's own (State Enable Extension, "State Enable 0 Registers"). */
#define STATEEN_ENVCFG BIT(62)

void guest_start(void)
{
	write_csr(hstatus, HSTATUS_VSXL_64 | HSTATUS_VTW);
	write_csr(hedeleg, DELEGATED);
	write_csr(hideleg, VS_INTERRUPTS);
	write_csr(hvip, 0);
	write_csr(hie, 0);
	write_csr(hgeie, 0);
	write_csr(htimedelta, 0);
	write_csr(hcounteren, COUNTEREN_TM);
	write_csr(scounteren, COUNTEREN_TM);
	write_csr(henvcfg, features.sstc ? HENVCFG_STCE : 0);
	write_csr(senvcfg, 0);
	if (features.stateen) {
		write_csr(hstateen0, STATEEN_ENVCFG);
		write_csr(sstateen0, 0);
	}
}

void guest_enter(struct vcpu *vcpu)
{
	set_csr(hstatus, HSTATUS_SPV);
	write_csr(senvcfg, vcpu->arch.senvcfg);
	write_csr(scounteren, vcpu->arch.scounteren);
}

void guest_leave(struct vcpu *vcpu)
{
	clear_csr(hstatus, HSTATUS_SPV);
	vcpu->arch.senvcfg = swap_csr(senvcfg, 0);
	vcpu->arch.scounteren = swap_csr(scounteren, COUNTEREN_TM);
}

#define NO_HALF (~0UL)

/* Half an instruction, or NO_HALF: HLVX.HU, with the rights of a fetch in the mode that trapped (hstatus.SPVP). */
static uint64_t fetch_half(uint64_t address)
{
	uint64_t status = read_csr(hstatus);
	uint64_t half = NO_HALF;

	__asm__ volatile("1:\t.insn r 0x73, 4, 0x32, %0, %1, x3\n2:\n\t" FIXUP(1b, 2b)
			 : "+r"(half)
			 : "r"(address)
			 : "memory");
	write_csr(hstatus, status);
	return half;
}

/* The instruction that trapped; 0: it is not there any more. */
static uint64_t fetch(const struct vcpu *vcpu)
{
	uint64_t pc = vcpu->context.registers->pc;
	uint64_t low = fetch_half(pc);
	uint64_t high;

	if (low == NO_HALF)
		return 0;
	if ((low & 3) != 3)
		return low;
	high = fetch_half(pc + 2);
	return high == NO_HALF ? 0 : high << 16 | low;
}

static void trap_other(struct vcpu *vcpu, uint64_t cause)
{
	exit_new(vcpu, EXIT_OTHER, cause)->fault_address = read_csr(stval);
	exit_raise(vcpu);
}

static void trap_hypercall(struct vcpu *vcpu, uint64_t cause)
{
	exit_new(vcpu, EXIT_HYPERCALL, cause)->detail = INSTRUCTION_ECALL;
	exit_raise(vcpu);
}

static void trap_illegal(struct vcpu *vcpu, uint64_t cause)
{
	if (!fp_take(&vcpu->context))
		arch_vcpu_take_exception(vcpu, cause, read_csr(stval));
}

static void trap_register(struct vcpu *vcpu, uint64_t instruction)
{
	struct exit *exit = exit_new(vcpu, EXIT_REGISTER, instruction);
	uint64_t funct3 = INSTRUCTION_FUNCT3(instruction);
	uint64_t rs1 = INSTRUCTION_RS1(instruction);

	exit->address = REGISTER_CSR(INSTRUCTION_CSR(instruction)) |
			REGISTER_OPERATION(FUNCT3_OPERATION(funct3));
	exit->value = funct3 & FUNCT3_IMMEDIATE ? rs1 : vcpu->context.registers->x[rs1];
	exit->detail = instruction;
	/* To set or clear nothing is no write; a register that holds 0 is another thing. */
	if (FUNCT3_OPERATION(funct3) == CSR_WRITE || rs1)
		exit->access = ACCESS_WRITE;
	exit_raise(vcpu);
}

/* What the guest may not do, but the kernel might ("Trap Cause Codes"). */
static void trap_virtual(struct vcpu *vcpu, uint64_t cause)
{
	uint64_t value = read_csr(stval);
	uint64_t instruction = value ? value : fetch(vcpu);
	struct exit *exit;

	/* In VU-mode it is an illegal instruction, as in U-mode where it would wait without a bound ("Wait for Interrupt"). */
	if (instruction == INSTRUCTION_WFI && vcpu->context.registers->mode == MODE_USER) {
		arch_vcpu_take_exception(vcpu, CAUSE_ILLEGAL, instruction);
		return;
	}
	if (instruction == INSTRUCTION_WFI) {
		arch_vcpu_skip(vcpu, instruction);
		vcpu_idle(vcpu);
		return;
	}
	if (INSTRUCTION_OPCODE(instruction) == OPCODE_SYSTEM &&
	    FUNCT3_OPERATION(INSTRUCTION_FUNCT3(instruction))) {
		trap_register(vcpu, instruction);
		return;
	}
	exit = exit_new(vcpu, EXIT_OTHER, cause);
	exit->fault_address = instruction;
	exit->detail = instruction;
	exit_raise(vcpu);
}

/* htinst of a fault in the guest's own walk of its tables, by a read or a write ("Special pseudoinstruction values"). */
static bool is_walk(uint64_t htinst)
{
	return htinst == 0x3000 || htinst == 0x3020;
}

/* A guest-page fault. The address is htval's, which must be there (Shtvala): 0 is one as any other. */
static struct exit *fault_exit(struct vcpu *vcpu, enum exit_kind kind, uint64_t cause)
{
	const struct address_space *space = (struct address_space *)vcpu->space.object;
	struct exit *exit = exit_new(vcpu, kind, cause);
	uint64_t page = read_csr(htval) << 2;

	exit->fault_address = read_csr(stval);
	exit->address = page | (exit->fault_address & 3);
	if (is_walk(read_csr(htinst))) {
		exit->address = align_down(page, PAGE_SIZE);
		exit->access |= ACCESS_WALK;
	}
	if (guest_entry(space, page))
		exit->access |= ACCESS_PERMISSION;
	return exit;
}

static void trap_fetch(struct vcpu *vcpu, uint64_t cause)
{
	fault_exit(vcpu, EXIT_FETCH, cause);
	exit_raise(vcpu);
}

/* What htinst says of the instruction; 0: nothing, or something of a kind that came later. */
static uint64_t transformed(void)
{
	uint64_t htinst = read_csr(htinst);

	return (htinst & 1) && !(htinst >> 32) ? htinst : 0;
}

/* A load or store of a general register that is told whole. */
static void decode(const struct vcpu *vcpu, struct exit *exit, uint64_t instruction)
{
	uint64_t opcode = INSTRUCTION_OPCODE(instruction | 2);
	uint64_t funct3 = INSTRUCTION_FUNCT3(instruction);
	uint64_t size = FUNCT3_SIZE(funct3);
	uint64_t value;

	/* In the place of rs1: of a misaligned access the part from here on has faulted. */
	if (INSTRUCTION_RS1(instruction))
		return;
	if (opcode == OPCODE_LOAD && funct3 != FUNCT3_NO_LOAD) {
		exit->access |= ACCESS_DECODED | size;
	} else if (opcode == OPCODE_STORE && funct3 == size) {
		value = vcpu->context.registers->x[INSTRUCTION_RS2(instruction)];
		exit->value = size == 3 ? value : value & (BIT(8U << size) - 1);
		exit->access |= ACCESS_DECODED | size;
	}
}

static void trap_memory(struct vcpu *vcpu, uint64_t cause)
{
	struct exit *exit = fault_exit(vcpu, EXIT_MEMORY, 0);
	uint64_t instruction = transformed();

	if (cause == CAUSE_STORE_GUEST_PAGE)
		exit->access |= ACCESS_WRITE;
	if (instruction)
		decode(vcpu, exit, instruction);
	else if (!(exit->access & ACCESS_WALK))
		instruction = fetch(vcpu);
	exit->syndrome = instruction;
	exit->detail = instruction;
	exit_access(vcpu);
}

/* What is not here is trap_other(). */
static void (*const traps[])(struct vcpu *vcpu, uint64_t cause) = {
	[CAUSE_ILLEGAL] = trap_illegal,        [CAUSE_ECALL_GUEST] = trap_hypercall,
	[CAUSE_FETCH_GUEST_PAGE] = trap_fetch, [CAUSE_LOAD_GUEST_PAGE] = trap_memory,
	[CAUSE_VIRTUAL] = trap_virtual,        [CAUSE_STORE_GUEST_PAGE] = trap_memory,
};

void guest_trapped(struct vcpu *vcpu, uint64_t cause)
{
	if (cause < ARRAY_SIZE(traps) && traps[cause])
		traps[cause](vcpu, cause);
	else
		trap_other(vcpu, cause);
}
