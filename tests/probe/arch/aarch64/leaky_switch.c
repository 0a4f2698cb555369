/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a kernel would leak that forgot something at a switch, each class of registers: the linker has this kernel's calls of
 * arch_switch() come here first (--wrap). A thread in a call gets general registers and flags of who comes next; the others are
 * not switched, and a key is enabled for processes. Nobody but a probe sees that: what a program has in use is left alone.
 */
#include <arch/cpu.h>
#include <context.h>

/* Registers of a message come first; the last two are frame and link. */
#define FIRST_LEAKED 10
#define LAST_LEAKED  28

#define FLAGS (0xfUL << 28)
/* CPTR_EL2.FPEN: nothing traps (D24.2.34, the layout under E2H). */
#define CPTR_FPEN     (3UL << 20)
#define SCTLR_ENIA    BIT(31)
#define APIAKEYLO_EL1 S3_0_C2_C1_0

void __wrap_arch_switch(struct context *from, struct context *to);
void __real_arch_switch(struct context *from, struct context *to);

static void leak_general(struct context *from, const struct context *to)
{
	if (from->kind != CONTEXT_THREAD || from->state < STATE_SENDING ||
	    from->state > STATE_WAITING)
		return;
	for (unsigned int i = FIRST_LEAKED; i <= LAST_LEAKED; i++)
		from->registers->x[i] = to->registers->x[i];
	from->registers->pstate = (from->registers->pstate & ~FLAGS) |
				  (to->registers->pstate & FLAGS);
}

void __wrap_arch_switch(struct context *from, struct context *to)
{
	uint64_t tpidr = read_sysreg(tpidr_el0);
	uint64_t tpidrro = read_sysreg(tpidrro_el0);

	__real_arch_switch(from, to);
	leak_general(from, to);
	write_sysreg(tpidr_el0, tpidr);
	write_sysreg(tpidrro_el0, tpidrro);
	write_sysreg(cptr_el2, read_sysreg(cptr_el2) | CPTR_FPEN);
	write_sysreg(APIAKEYLO_EL1, 1);
	write_sysreg(sctlr_el2, read_sysreg(sctlr_el2) | SCTLR_ENIA);
}
