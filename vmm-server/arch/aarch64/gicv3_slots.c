/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the GICv3's registers configure goes to interrupt slots, and what is pending or active is read
 * from there. The slots of the vCPU whose exit is handled change with its reply, others' by their
 * capability.
 *
 * A shared interrupt moves to the slot of another vCPU when its route changes. One that is pending
 * goes along at once; one that is active, pending or not, keeps its target until it is active no more
 * (IHI 0069 says so of GICD_ITARGETSR; GICD_IROUTER takes its place under affinity routing). Meanwhile
 * it is not forwarded, so what is pending waits in the old slot. The end of an interrupt is no exit:
 * if something waits for it, the model looks again after a short while.
 */
#include <stddef.h>

#include <idl/kernel_client.h>
#include <idl/kernel_names.h>

#include <cloister/counter.h>

#include <arch/interrupt.h>

#include <gicv3_registers.h>
#include <gicv3_slots.h>
#include <vmm.h>

/* Microseconds after which the model looks whether an interrupt can move. */
#define SETTLE_US 100

uint32_t gicv3_intid(const struct gicv3_bank *bank, uint32_t bit)
{
	return bank->vcpu ? bit : GICV3_BANK + bit;
}

struct vcpu *gicv3_home(const struct gicv3 *gic, const struct gicv3_bank *bank, uint32_t bit)
{
	return bank->vcpu ? bank->vcpu : &gic->vmm->vcpus[gic->home[bit]];
}

/*
 * Whether the distributor forwards the interrupt: it and its group are enabled, and it is at its
 * target.
 */
static bool gicv3_forwards(const struct gicv3 *gic, const struct gicv3_bank *bank, uint32_t bit)
{
	uint32_t group = bank->group1 >> bit & 1 ? CTLR_ENABLE_GROUP1 : CTLR_ENABLE_GROUP0;

	if (!(bank->enabled >> bit & 1) || !(gic->ctlr & group))
		return false;
	return bank->vcpu || gic->router[bit] == gic->home[bit];
}

void gicv3_configure(struct gicv3 *gic, const struct gicv3_bank *bank, uint32_t bits)
{
	for (; bits; bits &= bits - 1) {
		uint32_t bit = (uint32_t)__builtin_ctz(bits);
		uint32_t intid = gicv3_intid(bank, bit);
		uint64_t slot = SLOT_NUMBER(intid) | SLOT_PRIORITY(bank->priority[bit]);

		if (bank->group1 >> bit & 1)
			slot |= SLOT_GROUP1;
		if (gicv3_forwards(gic, bank, bit))
			slot |= SLOT_ENABLED;
		if (!(bank->edge >> bit & 1))
			slot |= SLOT_LEVEL;
		slots_configure(vmm_slots(gicv3_home(gic, bank, bit)), intid, slot);
	}
}

/* The shared interrupts whose home the vCPU is. */
static uint32_t gicv3_at_home(const struct gicv3 *gic, const struct vcpu *vcpu)
{
	uint32_t bits = 0;

	for (uint32_t bit = 0; bit < GICV3_BANK; bit++)
		bits |= (uint32_t)(gic->home[bit] == vcpu->index) << bit;
	return bits;
}

static void gicv3_state(struct gicv3 *gic, const struct gicv3_bank *bank, uint32_t *pending,
			uint32_t *active)
{
	uint64_t slots_pending;
	uint64_t slots_active;

	*pending = 0;
	*active = 0;
	if (bank->vcpu) {
		vmm_query_slots(bank->vcpu, &slots_pending, &slots_active);
		*pending = (uint32_t)slots_pending;
		*active = (uint32_t)slots_active;
		return;
	}
	for (uint32_t i = 0; i < gic->vmm->config->vcpu_count; i++) {
		struct vcpu *vcpu = &gic->vmm->vcpus[i];
		uint32_t bits = gicv3_at_home(gic, vcpu);

		if (!bits)
			continue;
		vmm_query_slots(vcpu, &slots_pending, &slots_active);
		*pending |= (uint32_t)(slots_pending >> GICV3_BANK) & bits;
		*active |= (uint32_t)(slots_active >> GICV3_BANK) & bits;
	}
}

uint32_t gicv3_pending(struct gicv3 *gic, const struct gicv3_bank *bank)
{
	uint32_t pending;
	uint32_t active;

	gicv3_state(gic, bank, &pending, &active);
	return pending;
}

uint32_t gicv3_active(struct gicv3 *gic, const struct gicv3_bank *bank)
{
	uint32_t pending;
	uint32_t active;

	gicv3_state(gic, bank, &pending, &active);
	return active;
}

/* The line of a level interrupt is its slot's; an edge interrupt's is not. */
static bool gicv3_line(const struct gicv3 *gic, uint32_t bit)
{
	return gic->shared.lines & ~gic->shared.edge & 1U << bit;
}

