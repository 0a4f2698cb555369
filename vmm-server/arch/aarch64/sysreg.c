/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Trapped system registers. What a guest of these features has is here; everything else is
 * UNDEFINED, as the architecture says of registers that are not implemented. Debug registers are
 * there, as no Armv8 processor can be without them, but their breakpoints never hit.
 */
#include <cloister/counter.h>
#include <cloister/print.h>

#include <arch/exits.h>

#include <sysreg.h>
#include <timer.h>
#include <vmm.h>

/* Debug registers (Arm ARM D19.3). */
#define OSDTRRX_EL1     SYSREG(2, 0, 0, 0, 2)
#define MDCCINT_EL1     SYSREG(2, 0, 0, 2, 0)
#define MDSCR_EL1       SYSREG(2, 0, 0, 2, 2)
#define OSDTRTX_EL1     SYSREG(2, 0, 0, 3, 2)
#define OSECCR_EL1      SYSREG(2, 0, 0, 6, 2)
#define DBGBVR_EL1(n)   SYSREG(2, 0, 0, n, 4)
#define DBGBCR_EL1(n)   SYSREG(2, 0, 0, n, 5)
#define DBGWVR_EL1(n)   SYSREG(2, 0, 0, n, 6)
#define DBGWCR_EL1(n)   SYSREG(2, 0, 0, n, 7)
#define MDRAR_EL1       SYSREG(2, 0, 1, 0, 0)
#define OSLAR_EL1       SYSREG(2, 0, 1, 0, 4)
#define OSLSR_EL1       SYSREG(2, 0, 1, 1, 4)
#define OSDLR_EL1       SYSREG(2, 0, 1, 3, 4)
#define DBGPRCR_EL1     SYSREG(2, 0, 1, 4, 4)
#define DBGCLAIMSET_EL1 SYSREG(2, 0, 7, 8, 6)
#define DBGCLAIMCLR_EL1 SYSREG(2, 0, 7, 9, 6)
#define DBGAUTHSTATUS   SYSREG(2, 0, 7, 14, 6)
#define MDCCSR_EL0      SYSREG(2, 3, 0, 1, 0)
#define DBGDTR_EL0      SYSREG(2, 3, 0, 4, 0)
#define DBGDTRTRX_EL0   SYSREG(2, 3, 0, 5, 0)

/* Auxiliary control (D19.2): nothing is implementation defined here. */
#define ACTLR_EL1 SYSREG(3, 0, 1, 0, 1)

/* Deactivation, and software-generated interrupts (IHI 0069, chapter 12). */
#define ICC_DIR_EL1    SYSREG(3, 0, 12, 11, 1)
#define ICC_SGI1R_EL1  SYSREG(3, 0, 12, 11, 5)
#define ICC_ASGI1R_EL1 SYSREG(3, 0, 12, 11, 6)
#define ICC_SGI0R_EL1  SYSREG(3, 0, 12, 11, 7)

/* Timer (D19.12). */
#define CNTP_TVAL_EL0 SYSREG(3, 3, 14, 2, 0)
#define CNTP_CTL_EL0  SYSREG(3, 3, 14, 2, 1)
#define CNTP_CVAL_EL0 SYSREG(3, 3, 14, 2, 2)

/* OSLSR_EL1: the lock is there (OSLM), and is locked (OSLK). */
#define OSLSR_OSLM (2U << 2)
#define OSLSR_OSLK (1U << 1)

/*
 * Registers without effect: what is read is zero. ID_AA64DFR0_EL1 promises two of the numbered
 * ones.
 */
static bool sysreg_is_inert(uint64_t encoding)
{
	switch (encoding) {
	case OSDTRRX_EL1:
	case MDCCINT_EL1:
	case OSDTRTX_EL1:
	case OSECCR_EL1:
	case DBGBVR_EL1(0):
	case DBGBVR_EL1(1):
	case DBGBCR_EL1(0):
	case DBGBCR_EL1(1):
	case DBGWVR_EL1(0):
	case DBGWVR_EL1(1):
	case DBGWCR_EL1(0):
	case DBGWCR_EL1(1):
	case OSDLR_EL1:
	case DBGPRCR_EL1:
	case DBGCLAIMSET_EL1:
	case DBGCLAIMCLR_EL1:
	case DBGDTR_EL0:
	case DBGDTRTRX_EL0:
	case ACTLR_EL1:
		return true;
	}
	return false;
}

