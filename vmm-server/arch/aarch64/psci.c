/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PSCI and the SMC Calling Convention. A vCPU's affinity is its number, so an MPIDR with anything else
 * in it is of none (DEN 0022, 5.1.4).
 */
#include <stddef.h>

#include <arch/exits.h>
#include <arch/vcpu.h>

#include <psci.h>
#include <vmm.h>

#define VERSION_1_1 0x00010001

/* MIGRATE_INFO_TYPE: there is no trusted OS that would have to migrate (DEN 0022, 5.9). */
#define MIGRATE_NOT_NEEDED 2

/* AFFINITY_INFO (5.7.2). */
#define AFFINITY_ON         0
#define AFFINITY_OFF        1
#define AFFINITY_ON_PENDING 2

/* CPU_SUSPEND's power state in the original format: what must be zero (5.4.2). */
#define POWER_STATE_RESERVED 0xfcfe0000U

/* SYSTEM_RESET2: the one architectural type (5.12). */
#define SYSTEM_WARM_RESET 0

/* 5.6. The vCPU begins in an exit of its own. */
static int32_t psci_cpu_on(struct vmm *vmm, const uint64_t arguments[3])
{
	struct vcpu *target = vmm_vcpu(vmm, arguments[0]);

	if (!target)
		return PSCI_INVALID_PARAMETERS;
	if (target->power == VCPU_ON)
		return PSCI_ALREADY_ON;
	if (target->power == VCPU_STARTING)
		return PSCI_ON_PENDING;
	if (!vmm_is_entry(vmm, arguments[1], 4))
		return PSCI_INVALID_ADDRESS;
	vmm_start_vcpu(target, arguments[1], arguments[2]);
	return PSCI_SUCCESS;
}

/* Levels above 0 are for callers of PSCI 0.2, and no longer required (5.7). */
static int32_t psci_affinity_info(struct vmm *vmm, uint64_t affinity, uint64_t level)
{
	const struct vcpu *target = vmm_vcpu(vmm, affinity);

	if (!target || level != 0)
		return PSCI_INVALID_PARAMETERS;
	if (target->power == VCPU_STARTING)
		return AFFINITY_ON_PENDING;
	return target->power == VCPU_ON ? AFFINITY_ON : AFFINITY_OFF;
}

/*
 * A suspend may end as soon as it began (5.4): the caller has to expect that a wake-up event is
 * pending already. Guests that idle do so by WFI, on which they sleep; no idle states are described
 * to them.
 */
static int32_t psci_cpu_suspend(uint64_t power_state)
{
	return power_state & POWER_STATE_RESERVED ? PSCI_INVALID_PARAMETERS : PSCI_SUCCESS;
}

static int32_t psci_features(uint32_t function)
{
	switch (function) {
	case PSCI_VERSION:
	case PSCI_CPU_SUSPEND:
	case PSCI_CPU_SUSPEND_64:
	case PSCI_CPU_OFF:
	case PSCI_CPU_ON:
	case PSCI_CPU_ON_64:
	case PSCI_AFFINITY_INFO:
	case PSCI_AFFINITY_INFO_64:
	case PSCI_MIGRATE_INFO_TYPE:
	case PSCI_SYSTEM_OFF:
	case PSCI_SYSTEM_RESET:
	case PSCI_SYSTEM_RESET2:
	case PSCI_SYSTEM_RESET2_64:
	case PSCI_FEATURES:
	case SMCCC_VERSION:
		return PSCI_SUCCESS;
	}
	return PSCI_NOT_SUPPORTED;
}

/* The workarounds for processor errata, the entropy source and the SoC's identity are not there. */
static int32_t smccc_arch_features(uint32_t function)
{
	if (function == SMCCC_VERSION || function == SMCCC_ARCH_FEATURES)
		return PSCI_SUCCESS;
	return PSCI_NOT_SUPPORTED;
}

/*
 * Calls whose one purpose is to find out whether somebody answers: UID and revision of each owner
 * of functions (DEN 0028, 6.2), and the version of the entropy source (DEN 0098).
 */
static bool smccc_is_question(uint32_t function)
{
	uint32_t number = function & 0xffff;

	return number == 0xff01 || number == 0xff03 || function == TRNG_VERSION;
}

static int32_t psci_value(struct vcpu *vcpu, uint32_t function, const uint64_t arguments[3])
{
	switch (function) {
	case PSCI_VERSION:
	case SMCCC_VERSION:
		return VERSION_1_1;
	case PSCI_CPU_SUSPEND:
	case PSCI_CPU_SUSPEND_64:
		return psci_cpu_suspend(arguments[0]);
	case PSCI_CPU_ON:
	case PSCI_CPU_ON_64:
		return psci_cpu_on(vcpu->vmm, arguments);
	case PSCI_AFFINITY_INFO:
	case PSCI_AFFINITY_INFO_64:
		return psci_affinity_info(vcpu->vmm, arguments[0], arguments[1]);
	case PSCI_MIGRATE_INFO_TYPE:
		return MIGRATE_NOT_NEEDED;
	case PSCI_FEATURES:
		return psci_features((uint32_t)arguments[0]);
	case PSCI_SYSTEM_RESET2:
	case PSCI_SYSTEM_RESET2_64:
		return PSCI_INVALID_PARAMETERS;
	case SMCCC_ARCH_FEATURES:
		return smccc_arch_features((uint32_t)arguments[0]);
	}
	if (!smccc_is_question(function))
		violations_report(vcpu, VIOLATION_CALL, function);
	return PSCI_NOT_SUPPORTED;
}

/* Whether the call ends the guest, and how. */
static bool psci_ends(const struct vcpu *vcpu, uint32_t function, const uint64_t arguments[3],
		      enum guest_end *end)
{
	*end = GUEST_RESET;
	switch (function) {
	case PSCI_CPU_OFF:
		*end = GUEST_OFF;
		return vmm_is_last(vcpu);
	case PSCI_SYSTEM_OFF:
		*end = GUEST_OFF;
		return true;
	case PSCI_SYSTEM_RESET:
		return true;
	case PSCI_SYSTEM_RESET2:
	case PSCI_SYSTEM_RESET2_64:
		return (uint32_t)arguments[0] == SYSTEM_WARM_RESET;
	}
	return false;
}

uint64_t psci_call(struct vcpu *vcpu, uint32_t function, const uint64_t arguments[3],
		   uint64_t results[4])
{
	bool wide = function & 1U << 30;
	uint64_t used[3];
	enum guest_end end;

	for (uint32_t i = 0; i < 3; i++)
		used[i] = wide ? arguments[i] : (uint32_t)arguments[i];
	if (psci_ends(vcpu, function, used, &end)) {
		vmm_end(vcpu->vmm, end);
		return DISPOSITION_PARK;
	}
	/* 5.5: its redistributor's state is not lost. */
	if (function == PSCI_CPU_OFF)
		return vmm_stop_vcpu(vcpu);
	results[0] = (uint64_t)(int64_t)psci_value(vcpu, function, used);
	results[1] = 0;
	results[2] = 0;
	results[3] = 0;
	return DISPOSITION_STEP;
}

uint64_t arch_exit_call(struct vcpu *vcpu, struct message *m)
{
	const uint64_t *x = vcpu->page->registers.x;
	/*
	 * A call of this convention has the immediate 0 (DEN 0028, 2.9); others ask for a function
	 * that nobody has.
	 */
	uint32_t function = m->word[1] ? UINT32_MAX : (uint32_t)x[0];

	return psci_call(vcpu, function, &x[1], m->word);
}
