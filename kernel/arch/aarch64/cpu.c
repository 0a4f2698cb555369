/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processor as the kernel uses it: traps for guests, timer, switching, the end.
 */
#include <address_space.h>
#include <arch/cpu.h>
#include <arch/hcr.h>
#include <arch/irq.h>
#include <arch/registers.h>
#include <console.h>
#include <sched.h>
#include <thread.h>
#include <vcpu.h>

/* PSCI (DEN 0022), 5.9 and 5.11, by SMC. */
#define PSCI_SYSTEM_OFF   0x84000008UL
#define PSCI_SYSTEM_RESET 0x84000009UL

#define SPSR_EL0    0UL
#define HCRX_EL2    S3_4_C1_C2_2
#define VSESR_EL2   S3_4_C5_C2_3
#define HFGRTR_EL2  S3_4_C1_C1_4
#define HFGWTR_EL2  S3_4_C1_C1_5
#define HFGITR_EL2  S3_4_C1_C1_6
#define HDFGRTR_EL2 S3_4_C3_C1_4
#define HDFGWTR_EL2 S3_4_C3_C1_5

static uint64_t field(uint64_t id, unsigned int shift)
{
	return (id >> shift) & 0xf;
}

/* How many event counters there are; 0: no performance monitors that follow the architecture. */
static uint64_t event_counters(void)
{
	uint64_t version = field(read_sysreg(id_aa64dfr0_el1), 8);

	return version == 0 || version == 0xf ? 0 : (read_sysreg(pmcr_el0) >> 11) & 0x1f;
}

/* Debug, profiling and performance monitors are nobody's: accesses trap. MDCR_EL2, D24.3.17. */
static void start_debug(uint64_t counters)
{
	write_sysreg(mdcr_el2,
		     counters | BIT(5) | BIT(6) | BIT(9) | BIT(10) | BIT(11) | BIT(14) | BIT(19));
	write_sysreg(mdscr_el1, 0);
	if (counters)
		write_sysreg(pmuserenr_el0, 0);
}

/* PMEVTYPER<n>_EL0, D24.5.12: the event, and at which levels it does not (P, U) or does (NSH) count. */
#define EVENT_INST_RETIRED 0x08
#define EVENT_NOT_EL1      BIT(31)
#define EVENT_NOT_EL0      BIT(30)
#define EVENT_EL2          BIT(27)

static bool counts_instructions;

/* Counter 0: guests' kernels, counter 1: all others. 64 bits wide where the processor can (PMCR_EL0.LP). */
static void start_counters(uint64_t counters)
{
	if (counters < 2 || !(read_sysreg(pmceid0_el0) & BIT(EVENT_INST_RETIRED)))
		return;
	write_sysreg(pmevtyper0_el0, EVENT_INST_RETIRED | EVENT_NOT_EL0);
	write_sysreg(pmevtyper1_el0, EVENT_INST_RETIRED | EVENT_NOT_EL1 | EVENT_EL2);
	write_sysreg(pmevcntr0_el0, 0);
	write_sysreg(pmevcntr1_el0, 0);
	write_sysreg(pmcr_el0, BIT(0) | BIT(6) | BIT(7));
	write_sysreg(pmcntenset_el0, 3);
	counts_instructions = true;
}

bool arch_instructions(uint64_t *guest, uint64_t *others)
{
	if (!counts_instructions)
		return false;
	isb();
	*guest = read_sysreg(pmevcntr0_el0);
	*others = read_sysreg(pmevcntr1_el0);
	return true;
}