static bool sysreg_is_identification(uint64_t encoding, uint32_t *index)
{
	uint64_t crm = REGISTER_CRM_OF(encoding);

	if ((encoding & ~(REGISTER_CRM_MASK | REGISTER_OP2_MASK)) != SYSREG(3, 0, 0, 0, 0) ||
	    crm == 0 || crm > ID_REGISTERS / 8)
		return false;
	*index = (uint32_t)((crm - 1) * 8 + REGISTER_OP2_OF(encoding));
	return true;
}

bool sysreg_read(struct vcpu *vcpu, uint64_t encoding, uint64_t *value)
{
	uint32_t index;

	*value = 0;
	switch (encoding) {
	case CNTP_TVAL_EL0:
		*value = timer_read_value(vcpu, counter_read());
		return true;
	case CNTP_CTL_EL0:
		*value = timer_read_control(vcpu, counter_read());
		return true;
	case CNTP_CVAL_EL0:
		*value = timer_read_compare(vcpu);
		return true;
	case MDSCR_EL1:
		*value = vcpu->arch.mdscr;
		return true;
	case OSLSR_EL1:
		*value = OSLSR_OSLM | (vcpu->arch.os_lock ? OSLSR_OSLK : 0);
		return true;
	case MDRAR_EL1:
	case MDCCSR_EL0:
	case DBGAUTHSTATUS:
		return true;
	}
	if (sysreg_is_identification(encoding, &index)) {
		*value = id_register(index, vcpu->page->id[index]);
		return true;
	}
	return sysreg_is_inert(encoding);
}

bool sysreg_write(struct vcpu *vcpu, uint64_t encoding, uint64_t value)
{
	switch (encoding) {
	case ICC_DIR_EL1:
		gicv3_deactivate(vcpu, value);
		return true;
	case ICC_SGI1R_EL1:
		gicv3_send_sgi(vcpu, value, true);
		return true;
	case ICC_SGI0R_EL1:
	case ICC_ASGI1R_EL1:
		gicv3_send_sgi(vcpu, value, false);
		return true;
	case CNTP_TVAL_EL0:
		timer_write_value(vcpu, counter_read(), value);
		return true;
	case CNTP_CTL_EL0:
		timer_write_control(vcpu, counter_read(), value);
		return true;
	case CNTP_CVAL_EL0:
		timer_write_compare(vcpu, counter_read(), value);
		return true;
	case MDSCR_EL1:
		vcpu->arch.mdscr = value;
		return true;
	case OSLAR_EL1:
		vcpu->arch.os_lock = value & 1;
		return true;
	}
	return sysreg_is_inert(encoding);
}

void arch_register_name(char *name, size_t size, uint64_t encoding)
{
	print_format(name, size, "S%u_%u_C%u_C%u_%u", (unsigned int)REGISTER_OP0_OF(encoding),
		     (unsigned int)REGISTER_OP1_OF(encoding),
		     (unsigned int)REGISTER_CRN_OF(encoding),
		     (unsigned int)REGISTER_CRM_OF(encoding),
		     (unsigned int)REGISTER_OP2_OF(encoding));
}

uint64_t arch_exit_register(struct vcpu *vcpu, struct message *m)
{
	uint64_t encoding = m->word[1];
	bool known;

	if (m->word[2] & ACCESS_WRITE)
		known = sysreg_write(vcpu, encoding, m->word[3]);
	else
		known = sysreg_read(vcpu, encoding, &m->word[0]);
	if (known)
		return DISPOSITION_STEP;
	violations_report(vcpu, VIOLATION_REGISTER, encoding);
	return DISPOSITION_UNDEFINED;
}
