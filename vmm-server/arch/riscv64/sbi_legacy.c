/* SPDX-License-Identifier: BSD-2-Clause */
/* SBI: the legacy calls. */
#include <stdbool.h>
#include <stddef.h>

#include <idl/kernel_client.h>

#include <sbi.h>
#include <slot_map.h>
#include <vmm.h>

/*
 * A mask of harts at a guest-virtual address, in which the first byte has all that are there; 0, as Linux has used it, means
 * all of them.
 */
static bool read_harts(const struct vcpu *vcpu, uint64_t address, uint32_t *harts)
{
	const uint8_t *mask;
	uint64_t physical;

	*harts = (1U << vcpu->vmm->config->vcpu_count) - 1;
	if (!address)
		return true;
	if (vcpu_translate(vcpu->cap, address, 0, &physical) != OK)
		return false;
	mask = memory_readable(&vcpu->vmm->memory, physical, 1);
	if (!mask)
		return false;
	*harts &= *mask;
	return true;
}

_Static_assert(VMM_VCPUS_MAX <= 8, "a byte of a mask holds all vCPUs");

static void legacy_with_harts(struct vcpu *vcpu, uint64_t extension, uint64_t address,
			      struct sbi_answer *answer)
{
	uint32_t harts;

	/* "... redirected back to the supervisor with sepc CSR pointing to the faulting ECALL instruction". */
	if (!read_harts(vcpu, address, &harts))
		answer->disposition = DISPOSITION_ABORT;
	else if (extension == SBI_LEGACY_SEND_IPI)
		sbi_send_ipi(vcpu->vmm, harts);
	else if (extension == SBI_LEGACY_FENCE_I)
		sbi_fence_i();
	else
		sbi_fence_vma(vcpu, harts, answer);
}

/* Blocks while there is no room: the call is made again. Without a console the character is thrown away. */
static void legacy_putchar(struct vmm *vmm, uint8_t byte, struct sbi_answer *answer)
{
	if (sbi_has_console(vmm) && !sbi_put(vmm, byte))
		answer->disposition = DISPOSITION_RESUME;
}

static int64_t legacy_getchar(struct vmm *vmm)
{
	uint8_t byte;

	return sbi_has_console(vmm) && sbi_get(vmm, &byte) ? byte : -1;
}

static int64_t legacy_clear_ipi(struct vcpu *vcpu)
{
	uint64_t pending;
	uint64_t active;

	vmm_query_slots(vcpu, &pending, &active);
	slots_set_pending(vmm_slots(vcpu), SLOT_INDEX_SOFTWARE, false);
	return pending >> SLOT_INDEX_SOFTWARE & 1;
}

bool sbi_legacy(struct vcpu *vcpu, uint64_t extension, const uint64_t *a, struct sbi_answer *answer)
{
	switch (extension) {
	case SBI_LEGACY_SET_TIMER:
		sbi_set_timer(vcpu, a[0]);
		return true;
	case SBI_LEGACY_PUTCHAR:
		legacy_putchar(vcpu->vmm, (uint8_t)a[0], answer);
		return true;
	case SBI_LEGACY_GETCHAR:
		answer->error = legacy_getchar(vcpu->vmm);
		return true;
	case SBI_LEGACY_CLEAR_IPI:
		answer->error = legacy_clear_ipi(vcpu);
		return true;
	case SBI_LEGACY_SEND_IPI:
	case SBI_LEGACY_FENCE_I:
	case SBI_LEGACY_SFENCE_VMA:
	case SBI_LEGACY_SFENCE_VMA_ASID:
		legacy_with_harts(vcpu, extension, a[0], answer);
		return true;
	case SBI_LEGACY_SHUTDOWN:
		vmm_end(vcpu->vmm, GUEST_OFF);
		answer->disposition = DISPOSITION_PARK;
		return true;
	}
	return false;
}
