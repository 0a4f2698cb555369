/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GICv3: the registers of the distributor and of the redistributor's two frames, as chapter 12 of
 * Arm IHI 0069 has them for one security state. The frames hold the same arrays, a register or more
 * for each bank of 32 interrupts: the distributor shows bank 1, the redistributor's SGI frame bank
 * 0. Registers that are reserved, that belong to what is not there, and accesses of sizes that a
 * register does not take read as zero and ignore writes.
 */
#include <arch/interrupt.h>

#include <gicv3.h>
#include <gicv3_arrays.h>
#include <gicv3_registers.h>
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

static uint32_t gicd_read(const struct gicv3 *gic, uint64_t offset)
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
	return gicv3_read_arrays(gic, 1, offset);
}

static void gicd_write_ctlr(struct gicv3 *gic, uint32_t value)
{
	uint32_t enables = value & (CTLR_ENABLE_GROUP0 | CTLR_ENABLE_GROUP1);

	if (gic->ctlr == enables)
		return;
	gic->ctlr = enables;
	for (uint32_t index = 0; index < GICV3_INTIDS / GICV3_BANK; index++)
		gicv3_configure(gic, index, gic->bank[index].enabled);
}

static void gicd_write_router(struct gicv3 *gic, uint64_t offset, uint32_t value)
{
	uint32_t bit = (uint32_t)(offset - GICD_IROUTER_FIRST) / 8;
	uint64_t old = gic->router[bit];

	if (offset % 8)
		gic->router[bit] = (uint32_t)old | (uint64_t)(value & IROUTER_HIGH) << 32;
	else
		gic->router[bit] = (old & ~0xffffffffULL) | (value & IROUTER_LOW);
	if (gic->router[bit] != old)
		gicv3_configure(gic, 1, 1U << bit);
}

static void gicd_write(struct gicv3 *gic, uint64_t offset, uint32_t value)
{
	if (offset == GICD_CTLR)
		gicd_write_ctlr(gic, value);
	else if (offset >= GICD_IROUTER_FIRST && offset < GICD_IROUTER_END)
		gicd_write_router(gic, offset, value);
	else
		gicv3_write_arrays(gic, 1, offset, value);
}

static uint32_t gicr_read(const struct gicv3 *gic, uint64_t offset)
{
	if (offset >= GICR_SGI_FRAME)
		return gicv3_read_arrays(gic, 0, offset - GICR_SGI_FRAME);
	if (offset >= GICD_IDREGS)
		return gicv3_read_identification(offset);
	switch (offset) {
	case GICR_IIDR:
		return IIDR_VALUE;
	case GICR_TYPER:
		return GICR_TYPER_LAST;
	case GICR_TYPER + 4:
		return AFFINITY;
	case GICR_WAKER:
		/* The children sleep and wake at once. */
		return gic->waker | (gic->waker ? WAKER_CHILDREN_ASLEEP : 0);
	}
	return 0;
}

static void gicr_write(struct gicv3 *gic, uint64_t offset, uint32_t value)
{
	if (offset >= GICR_SGI_FRAME)
		gicv3_write_arrays(gic, 0, offset - GICR_SGI_FRAME, value);
	else if (offset == GICR_WAKER)
		/*
		 * No more than a note: interrupts are not held back, as each would wake the vCPU.
		 */
		gic->waker = value & WAKER_PROCESSOR_SLEEP;
}

/*
 * Words are the registers' size; doublewords are two of them; bytes are for priorities only. In the
 * SGI frame the same offsets are priorities, so the frame's number does not matter.
 */
static bool gicv3_access(struct gicv3 *gic, struct access *access,
			 uint32_t (*read)(const struct gicv3 *gic, uint64_t offset),
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

	if (device->size != GICV3_FRAME || device->size2 != 2 * GICV3_FRAME)
		return "a GICv3 whose distributor is not 64 KiB or whose redistributor not 128 KiB";
	gic->vmm = vmm;
	if (!bus_add(&vmm->bus, &distributor) || !bus_add(&vmm->bus, &redistributor))
		return "a GICv3 that overlaps another device";
	return NULL;
}

void arch_interrupt_reset(struct vmm *vmm)
{
	struct gicv3 *gic = &vmm->arch.gicv3;

	*gic = (struct gicv3){ .vmm = vmm };
	/* SGIs. */
	gic->bank[0].edge = 0xffff;
	for (uint32_t intid = 0; intid < GICV3_INTIDS; intid++) {
		slots_set_line(&vmm->vcpu.slots, intid, false);
		slots_set_pending(&vmm->vcpu.slots, intid, false);
		slots_set_active(&vmm->vcpu.slots, intid, false);
	}
	gicv3_configure(gic, 0, UINT32_MAX);
	gicv3_configure(gic, 1, UINT32_MAX);
}

void gicv3_set_line(struct vmm *vmm, uint32_t intid, bool up)
{
	struct gicv3_bank *bank = &vmm->arch.gicv3.bank[intid / GICV3_BANK];
	uint32_t mask = 1U << intid % GICV3_BANK;

	if (!(bank->lines & mask) == !up)
		return;
	bank->lines ^= mask;
	if (!(bank->edge & mask))
		slots_set_line(&vmm->vcpu.slots, intid, up);
	else if (up)
		slots_set_pending(&vmm->vcpu.slots, intid, true);
}

void arch_interrupt_line(struct vmm *vmm, uint32_t irq, bool up)
{
	gicv3_set_line(vmm, irq, up);
}

void gicv3_send_sgi(struct vmm *vmm, uint64_t value, bool group1)
{
	uint32_t intid = SGI_INTID_OF(value);

	/* "All but self" are none, and so is every target but the first of affinity 0.0.0. */
	if (value & SGI_IRM || value & (SGI_AFFINITY | SGI_RS) || !(value & 1))
		return;
	if (group1 || !(vmm->arch.gicv3.bank[0].group1 >> intid & 1))
		slots_set_pending(&vmm->vcpu.slots, intid, true);
}
