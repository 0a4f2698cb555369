/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GICv3: the registers of the distributor and of the two frames of each redistributor, as chapter 12 of
 * Arm IHI 0069 has them for one security state. The frames hold the same arrays, a register or more
 * for each bank of 32 interrupts: the distributor shows bank 1, the redistributor's SGI frame bank
 * 0. Registers that are reserved, that belong to what is not there, and accesses of sizes that a
 * register does not take read as zero and ignore writes.
 */
#include <cloister/string.h>

#include <arch/interrupt.h>

#include <gicv3.h>
#include <gicv3_arrays.h>
#include <gicv3_registers.h>
#include <gicv3_slots.h>
#include <vmm.h>

bool arch_interrupt_shared(uint32_t irq)
{
	return irq >= GICV3_FIRST_SPI && irq < GICV3_INTIDS;
}

/* The identification registers of all frames (12.9, GICD_PIDR2): a GICv3. */
static uint32_t gicv3_read_identification(uint64_t offset)
{
	static const uint8_t identification[] = { 0x44, 0x00, 0x00, 0x00, 0x92, 0xb4,
						  0x3b, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

	return identification[(offset - GICD_IDREGS) / 4];
}

static uint32_t gicd_read(struct gicv3 *gic, uint64_t offset)
{
	if (offset >= GICD_IDREGS)
		return gicv3_read_identification(offset);
	if (offset >= GICD_IROUTER_FIRST && offset < GICD_IROUTER_END)
		return (uint32_t)(gic->router[(offset - GICD_IROUTER_FIRST) / 8] >> offset % 8 * 8);
	switch (offset) {
	case GICD_CTLR:
		return gic->ctlr | CTLR_ARE | CTLR_DS;
	case GICD_TYPER:
		return TYPER_NO1N | TYPER_IDBITS | (GICV3_INTIDS / 32 - 1);
	case GICD_IIDR:
		return IIDR_VALUE;
	}
	return gicv3_read_arrays(gic, &gic->shared, offset);
}

static void gicd_write_ctlr(struct gicv3 *gic, uint32_t value)
{
	uint32_t enables = value & (CTLR_ENABLE_GROUP0 | CTLR_ENABLE_GROUP1);

	if (gic->ctlr == enables)
		return;
	gic->ctlr = enables;
	gicv3_configure(gic, &gic->shared, gic->shared.enabled);
	for (uint32_t i = 0; i < gic->vmm->config->vcpu_count; i++)
		gicv3_configure(gic, &gic->private[i], gic -> private[i].enabled);
}

static void gicd_write_router(struct gicv3 *gic, uint64_t offset, uint32_t value)
{
	uint32_t bit = (uint32_t)(offset - GICD_IROUTER_FIRST) / 8;
	uint64_t old = gic->router[bit];

	gicv3_move(gic, gic->moving & 1U << bit);
	if (offset % 8)
		gic->router[bit] = (uint32_t)old | (uint64_t)(value & IROUTER_HIGH) << 32;
	else
		gic->router[bit] = (old & ~0xffffffffULL) | (value & IROUTER_LOW);
	if (gic->router[bit] != old)
		gicv3_move(gic, 1U << bit);
}

static void gicd_write(struct gicv3 *gic, uint64_t offset, uint32_t value)
{
	if (offset == GICD_CTLR)
		gicd_write_ctlr(gic, value);
	else if (offset >= GICD_IROUTER_FIRST && offset < GICD_IROUTER_END)
		gicd_write_router(gic, offset, value);
	else
		gicv3_write_arrays(gic, &gic->shared, offset, value);
}

/* GICR_TYPER's upper word is the affinity; the lower has the number, and says which is the last. */
static uint32_t gicr_read_typer(const struct gicv3 *gic, uint32_t index, bool upper)
{
	bool last = index + 1 == gic->vmm->config->vcpu_count;

	return upper ? index : GICR_TYPER_NUMBER(index) | (last ? GICR_TYPER_LAST : 0);
}

static uint32_t gicr_read(struct gicv3 *gic, uint64_t offset)
{
	uint32_t index = (uint32_t)(offset / GICR_SIZE);
	uint64_t at = offset % GICR_SIZE;

	if (at >= GICR_SGI_FRAME)
		return gicv3_read_arrays(gic, &gic->private[index], at - GICR_SGI_FRAME);
	if (at >= GICD_IDREGS)
		return gicv3_read_identification(at);
	switch (at) {
	case GICR_IIDR:
		return IIDR_VALUE;
	case GICR_TYPER:
	case GICR_TYPER + 4:
		return gicr_read_typer(gic, index, at != GICR_TYPER);
	case GICR_WAKER:
		/* The children sleep and wake at once. */
		return gic->waker[index] | (gic->waker[index] ? WAKER_CHILDREN_ASLEEP : 0);
	}
	return 0;
}

static void gicr_write(struct gicv3 *gic, uint64_t offset, uint32_t value)
{
	uint32_t index = (uint32_t)(offset / GICR_SIZE);
	uint64_t at = offset % GICR_SIZE;

	if (at >= GICR_SGI_FRAME)
		gicv3_write_arrays(gic, &gic->private[index], at - GICR_SGI_FRAME, value);
	else if (at == GICR_WAKER)
		/*
		 * No more than a note: interrupts are not held back, as each would wake the vCPU.
		 */
		gic->waker[index] = value & WAKER_PROCESSOR_SLEEP;
}

/*
 * Words are the registers' size; doublewords are two of them; bytes are for priorities only. In the
 * SGI frame the same offsets are priorities, so the frame's number does not matter.
 */
static bool gicv3_access(struct gicv3 *gic, struct access *access,
			 uint32_t (*read)(struct gicv3 *gic, uint64_t offset),
			 void (*write)(struct gicv3 *gic, uint64_t offset, uint32_t value))
{
	uint64_t in_frame = access->offset % GICV3_FRAME;
	uint64_t shift = access->offset % 4 * 8;
	uint64_t word = access->offset & ~3ULL;
	uint64_t value = access->value;

	access->value = 0;
	if (access->offset % access->size || access->size == 2)
		return true;
	if (access->size == 1) {
		if (in_frame < GICD_IPRIORITYR || in_frame >= GICD_ITARGETSR)
			return true;
		if (access->write)
			write(gic, word,
			      (read(gic, word) & ~(0xffU << shift)) | (uint32_t)value << shift);
		else
			access->value = read(gic, word) >> shift;
		return true;
	}
	if (access->write) {
		write(gic, word, (uint32_t)value);
		if (access->size == 8)
			write(gic, word + 4, (uint32_t)(value >> 32));
	} else {
		access->value = read(gic, word);
		if (access->size == 8)
			access->value |= (uint64_t)read(gic, word + 4) << 32;
	}
	return true;
}

static bool gicd_access(void *device, struct access *access)
{
	return gicv3_access(device, access, gicd_read, gicd_write);
}

static bool gicr_access(void *device, struct access *access)
{
	return gicv3_access(device, access, gicr_read, gicr_write);
}

const char *arch_interrupt_attach(struct vmm *vmm, const struct vmm_device *device)
{
	struct gicv3 *gic = &vmm->arch.gicv3;
	struct region distributor = { device->address, device->size, gicd_access, gic };
	struct region redistributor = { device->address2, device->size2, gicr_access, gic };

	if (device->size != GICV3_FRAME || device->size2 != vmm->config->vcpu_count * GICR_SIZE)
		return "a GICv3 whose distributor is not 64 KiB or whose redistributors not 128 KiB each";
	gic->vmm = vmm;
	if (!bus_add(&vmm->bus, &distributor) || !bus_add(&vmm->bus, &redistributor))
		return "a GICv3 that overlaps another device";
	return NULL;
}

/* Nothing is configured, pending or active, and all shared interrupts are routed to vCPU 0. */
void arch_interrupt_reset(struct vmm *vmm)
{
	struct gicv3 *gic = &vmm->arch.gicv3;
	struct gicv3 begun = { .vmm = vmm };

	memcpy(begun.outside, gic->outside, sizeof(begun.outside));
	*gic = begun;
	gicv3_lead_home(gic);
	for (uint32_t i = 0; i < vmm->config->vcpu_count; i++) {
		struct vcpu *vcpu = &vmm->vcpus[i];

		for (uint32_t intid = 0; intid < GICV3_INTIDS; intid++) {
			slots_configure(vmm_slots(vcpu), intid, SLOT_NUMBER(intid));
			slots_set_line(vmm_slots(vcpu), intid, false);
			slots_set_pending(vmm_slots(vcpu), intid, false);
			slots_set_active(vmm_slots(vcpu), intid, false);
		}
		gic->private[i].vcpu = vcpu;
		/* SGIs. */
		gic->private[i].edge = 0xffff;
		gicv3_configure(gic, &gic->private[i], UINT32_MAX);
	}
	gicv3_configure(gic, &gic->shared, UINT32_MAX);
}

void gicv3_set_private_line(struct vcpu *vcpu, uint32_t intid, bool up)
{
	struct gicv3 *gic = &vcpu->vmm->arch.gicv3;

	gicv3_drive(gic, &gic->private[vcpu->index], intid, up);
}

void arch_interrupt_leave(struct vmm *vmm, uint32_t irq, cap_t line)
{
	vmm->arch.gicv3.outside[irq - GICV3_FIRST_SPI] = line;
}

void arch_interrupt_line(struct vmm *vmm, uint32_t irq, bool up)
{
	struct gicv3 *gic = &vmm->arch.gicv3;

	gicv3_drive(gic, &gic->shared, irq - GICV3_FIRST_SPI, up);
}

/* The vCPUs that an SGI goes to, a bit each. */
static uint32_t gicv3_sgi_targets(const struct vcpu *sender, uint64_t value)
{
	uint32_t all = (1U << sender->vmm->config->vcpu_count) - 1;

	if (value & SGI_IRM)
		return all & ~(1U << sender->index);
	return value & (SGI_AFFINITY | SGI_RS) ? 0 : (uint32_t)value & SGI_LIST & all;
}

void gicv3_send_sgi(struct vcpu *sender, uint64_t value, bool group1)
{
	struct vmm *vmm = sender->vmm;
	uint32_t intid = SGI_INTID_OF(value);
	uint32_t targets = gicv3_sgi_targets(sender, value);

	for (; targets; targets &= targets - 1) {
		uint32_t index = (uint32_t)__builtin_ctz(targets);

		if (group1 || !(vmm->arch.gicv3.private[index].group1 >> intid & 1))
			slots_set_pending(vmm_slots(&vmm->vcpus[index]), intid, true);
	}
}

void gicv3_deactivate(struct vcpu *vcpu, uint64_t intid)
{
	struct gicv3 *gic = &vcpu->vmm->arch.gicv3;
	uint32_t bit = (uint32_t)(intid % GICV3_BANK);

	if (intid >= GICV3_INTIDS)
		return;
	if (intid >= GICV3_FIRST_SPI)
		vcpu = gicv3_home(gic, &gic->shared, bit);
	slots_set_active(vmm_slots(vcpu), (uint32_t)intid, false);
	if (intid >= GICV3_FIRST_SPI)
		gicv3_move(gic, gic->moving & 1U << bit);
}
