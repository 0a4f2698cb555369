/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Traps: by the exception class of ESR_EL2 (Arm ARM D24.2.40), to a system call, a fault, an exit, or something that
 * the kernel does itself.
 */
#include <arch/cpu.h>
#include <arch/entry.h>
#include <arch/esr.h>
#include <arch/hcr.h>
#include <console.h>
#include <exit.h>
#include <ipc.h>
#include <sched.h>
#include <syscall.h>

/* Data aborts, D24.2.40. */
#define DATA_ISV           BIT(24)
#define DATA_SIZE(esr)     ((esr) >> 22 & 3)
#define DATA_REGISTER(esr) ((esr) >> 16 & 31)
#define DATA_CM            BIT(8)
#define DATA_WALK          BIT(7)
#define DATA_WRITE         BIT(6)
#define ABORT_STATUS(esr)  ((esr)&0x3c) /* without the level */
#define STATUS_TRANSLATION 0x04
#define STATUS_ACCESS      0x08
#define STATUS_PERMISSION  0x0c

/* Trapped MSR, MRS. */
#define REGISTER_READ    BIT(0)
#define REGISTER_RT(esr) ((esr) >> 5 & 31)
#define REGISTER_NAME    0x3ffc1eUL

typedef void (*vcpu_trap)(struct vcpu *vcpu, uint64_t esr);

static uint64_t general_register(const struct vcpu *vcpu, uint64_t index)
{
	return index == 31 ? 0 : vcpu->context.registers->x[index];
}

static void trap_wfi(struct vcpu *vcpu, uint64_t esr)
{
	arch_vcpu_skip(vcpu, esr);
	vcpu_idle(vcpu);
}

static void trap_fp(struct vcpu *vcpu, uint64_t esr)
{
	(void)esr;
	fp_take(&vcpu->context);
}

static void trap_hypercall(struct vcpu *vcpu, uint64_t esr)
{
	exit_new(vcpu, EXIT_HYPERCALL, esr)->address = esr & ESR_IMMEDIATE;
	exit_raise(vcpu);
}

static void trap_firmware(struct vcpu *vcpu, uint64_t esr)
{
	exit_new(vcpu, EXIT_FIRMWARE, esr)->address = esr & ESR_IMMEDIATE;
	exit_raise(vcpu);
}

static void trap_register(struct vcpu *vcpu, uint64_t esr)
{
	struct exit *exit = exit_new(vcpu, EXIT_REGISTER, esr);

	exit->address = esr & REGISTER_NAME;
	exit->detail = REGISTER_RT(esr);
	if (!(esr & REGISTER_READ)) {
		exit->access = ACCESS_WRITE;
		exit->value = general_register(vcpu, exit->detail);
	}
	exit_raise(vcpu);
}

static void trap_other(struct vcpu *vcpu, uint64_t esr)
{
	exit_new(vcpu, EXIT_OTHER, esr)->fault_address = read_sysreg(far_el2);
	exit_raise(vcpu);
}

/*
 * The guest-physical address of an abort. HPFAR_EL2 has it, but for permission faults outside walks (D24.2.59):
 * there the guest's own translation says it. False: that translation has changed, and the access may be tried again.
 */
static bool fault_physical(struct vcpu *vcpu, uint64_t esr, uint64_t far, uint64_t *address)
{
	if (ABORT_STATUS(esr) == STATUS_PERMISSION && !(esr & DATA_WALK))
		return arch_vcpu_translate(vcpu, far, esr & DATA_WRITE, address);
	*address = (read_sysreg(hpfar_el2) & 0xfffffffffff0UL) << 8 | (far & (PAGE_SIZE - 1));
	return true;
}

/* Data and fetch aborts of stage 2; anything else that comes as an abort is the VMM's to judge. */
static struct exit *abort_exit(struct vcpu *vcpu, enum exit_kind kind, uint64_t esr)
{
	uint64_t status = ABORT_STATUS(esr);
	uint64_t far = read_sysreg(far_el2);
	struct exit *exit;
	uint64_t address;