/* From now on its line says nothing at its home. */
static void gicv3_disconnect(struct gicv3 *gic, uint32_t bit)
{
	const struct gicv3_bank *bank = &gic->shared;

	if (gic->outside[bit])
		notification_unbind(gic->outside[bit]);
	else
		slots_set_line(vmm_slots(gicv3_home(gic, bank, bit)), gicv3_intid(bank, bit),
			       false);
}

/* An outside line that is up counts as one more edge, should the interrupt be one: better than one that is lost. */
static enum status gicv3_bind(struct gicv3 *gic, uint32_t bit)
{
	const struct gicv3_bank *bank = &gic->shared;

	return notification_bind_slot(gic->outside[bit], gicv3_home(gic, bank, bit)->cap,
				      gicv3_intid(bank, bit));
}

/* Its line leads to its home, where an outside one may lead already (ERR_OCCUPIED). */
static void gicv3_connect(struct gicv3 *gic, uint32_t bit)
{
	const struct gicv3_bank *bank = &gic->shared;

	if (gic->outside[bit])
		gicv3_bind(gic, bit);
	else
		slots_set_line(vmm_slots(gicv3_home(gic, bank, bit)), gicv3_intid(bank, bit),
			       gicv3_line(gic, bit));
}

void gicv3_lead_home(struct gicv3 *gic)
{
	for (uint32_t bit = 0; bit < GICV3_BANK; bit++) {
		enum status status;

		if (!gic->outside[bit])
			continue;
		gicv3_disconnect(gic, bit);
		status = gicv3_bind(gic, bit);
		if (status != OK)
			log_line(&gic->vmm->log, "interrupt %u cannot be bound: %s",
				 gicv3_intid(&gic->shared, bit), status_name(status));
	}
}

/* It stays where it is active. */
static void gicv3_wait(struct gicv3 *gic, uint32_t bit, bool pending)
{
	gic->moving |= 1U << bit;
	gicv3_connect(gic, bit);
	gicv3_configure(gic, &gic->shared, 1U << bit);
	/* Nobody tells of an outside line that comes up. */
	if (pending || gicv3_line(gic, bit) || gic->outside[bit])
		vmm_set_deadline(gic->vmm, DEADLINE_ROUTES, counter_after_us(SETTLE_US));
}

static void gicv3_move_one(struct gicv3 *gic, uint32_t bit)
{
	const struct gicv3_bank *bank = &gic->shared;
	struct vcpu *from = gicv3_home(gic, bank, bit);
	struct vcpu *to = vmm_vcpu(gic->vmm, gic->router[bit]);
	uint32_t intid = gicv3_intid(bank, bit);
	uint64_t pending;
	uint64_t active;

	gic->moving &= ~(1U << bit);
	/* Routed to nobody, it stays and is not forwarded. */
	if (!to || to == from) {
		gicv3_configure(gic, bank, 1U << bit);
		return;
	}
	vmm_query_slots(from, &pending, &active);
	/* Without its line what is pending is the latch, which has to move. */
	if (!(active >> intid & 1)) {
		gicv3_disconnect(gic, bit);
		vmm_query_slots(from, &pending, &active);
	}
	if (active >> intid & 1) {
		gicv3_wait(gic, bit, pending >> intid & 1);
		return;
	}
	slots_configure(vmm_slots(from), intid, SLOT_NUMBER(intid));
	slots_set_pending(vmm_slots(from), intid, false);
	gic->home[bit] = (uint8_t)to->index;
	gicv3_configure(gic, bank, 1U << bit);
	gicv3_connect(gic, bit);
	if (pending >> intid & 1)
		slots_set_pending(vmm_slots(to), intid, true);
}

void gicv3_move(struct gicv3 *gic, uint32_t bits)
{
	for (; bits; bits &= bits - 1)
		gicv3_move_one(gic, (uint32_t)__builtin_ctz(bits));
}

void arch_interrupt_settle(struct vmm *vmm)
{
	struct gicv3 *gic = &vmm->arch.gicv3;

	vmm_set_deadline(vmm, DEADLINE_ROUTES, DEADLINE_NEVER);
	gicv3_move(gic, gic->moving);
}

void gicv3_drive(struct gicv3 *gic, struct gicv3_bank *bank, uint32_t bit, bool up)
{
	uint32_t mask = 1U << bit;
	struct slots *slots;

	if (!(bank->lines & mask) == !up)
		return;
	bank->lines ^= mask;
	slots = vmm_slots(gicv3_home(gic, bank, bit));
	if (!(bank->edge & mask))
		slots_set_line(slots, gicv3_intid(bank, bit), up);
	else if (up)
		slots_set_pending(slots, gicv3_intid(bank, bit), true);
	if (!bank->vcpu)
		gicv3_move(gic, gic->moving & mask);
}
