/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processor as the kernel uses it: timer, switching, the end.
 */
#include <address_space.h>
#include <arch/cpu.h>
#include <arch/features.h>
#include <arch/guest.h>
#include <arch/irq.h>
#include <arch/registers.h>
#include <arch/sbi.h>
#include <console.h>
#include <sched.h>
#include <thread.h>
#include <vcpu.h>

uint64_t counter_frequency;

void arch_cpu_start(void)
{
	clear_csr(sstatus, SSTATUS_SUM | SSTATUS_MXR);
	guest_start();
	fp_switch(NULL);
	arch_timer_set(DEADLINE_NEVER);
	write_csr(sie, INTERRUPTS);
}

/* One that has come is pending until another time is set: DEADLINE_NEVER takes it away. */
void arch_timer_set(uint64_t when)
{
	if (features.sstc)
		write_csr(stimecmp, when);
	else
		sbi_set_timer(when);
}

uint64_t arch_idle(void)
{
	uint64_t when;
	/* WFI ends also for interrupts that are not ours: those of a guest whose state is on the core. */
	uint64_t guests = swap_csr(hie, 0);

	__asm__ volatile("wfi" ::: "memory");
	when = arch_counter();
	write_csr(hie, guests);
	arch_irq_handle();
	return when;
}

void arch_switch(struct context *from, struct context *to)
{
	if (from->kind == CONTEXT_VCPU)
		guest_leave(vcpu_of(from));
	fp_switch(to);
	if (to->kind == CONTEXT_VCPU) {
		vcpu_load(vcpu_of(to));
		guest_enter(vcpu_of(to));
	} else {
		space_load((struct address_space *)thread_of(to)->space_binding.object, false);
	}
}

void arch_registers_init(struct registers *registers, uint64_t pc, uint64_t sp)
{
	*registers = (struct registers){ .pc = pc, .mode = MODE_USER };
	registers->x[REGISTER_SP] = sp;
}

void arch_registers_arguments(struct registers *registers, uint64_t argument0, uint64_t argument1)
{
	registers->x[REGISTER_A0] = argument0;
	registers->x[REGISTER_A1] = argument1;
}

/* Whose privilege modes an instruction was retired in, the counters do not tell apart without Smcntrpmf or Sscofpmf. */
bool arch_instructions(uint64_t *guest, uint64_t *others)
{
	(void)guest;
	(void)others;
	return false;
}

void arch_halt(void)
{
	write_csr(sie, 0);
	for (;;)
		__asm__ volatile("wfi");
}

static _Noreturn void firmware(uint64_t type)
{
	panic("the firmware refuses a system reset of type %lu: error %lx", type,
	      sbi_system_reset(type));
}

void arch_system_off(void)
{
	firmware(SBI_SHUTDOWN);
}

void arch_system_reset(void)
{
	firmware(SBI_COLD_REBOOT);
}

extern char boot_stack_top[];

/* Below each frame pointer is where to return to, and below that the caller's (RISC-V ABIs, "Frame Pointer Convention"). */
void arch_backtrace(void)
{
	const uint64_t *frame = __builtin_frame_address(0);

	for (unsigned int i = 0; i < 32; i++) {
		uint64_t at = (uint64_t)frame;

		if (at > (uint64_t)boot_stack_top || at < (uint64_t)boot_stack_top - 16368 ||
		    !aligned(at, 8))
			return;
		if (frame[-1])
			console_print("  #%u kernel 0x%016lx\n", i, frame[-1] - 4);
		frame = (const uint64_t *)frame[-2];
	}
}
