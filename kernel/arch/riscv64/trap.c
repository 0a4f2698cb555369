/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Traps: by scause, to a system call, a fault, or what guest.c does for a VCpu; and the kernel's own.
 */
#include <arch/cpu.h>
#include <arch/entry.h>
#include <arch/fp.h>
#include <arch/guest.h>
#include <console.h>
#include <ipc.h>
#include <sched.h>
#include <syscall.h>
#include <vcpu.h>

static void thread_trap(struct thread *thread, uint64_t cause)
{
	if (cause == CAUSE_ECALL_USER) {
		/* sepc is at the ECALL, which is four bytes. */
		thread->registers.pc += 4;
		syscall(thread);
	} else if (cause != CAUSE_ILLEGAL || !fp_take(&thread->context)) {
		ipc_fault(thread, cause, read_csr(stval));
	}
}

struct resume trap_sync(uint64_t cause)
{
	if (core.current->kind == CONTEXT_THREAD)
		thread_trap(thread_of(core.current), cause);
	else
		guest_trapped(vcpu_of(core.current), cause);
	return sched_leave();
}

/* Where a trap may come, and what follows then: FIXUP() makes these. */
struct fixup {
	uint64_t from;
	uint64_t to;
};

extern const struct fixup __fixups_start[], __fixups_end[];

static const struct fixup *find_fixup(uint64_t pc)
{
	uint64_t count = ((uint64_t)__fixups_end - (uint64_t)__fixups_start) / sizeof(struct fixup);

	for (uint64_t i = 0; i < count; i++)
		if (__fixups_start[i].from == pc)
			return &__fixups_start[i];
	return NULL;
}

uint64_t trap_kernel(const uint64_t *x)
{
	uint64_t pc = read_csr(sepc);
	const struct fixup *fixup = find_fixup(pc);

	if (fixup)
		return fixup->to;
	console_print("\nCloister: a trap in the kernel: scause 0x%lx stval 0x%016lx\n",
		      read_csr(scause), read_csr(stval));
	for (unsigned int i = 1; i < 32; i++)
		console_print("x%u%s 0x%016lx%s", i, i < 10 ? " " : "", x[i],
			      i % 3 == 0 ? "\n" : "  ");
	console_print("pc  0x%016lx  sstatus 0x%lx\n  #0 kernel 0x%016lx\n", pc, read_csr(sstatus),
		      pc);
	panic("a trap in the kernel");
}
