/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lazy switching of the floating-point registers by CPTR_EL2.FPEN (Arm ARM D24.2.34, the layout under E2H).
 */
#include <arch/cpu.h>
#include <arch/fp.h>
#include <thread.h>
#include <vcpu.h>

/* FPEN: all trap; only EL0 under TGE (servers) traps; nothing traps. SVE and SME always trap, and trace, and AMU. */
#define CPTR_ALL     (BIT(28) | BIT(30))
#define CPTR_SERVERS (CPTR_ALL | 1UL << 20)
#define CPTR_NONE    (CPTR_ALL | 3UL << 20)

void fp_save(struct fp_state *fp);
void fp_load(const struct fp_state *fp);

/* Whose registers are in the hardware. */
static struct fp_state *owner;
static bool owner_is_guest;
static uint64_t cptr;

static struct fp_state *state_of(struct context *context)
{
	return context->kind == CONTEXT_VCPU ? &vcpu_of(context)->arch.fp : &thread_of(context)->fp;
}

static void set_cptr(uint64_t value)
{
	if (value != cptr) {
		cptr = value;
		write_sysreg(cptr_el2, value);
	}
}

void fp_switch(struct context *to)
{
	if (to && owner && state_of(to) == owner)
		set_cptr(to->kind == CONTEXT_VCPU ? CPTR_SERVERS : CPTR_NONE);
	/* The resident guest's registers stay while its server runs: only servers trap then. */
	else
		set_cptr(owner_is_guest && to && to->kind == CONTEXT_THREAD ? CPTR_SERVERS :
									      CPTR_ALL);
}

void fp_take(struct context *context)
{
	set_cptr(CPTR_NONE);
	isb();
	if (owner)
		fp_save(owner);
	owner = state_of(context);
	owner_is_guest = context->kind == CONTEXT_VCPU;
	fp_load(owner);
	fp_switch(context);
}

void fp_release(struct fp_state *fp)
{
	if (owner != fp)
		return;
	set_cptr(CPTR_NONE);
	isb();
	fp_save(fp);
	fp_forget(fp);
}

void fp_forget(struct fp_state *fp)
{
	if (owner == fp) {
		owner = NULL;
		owner_is_guest = false;
		set_cptr(CPTR_ALL);
	}
}
