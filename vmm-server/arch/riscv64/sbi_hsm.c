/* SPDX-License-Identifier: BSD-2-Clause */
/* SBI: Hart State Management. */
#include <stdbool.h>

#include <sbi.h>
#include <vmm.h>

/* "HSM Hart Suspend Types". */
#define SUSPEND_RETENTIVE     0x00000000U
#define SUSPEND_NON_RETENTIVE 0x80000000U

/* Instructions may have two bytes. */
#define ENTRY_ALIGNMENT 2

static int64_t hart_start(struct vmm *vmm, const uint64_t *a)
{
	struct vcpu *target = vmm_vcpu(vmm, a[0]);

	if (!target)
		return SBI_ERR_INVALID_PARAM;
	if (target->power != VCPU_OFF)
		return SBI_ERR_ALREADY_AVAILABLE;
	if (!vmm_is_entry(vmm, a[1], ENTRY_ALIGNMENT))
		return SBI_ERR_INVALID_ADDRESS;
	vmm_start_vcpu(target, a[1], a[2]);
	return SBI_SUCCESS;
}

/* The last one takes the guest along: nobody could start any. */
static uint64_t hart_stop(struct vcpu *vcpu)
{
	if (vmm_is_last(vcpu))
		vmm_end(vcpu->vmm, GUEST_OFF);
	return vmm_stop_vcpu(vcpu);
}

static int64_t hart_get_status(struct vmm *vmm, uint64_t hart, uint64_t *value)
{
	const struct vcpu *target = vmm_vcpu(vmm, hart);

	if (!target)
		return SBI_ERR_INVALID_PARAM;
	*value = HSM_STOPPED;
	if (target->power == VCPU_ON)
		*value = HSM_STARTED;
	else if (target->power == VCPU_STARTING)
		*value = HSM_START_PENDING;
	return SBI_SUCCESS;
}

/*
 * A hart resumes by an interrupt or a hardware event of the platform's choice: here at once. Guests that idle do so by WFI,
 * on which they sleep; no idle states are described to them. One that gives up its registers begins as a vCPU that is started.
 */
static void hart_suspend(struct vcpu *vcpu, const uint64_t *a, struct sbi_answer *answer)
{
	uint32_t type = (uint32_t)a[0];

	if (type == SUSPEND_RETENTIVE)
		return;
	if (type != SUSPEND_NON_RETENTIVE) {
		answer->error = SBI_ERR_INVALID_PARAM;
	} else if (!vmm_is_entry(vcpu->vmm, a[1], ENTRY_ALIGNMENT)) {
		answer->error = SBI_ERR_INVALID_ADDRESS;
	} else {
		vmm_start_vcpu(vcpu, a[1], a[2]);
		answer->disposition = DISPOSITION_PARK;
	}
}

bool sbi_hsm(struct vcpu *vcpu, uint64_t function, const uint64_t *a, struct sbi_answer *answer)
{
	switch (function) {
	case 0:
		answer->error = hart_start(vcpu->vmm, a);
		return true;
	case 1:
		answer->disposition = hart_stop(vcpu);
		return true;
	case 2:
		answer->error = hart_get_status(vcpu->vmm, a[0], &answer->value);
		return true;
	case 3:
		hart_suspend(vcpu, a, answer);
		return true;
	}
	return false;
}