void arch_cpu_start(void)
{
	if (field(read_sysreg(id_aa64mmfr1_el1), 40)) /* HCX */
		write_sysreg(HCRX_EL2, 0);
	if (field(read_sysreg(id_aa64mmfr0_el1), 56)) { /* FGT */
		write_sysreg(HFGRTR_EL2, 0);
		write_sysreg(HFGWTR_EL2, 0);
		write_sysreg(HFGITR_EL2, 0);
		write_sysreg(HDFGRTR_EL2, 0);
		write_sysreg(HDFGWTR_EL2, 0);
	}
	write_sysreg(hstr_el2, 0);
	start_debug(event_counters());
	start_counters(event_counters());
	if (field(read_sysreg(id_aa64pfr0_el1), 28)) /* RAS: what a virtual SError says */
		write_sysreg(VSESR_EL2, 0);
	/* Counters for all; no timers for EL0; a guest's physical timer is its VMM's (bits 0, 1, 10). D24.10.2 */
	write_sysreg(cnthctl_el2, BIT(0) | BIT(1) | BIT(10));
	write_sysreg(cntvoff_el2, 0);
	write_sysreg(CNTV_CTL_EL02, 0);
	write_sysreg(vpidr_el2, read_sysreg(midr_el1));
	write_sysreg(tpidr_el0, 0);
	write_sysreg(tpidrro_el0, 0);
	fp_switch(NULL);
	arch_timer_set(DEADLINE_NEVER);
	isb();
}

void arch_timer_set(uint64_t when)
{
	if (when == DEADLINE_NEVER) {
		write_sysreg(cnthp_ctl_el2, 0);
		return;
	}
	write_sysreg(cnthp_cval_el2, when);
	write_sysreg(cnthp_ctl_el2, 1);
}

uint64_t arch_idle(void)
{
	uint64_t when;
	struct vcpu *vcpu = vcpu_resident();

	/* A virtual interrupt that stands in a list register would not let the core sleep. */
	if (vcpu)
		slots_fold(&vcpu->slots);
	/* The interrupt controller sees that, and the ends of interrupts, by an ISB and a DSB (IHI 0069: see gic.c). */
	__asm__ volatile("isb\n\tdsb sy\n\twfi" ::: "memory");
	when = arch_counter();
	arch_irq_handle();
	return when;
}

void arch_switch(struct context *from, struct context *to)
{
	/* What EL0 shares with guests; SP_EL0 is in entry.S. */
	from->registers->tpidr = read_sysreg(tpidr_el0);
	from->registers->tpidrro = read_sysreg(tpidrro_el0);
	write_sysreg(tpidr_el0, to->registers->tpidr);
	write_sysreg(tpidrro_el0, to->registers->tpidrro);
	fp_switch(to);
	if (from->kind == CONTEXT_VCPU)
		vcpu_of(from)->arch.serror = read_sysreg(hcr_el2) & HCR_VSE;
	if (to->kind == CONTEXT_VCPU) {
		struct vcpu *vcpu = vcpu_of(to);

		vcpu_load(vcpu);
		write_sysreg(hcr_el2, HCR_GUEST | (vcpu->arch.serror ? HCR_VSE : 0));
	} else {
		write_sysreg(hcr_el2, HCR_HOST);
		space_load((struct address_space *)thread_of(to)->space_binding.object, false);
	}
}

void arch_registers_init(struct registers *registers, uint64_t pc, uint64_t sp)
{
	*registers = (struct registers){ .pc = pc, .sp = sp, .pstate = SPSR_EL0 };
}

void arch_registers_arguments(struct registers *registers, uint64_t argument0, uint64_t argument1)
{
	registers->x[0] = argument0;
	registers->x[1] = argument1;
}

void arch_halt(void)
{
	for (;;)
		__asm__ volatile("msr daifset, #0xf\n\twfi");
}

static _Noreturn void firmware(uint64_t function)
{
	register uint64_t x0 __asm__("x0") = function;

	__asm__ volatile("smc #0" : "+r"(x0)::"x1", "x2", "x3", "memory");
	panic("the firmware refuses function %lx: %lx", function, x0);
}

void arch_system_off(void)
{
	firmware(PSCI_SYSTEM_OFF);
}

void arch_system_reset(void)
{
	firmware(PSCI_SYSTEM_RESET);
}

extern char __text_start[], __rodata_start[], boot_stack_top[];

void arch_backtrace(void)
{
	const uint64_t *frame = __builtin_frame_address(0);

	for (unsigned int i = 0; i < 32 && frame; i++) {
		uint64_t at = (uint64_t)frame;

		if (at > (uint64_t)boot_stack_top - 16 || at < (uint64_t)boot_stack_top - 16384 ||
		    !aligned(at, 8))
			return;
		if (frame[1])
			console_print("  #%u kernel 0x%016lx\n", i, frame[1] - 4);
		frame = (const uint64_t *)frame[0];
	}
}
