/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lazy switching of the registers of F, D and V by sstatus.FS and sstatus.VS. With either off an instruction that needs it is
 * illegal, for guests too, whatever vsstatus says ("Traps" of the hypervisor extension).
 */
#include <arch/csr.h>
#include <arch/features.h>
#include <arch/fp.h>
#include <thread.h>
#include <vcpu.h>

/* fp_registers.S knows where they are. */
_Static_assert(offsetof(struct fp_state, fcsr) == 256, "OFFSET_FCSR");
_Static_assert(offsetof(struct fp_state, vcsr) == 288, "OFFSET_VCSR");
_Static_assert(offsetof(struct fp_state, v) == 296, "OFFSET_V");

void fp_save(struct fp_state *fp);
void fp_load(const struct fp_state *fp);
void vector_save(struct fp_state *fp);
void vector_load(const struct fp_state *fp);

/* Whose registers are in the hardware. */
static struct fp_state *owner;
static bool is_on;

static struct fp_state *state_of(struct context *context)
{
	return context->kind == CONTEXT_VCPU ? &vcpu_of(context)->arch.fp : &thread_of(context)->fp;
}

/* Vector registers that cannot be saved are nobody's. */
static void turn(bool on)
{
	if (on == is_on)
		return;
	is_on = on;
	if (on)
		set_csr(sstatus, features.vector ? SSTATUS_FS | SSTATUS_VS : SSTATUS_FS);
	else
		clear_csr(sstatus, SSTATUS_FS | SSTATUS_VS);
}

static void save(struct fp_state *fp)
{
	fp_save(fp);
	if (features.vector)
		vector_save(fp);
}

static void load(const struct fp_state *fp)
{
	fp_load(fp);
	if (features.vector)
		vector_load(fp);
}

void fp_switch(struct context *to)
{
	turn(to && owner && state_of(to) == owner);
}

bool fp_take(struct context *context)
{
	struct fp_state *fp = state_of(context);

	if (fp == owner)
		return false;
	turn(true);
	if (owner)
		save(owner);
	owner = fp;
	load(fp);
	return true;
}

void fp_release(struct fp_state *fp)
{
	if (owner != fp)
		return;
	turn(true);
	save(fp);
	fp_forget(fp);
}

void fp_forget(struct fp_state *fp)
{
	if (owner == fp) {
		owner = NULL;
		turn(false);
	}
}
