/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The SBI's calls but those of HSM, DBCN and the legacy ones. Arguments that the specification calls 32 bits wide are.
 */
#include <stdbool.h>
#include <stddef.h>

#include <cloister/counter.h>

#include <arch/exits.h>
#include <arch/timer.h>

#include <coherence.h>
#include <sbi.h>
#include <slot_map.h>
#include <vmm.h>

/* Registers of calls: a0 to a5, and which function of which extension. */
#define A0 10
#define A6 16
#define A7 17

#define VERSION_2_0 (2U << 24)

/* "SBI Implementation IDs": one that is nobody's. */
#define IMPLEMENTATION_ID      0x436c6f69
#define IMPLEMENTATION_VERSION 1

/* "SRST System Reset Types". The reasons go up to "system failure". */
#define SRST_SHUTDOWN    0
#define SRST_WARM_REBOOT 2
#define SRST_REASON_LAST 1

#define ALL_HARTS UINT64_MAX

static bool has_extension(const struct vmm *vmm, uint64_t extension)
{
	switch (extension) {
	case SBI_BASE:
	case SBI_TIME:
	case SBI_IPI:
	case SBI_RFENCE:
	case SBI_HSM:
	case SBI_SRST:
		return true;
	case SBI_DBCN:
		return sbi_has_console(vmm);
	}
	return extension <= SBI_LEGACY_SHUTDOWN;
}

/* The machine's identity is not the guest's to know. */
static bool sbi_base(struct vcpu *vcpu, uint64_t function, const uint64_t *a,
		     struct sbi_answer *answer)
{
	switch (function) {
	case 0:
		answer->value = VERSION_2_0;
		return true;
	case 1:
		answer->value = IMPLEMENTATION_ID;
		return true;
	case 2:
		answer->value = IMPLEMENTATION_VERSION;
		return true;
	case 3:
		answer->value = has_extension(vcpu->vmm, a[0]);
		return true;
	case 4: /* mvendorid */
	case 5: /* marchid */
	case 6: /* mimpid */
		return true;
	}
	return false;
}

void sbi_set_timer(struct vcpu *vcpu, uint64_t when)
{
	vcpu->arch.compare = when;
	arch_timer_update(vcpu, counter_read());
}

static bool sbi_time(struct vcpu *vcpu, uint64_t function, const uint64_t *a,
		     struct sbi_answer *answer)
{
	(void)answer;
	if (function != 0)
		return false;
	sbi_set_timer(vcpu, a[0]);
	return true;
}

/* "Hart list parameter": false if it names a hart that is not there. */
static bool sbi_harts(const struct vmm *vmm, uint64_t mask, uint64_t base, uint32_t *harts)
{
	uint32_t count = vmm->config->vcpu_count;
	uint32_t all = (1U << count) - 1;

	*harts = all;
	if (base == ALL_HARTS)
		return true;
	if (base >= count || mask & ~(uint64_t)(all >> base))
		return false;
	*harts = (uint32_t)(mask << base);
	return true;
}

void sbi_send_ipi(struct vmm *vmm, uint32_t harts)
{
	for (; harts; harts &= harts - 1) {
		struct vcpu *target = &vmm->vcpus[__builtin_ctz(harts)];

		if (target->power != VCPU_OFF)
			slots_set_pending(vmm_slots(target), SLOT_INDEX_SOFTWARE, true);
	}
}

static bool sbi_ipi(struct vcpu *vcpu, uint64_t function, const uint64_t *a,
		    struct sbi_answer *answer)
{
	uint32_t harts;

	if (function != 0)
		return false;
	if (sbi_harts(vcpu->vmm, a[0], a[1], &harts))
		sbi_send_ipi(vcpu->vmm, harts);
	else
		answer->error = SBI_ERR_INVALID_PARAM;
	return true;
}

/* All vCPUs are on this core: their instructions are what was written on it. */
void sbi_fence_i(void)
{
	coherence_fence_i();
}

/*
 * All vCPUs are on this core, and only one at a time. When the kernel lets another of them run than the one before, it makes the
 * core forget what it remembers of the guest's own translations (their vCPUs share a VMID): so whoever is not the caller has its
 * fence before its next instruction. The caller's own has to be asked for. Of a range less than all would do.
 */
void sbi_fence_vma(struct vcpu *caller, uint32_t harts, struct sbi_answer *answer)
{
	if (harts >> caller->index & 1)
		answer->disposition |= REPLY_FENCE;
}

/* The guest's harts have no hypervisor extension: the other functions are not there. */
static bool sbi_rfence(struct vcpu *vcpu, uint64_t function, const uint64_t *a,
		       struct sbi_answer *answer)
{
	uint32_t harts;

	if (function > 2)
		return false;
	if (!sbi_harts(vcpu->vmm, a[0], a[1], &harts))
		answer->error = SBI_ERR_INVALID_PARAM;
	else if (function == 0)
		sbi_fence_i();
	else
		sbi_fence_vma(vcpu, harts, answer);
	return true;
}

static bool sbi_srst(struct vcpu *vcpu, uint64_t function, const uint64_t *a,
		     struct sbi_answer *answer)
{
	uint32_t type = (uint32_t)a[0];

	if (function != 0)
		return false;
	if (type > SRST_WARM_REBOOT || (uint32_t)a[1] > SRST_REASON_LAST) {
		answer->error = SBI_ERR_INVALID_PARAM;
		return true;
	}
	vmm_end(vcpu->vmm, type == SRST_SHUTDOWN ? GUEST_OFF : GUEST_RESET);
	answer->disposition = DISPOSITION_PARK;
	return true;
}

static bool sbi_function(struct vcpu *vcpu, uint64_t extension, uint64_t function,
			 const uint64_t *a, struct sbi_answer *answer)
{
	switch (extension) {
	case SBI_BASE:
		return sbi_base(vcpu, function, a, answer);
	case SBI_TIME:
		return sbi_time(vcpu, function, a, answer);
	case SBI_IPI:
		return sbi_ipi(vcpu, function, a, answer);
	case SBI_RFENCE:
		return sbi_rfence(vcpu, function, a, answer);
	case SBI_HSM:
		return sbi_hsm(vcpu, function, a, answer);
	case SBI_SRST:
		return sbi_srst(vcpu, function, a, answer);
	case SBI_DBCN:
		return sbi_has_console(vcpu->vmm) && sbi_dbcn(vcpu, function, a, answer);
	}
	return false;
}

void sbi_call(struct vcpu *vcpu, uint64_t extension, uint64_t function, const uint64_t *a,
	      struct sbi_answer *answer)
{
	*answer = (struct sbi_answer){ .disposition = DISPOSITION_STEP };
	if (extension < SBI_BASE) {
		/* Nothing is returned in a1, which stays as it is. */
		answer->value = a[1];
		if (sbi_legacy(vcpu, extension, a, answer))
			return;
	} else if (sbi_function(vcpu, extension, function, a, answer)) {
		return;
	}
	violations_report(vcpu, VIOLATION_CALL, extension);
	answer->error = SBI_ERR_NOT_SUPPORTED;
}

uint64_t arch_exit_call(struct vcpu *vcpu, struct message *m)
{
	const uint64_t *x = vcpu->page->registers.x;
	struct sbi_answer answer;

	sbi_call(vcpu, x[A7], x[A6], &x[A0], &answer);
	m->word[0] = (uint64_t)answer.error;
	m->word[1] = answer.value;
	return answer.disposition;
}
