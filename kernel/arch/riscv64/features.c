/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the processor has: registers are read that may not be there, and fields written that may stay 0.
 */
#include <arch/csr.h>
#include <arch/features.h>
#include <idl/riscv64.h>

/* By its number: not every assembler knows vsiselect. */
#define VSISELECT 0x250

struct features features;

/* sstatus.VS is a field only where there are vector registers. */
static void find_vector(void)
{
	set_csr(sstatus, SSTATUS_VS);
	if (read_csr(sstatus) & SSTATUS_VS)
		features.vlenb = (uint32_t)read_csr(vlenb);
	clear_csr(sstatus, SSTATUS_VS);
	features.vector = features.vlenb && features.vlenb <= VECTOR_BITS_MAX / 8;
	if (!features.vector)
		features.vlenb = 0;
}

void features_find(void)
{
	if (!csr_is_there(hstatus))
		panic("this processor has no hypervisor extension");
	features.sstc = csr_is_there(stimecmp) && csr_is_there(vstimecmp);
	features.stateen = csr_is_there(sstateen0) && csr_is_there(hstateen0);
	/* Guests would share it: no switch saves it. Smstateen keeps it from them. */
	if (!features.stateen && csr_is_there(VSISELECT))
		panic("this processor has indirect registers (vsiselect) without Smstateen");
	features.scontext = csr_is_there(scontext);
	find_vector();
}