	if (status != STATUS_TRANSLATION && status != STATUS_ACCESS &&
	    status != STATUS_PERMISSION) {
		trap_other(vcpu, esr);
		return NULL;
	}
	if (!fault_physical(vcpu, esr, far, &address)) {
		if (kind == EXIT_MEMORY)
			return NULL;
		/* From a page that can only be executed: a translation for reading says nothing. */
		address = 0;
	}
	exit = exit_new(vcpu, kind, esr);
	exit->address = address;
	exit->fault_address = far;
	if (status == STATUS_PERMISSION)
		exit->access |= ACCESS_PERMISSION;
	/* Where in its page the table's entry is, nobody says. */
	if (esr & DATA_WALK) {
		exit->access |= ACCESS_WALK;
		exit->address = align_down(address, PAGE_SIZE);
	}
	return exit;
}

static void trap_data(struct vcpu *vcpu, uint64_t esr)
{
	struct exit *exit = abort_exit(vcpu, EXIT_MEMORY, esr);

	if (!exit)
		return;
	if (esr & DATA_WRITE)
		exit->access |= ACCESS_WRITE;
	if ((esr & (DATA_ISV | DATA_WALK | DATA_CM)) == DATA_ISV) {
		uint64_t size = DATA_SIZE(esr);
		uint64_t mask = size == 3 ? ~0ULL : BIT(8U << size) - 1;

		exit->access |= ACCESS_DECODED | size;
		if (esr & DATA_WRITE)
			exit->value = general_register(vcpu, DATA_REGISTER(esr)) & mask;
	}
	exit_access(vcpu);
}

static void trap_fetch(struct vcpu *vcpu, uint64_t esr)
{
	if (abort_exit(vcpu, EXIT_FETCH, esr))
		exit_raise(vcpu);
}

/* What is not here is trap_other(). */
static const vcpu_trap vcpu_traps[64] = {
	[CLASS_WFI] = trap_wfi,           [CLASS_FP] = trap_fp,
	[CLASS_HVC] = trap_hypercall,     [CLASS_SMC] = trap_firmware,
	[CLASS_REGISTER] = trap_register, [CLASS_FETCH] = trap_fetch,
	[CLASS_DATA] = trap_data,
};

static void vcpu_trapped(struct vcpu *vcpu, uint64_t esr)
{
	vcpu_trap trap = vcpu_traps[ESR_CLASS(esr)];

	if (trap)
		trap(vcpu, esr);
	else
		trap_other(vcpu, esr);
}

static void thread_trap(struct thread *thread, uint64_t esr)
{
	if (ESR_CLASS(esr) == CLASS_SVC && (esr & ESR_IMMEDIATE) == 0)
		syscall(thread);
	else if (ESR_CLASS(esr) == CLASS_FP)
		fp_take(&thread->context);
	else
		ipc_fault(thread, esr, read_sysreg(far_el2));
}

struct resume trap_sync(void)
{
	uint64_t esr = read_sysreg(esr_el2);

	if (core.current->kind == CONTEXT_THREAD)
		thread_trap(thread_of(core.current), esr);
	else
		vcpu_trapped(vcpu_of(core.current), esr);
	return sched_leave();
}

/* Whoever ran when an asynchronous error came gets it: a guest as a virtual SError, a server as its fault. */
struct resume trap_serror(void)
{
	uint64_t esr = read_sysreg(esr_el2);

	if (core.current->kind == CONTEXT_VCPU)
		write_sysreg(hcr_el2, read_sysreg(hcr_el2) | HCR_VSE);
	else
		ipc_fault(thread_of(core.current), esr, 0);
	return sched_leave();
}

/* An exception in the kernel itself. */
_Noreturn void trap_kernel(uint64_t vector, const uint64_t *x)
{
	console_print("\nCloister: exception %lu in the kernel: ESR_EL2 0x%08lx FAR_EL2 0x%016lx\n",
		      vector, read_sysreg(esr_el2), read_sysreg(far_el2));
	for (unsigned int i = 0; i < 31; i++)
		console_print("x%u%s 0x%016lx%s", i, i < 10 ? " " : "", x[i],
			      i % 3 == 2 ? "\n" : "  ");
	console_print("pc  0x%016lx  pstate 0x%08lx\n  #0 kernel 0x%016lx\n", read_sysreg(elr_el2),
		      read_sysreg(spsr_el2), read_sysreg(elr_el2));
	panic("an exception in the kernel");
}
