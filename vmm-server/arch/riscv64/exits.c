/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exits that are no call: what the hardware did not decode, CSRs that the guest does not have, and all other traps. Nothing of
 * it is emulated. Devices take loads and stores of integer registers, which the hardware decodes, and no atomic
 * operations (Privileged Architecture, "Atomicity PMAs": AMONone, RsrvNone).
 */
#include <cloister/print.h>

#include <arch/exits.h>

#include <vmm.h>

/* Causes in scause (Privileged Architecture, "Supervisor Cause (scause) Register"). */
#define CAUSE_FETCH_ACCESS 1
#define CAUSE_LOAD_ACCESS  5
#define CAUSE_STORE_ACCESS 7

uint64_t arch_exit_memory(struct vcpu *vcpu, struct message *m)
{
	uint64_t address = m->word[1];
	enum violation kind = violations_of_access(m->word[2]);

	if (m->word[2] & ACCESS_WALK)
		kind = VIOLATION_WALK;
	else if (bus_find(&vcpu->vmm->bus, address, 1))
		kind = VIOLATION_INSTRUCTION;
	violations_report(vcpu, kind, address);
	return DISPOSITION_ABORT;
}

/* The counters and timers that the guest has need no exit. */
uint64_t arch_exit_register(struct vcpu *vcpu, struct message *m)
{
	violations_report(vcpu, VIOLATION_REGISTER, REGISTER_CSR_OF(m->word[1]));
	return DISPOSITION_UNDEFINED;
}

void arch_register_name(char *name, size_t size, uint64_t encoding)
{
	print_format(name, size, "0x%03x", (unsigned int)encoding);
}

uint64_t arch_exit_other(struct vcpu *vcpu, struct message *m)
{
	uint64_t cause = m->word[4];

	violations_report(vcpu, VIOLATION_OTHER, cause);
	/* An error on the bus stays one. */
	if (cause == CAUSE_FETCH_ACCESS || cause == CAUSE_LOAD_ACCESS ||
	    cause == CAUSE_STORE_ACCESS)
		return DISPOSITION_ABORT;
	return DISPOSITION_UNDEFINED;
}
