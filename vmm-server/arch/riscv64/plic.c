/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PLIC's registers ("Memory Map"): words. Those of sources and contexts that are not there read as zero and ignore
 * writes; accesses of other sizes, or not aligned, are bus errors.
 */
#include <cloister/string.h>

#include <arch/interrupt.h>

#include <plic_core.h>
#include <slot_map.h>
#include <vmm.h>

/* Where registers begin, and how far those of two contexts are from each other. */
#define PLIC_PENDING        0x001000
#define PLIC_ENABLE         0x002000
#define PLIC_ENABLE_STRIDE  0x80
#define PLIC_CONTEXT        0x200000
#define PLIC_CONTEXT_STRIDE 0x1000
#define PLIC_THRESHOLD      0
#define PLIC_CLAIM          4

#define PRIORITY_MASK 7
#define SOURCES_MASK  (~1U)

bool arch_interrupt_shared(uint32_t irq)
{
	return irq > 0 && irq <= VMM_PLIC_SOURCES;
}

/* The context in whose registers an offset lies; there may be no such. */
static uint64_t context_of(uint64_t offset)
{
	return offset < PLIC_CONTEXT ? (offset - PLIC_ENABLE) / PLIC_ENABLE_STRIDE :
				       (offset - PLIC_CONTEXT) / PLIC_CONTEXT_STRIDE;
}

static bool is_context(const struct plic *plic, uint64_t offset)
{
	return offset >= PLIC_ENABLE && context_of(offset) < plic->vmm->config->vcpu_count;
}

static uint32_t read_context(struct plic *plic, uint32_t context, uint64_t offset)
{
	if (offset < PLIC_CONTEXT)
		return offset % PLIC_ENABLE_STRIDE ? 0 : plic->enabled[context];
	if (offset % PLIC_CONTEXT_STRIDE == PLIC_THRESHOLD)
		return plic->threshold[context];
	return offset % PLIC_CONTEXT_STRIDE == PLIC_CLAIM ? plic_claim(plic, context) : 0;
}

static uint32_t plic_read(struct plic *plic, uint64_t offset)
{
	if (offset <= 4UL * VMM_PLIC_SOURCES)
		return plic->priority[offset / 4];
	if (offset == PLIC_PENDING)
		return plic_pending(plic);
	return is_context(plic, offset) ? read_context(plic, (uint32_t)context_of(offset), offset) :
					  0;
}

static void write_enable(struct plic *plic, uint32_t context, uint32_t value)
{
	uint32_t changed = plic->enabled[context] ^ (value & SOURCES_MASK);

	plic->enabled[context] ^= changed;
	plic_settle(plic, changed);
}

static void write_context(struct plic *plic, uint32_t context, uint64_t offset, uint32_t value)
{
	if (offset < PLIC_CONTEXT) {
		if (offset % PLIC_ENABLE_STRIDE == 0)
			write_enable(plic, context, value);
	} else if (offset % PLIC_CONTEXT_STRIDE == PLIC_THRESHOLD) {
		plic->threshold[context] = value & PRIORITY_MASK;
		plic_settle(plic, plic->enabled[context]);
	} else if (offset % PLIC_CONTEXT_STRIDE == PLIC_CLAIM) {
		plic_complete(plic, context, value);
	}
}

static void plic_write(struct plic *plic, uint64_t offset, uint32_t value)
{
	if (offset > 0 && offset <= 4UL * VMM_PLIC_SOURCES) {
		plic->priority[offset / 4] = value & PRIORITY_MASK;
		plic_settle(plic, 1U << offset / 4);
	} else if (is_context(plic, offset)) {
		write_context(plic, (uint32_t)context_of(offset), offset, value);
	}
}

static bool plic_access(void *device, struct access *access)
{
	struct plic *plic = device;

	if (access->size != 4 || access->offset % 4)
		return false;
	if (access->write)
		plic_write(plic, access->offset, (uint32_t)access->value);
	else
		access->value = plic_read(plic, access->offset);
	return true;
}

const char *arch_interrupt_attach(struct vmm *vmm, const struct vmm_device *device)
{
	struct plic *plic = &vmm->arch.plic;
	struct region region = { device->address, device->size, plic_access, plic };

	if (device->size < PLIC_CONTEXT + vmm->config->vcpu_count * PLIC_CONTEXT_STRIDE)
		return "a PLIC that has no room for a context of each vCPU";
	plic->vmm = vmm;
	return bus_add(&vmm->bus, &region) ? NULL : "a PLIC that overlaps another device";
}

static void reset_slots(struct vcpu *vcpu)
{
	struct slots *slots = vmm_slots(vcpu);

	for (uint32_t i = 0; i < SLOT_INDICES; i++) {
		slots_configure(slots, i, SLOT_NUMBER(i) | SLOT_LEVEL);
		slots_set_line(slots, i, false);
		slots_set_pending(slots, i, false);
		slots_set_active(slots, i, false);
	}
	slots_configure(slots, SLOT_INDEX_OWN, SLOT_NUMBER(0) | SLOT_LEVEL | SLOT_ENABLED);
	slots_configure(slots, SLOT_INDEX_SOFTWARE, SLOT_NUMBER(SLOT_SOFTWARE) | SLOT_ENABLED);
	slots_configure(slots, SLOT_INDEX_TIMER,
			SLOT_NUMBER(SLOT_TIMER) | SLOT_LEVEL | SLOT_ENABLED);
}

/* Nothing is enabled, pending or claimed, and no source has a priority. */
void arch_interrupt_reset(struct vmm *vmm)
{
	struct plic *plic = &vmm->arch.plic;
	struct plic begun = { .vmm = vmm, .outside = plic->outside };

	memcpy(begun.line, plic->line, sizeof(begun.line));
	*plic = begun;
	for (uint32_t i = 0; i < vmm->config->vcpu_count; i++)
		reset_slots(&vmm->vcpus[i]);
	plic_lead_home(plic);
}

/* A source moves at once: see plic_core.c. */
void arch_interrupt_settle(struct vmm *vmm)
{
	(void)vmm;
}

void arch_interrupt_leave(struct vmm *vmm, uint32_t irq, cap_t line)
{
	vmm->arch.plic.line[irq] = line;
	vmm->arch.plic.outside |= 1U << irq;
}

/* A gateway ("Interrupt Gateways") takes no request back, and makes no other before that is complete. */
void arch_interrupt_line(struct vmm *vmm, uint32_t irq, bool up)
{
	struct plic *plic = &vmm->arch.plic;
	uint32_t bit = 1U << irq;

	if (!up) {
		plic->lines &= ~bit;
		return;
	}
	plic->lines |= bit;
	plic->pending |= bit & ~plic->claimed;
	plic_settle(plic, 0);
}
