/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GICv3: the registers of the distributor and of the redistributor's two frames, as chapter 12 of
 * Arm IHI 0069 has them for one security state. The frames hold the same arrays, a register or more
 * for each bank of 32 interrupts: the distributor shows bank 1, the redistributor's SGI frame bank
 * 0. Registers that are reserved, that belong to what is not there, and accesses of sizes that a
 * register does not take read as zero and ignore writes.
 */
#include <idl/kernel_client.h>

#include <arch/interrupt.h>

#include <gicv3.h>
#include <gicv3_registers.h>
#include <vmm.h>

/*
 * Five bits of priority, the least that a CPU interface has (IHI 0069, 4.8): the others read as
 * zero.
 */
#define PRIORITY_MASK 0xf8

/* A PE of affinity 0.0.0.0 is the only one. */
#define AFFINITY 0

bool arch_interrupt_shared(uint32_t irq)
{
	return irq >= GICV3_FIRST_SPI && irq < GICV3_INTIDS;
}

/*
 * Whether the distributor forwards the interrupt: it and its group are enabled, and it has a
 * target.
 */
static bool gicv3_forwards(const struct gicv3 *gic, uint32_t index, uint32_t bit)
{
	const struct gicv3_bank *bank = &gic->bank[index];
	uint32_t group = bank->group1 >> bit & 1 ? CTLR_ENABLE_GROUP1 : CTLR_ENABLE_GROUP0;

	if (!(bank->enabled >> bit & 1) || !(gic->ctlr & group))
		return false;
	return index == 0 || gic->router[bit] == AFFINITY;
}

/* Configure the slots of the interrupts in `bits` of a bank as its registers say. */
static void gicv3_configure(struct gicv3 *gic, uint32_t index, uint32_t bits)
{
	const struct gicv3_bank *bank = &gic->bank[index];

	for (; bits; bits &= bits - 1) {
		uint32_t bit = (uint32_t)__builtin_ctz(bits);
		uint32_t intid = index * GICV3_BANK + bit;
		uint64_t slot = SLOT_NUMBER(intid) | SLOT_PRIORITY(bank->priority[bit]);

		if (bank->group1 >> bit & 1)
			slot |= SLOT_GROUP1;
		if (gicv3_forwards(gic, index, bit))
			slot |= SLOT_ENABLED;
		if (!(bank->edge >> bit & 1))
			slot |= SLOT_LEVEL;
		slots_configure(&gic->vmm->vcpu.slots, intid, slot);
	}
}

/* Which interrupts of a bank are pending, or active. */
static uint32_t gicv3_query(const struct gicv3 *gic, uint32_t index, bool active)
{
	uint64_t pending_slots = 0;
	uint64_t active_slots = 0;

	if (vcpu_query_slots(gic->vmm->vcpu.cap, &pending_slots, &active_slots) != OK)
		return 0;
	return (uint32_t)((active ? active_slots : pending_slots) >> index * GICV3_BANK);
}

static void gicv3_set_state(struct gicv3 *gic, uint32_t index, uint32_t bits,
			    void (*set)(struct slots *slots, uint32_t slot, bool on), bool on)
{
	for (; bits; bits &= bits - 1)
		set(&gic->vmm->vcpu.slots, index * GICV3_BANK + (uint32_t)__builtin_ctz(bits), on);
}

static uint32_t gicv3_read_bits(const struct gicv3 *gic, uint32_t index, uint64_t array)
{
	const struct gicv3_bank *bank = &gic->bank[index];

	switch (array) {
	case GICD_IGROUPR:
		return bank->group1;
	case GICD_ISENABLER:
	case GICD_ICENABLER:
		return bank->enabled;
	case GICD_ISPENDR:
	case GICD_ICPENDR:
		return gicv3_query(gic, index, false);
	case GICD_ISACTIVER:
	case GICD_ICACTIVER:
		return gicv3_query(gic, index, true);
	}
	return 0;
}

static void gicv3_write_bits(struct gicv3 *gic, uint32_t index, uint64_t array, uint32_t value)
{
	struct gicv3_bank *bank = &gic->bank[index];
	struct gicv3_bank old = *bank;

	switch (array) {
	case GICD_IGROUPR:
		bank->group1 = value;
		break;
	case GICD_ISENABLER:
		bank->enabled |= value;
		break;
	case GICD_ICENABLER:
		bank->enabled &= ~value;
		break;
	case GICD_ISPENDR:
	case GICD_ICPENDR:
		gicv3_set_state(gic, index, value, slots_set_pending, array == GICD_ISPENDR);
		break;
	case GICD_ISACTIVER:
	case GICD_ICACTIVER:
		gicv3_set_state(gic, index, value, slots_set_active, array == GICD_ISACTIVER);
		break;
	}
	gicv3_configure(gic, index, (old.group1 ^ bank->group1) | (old.enabled ^ bank->enabled));
}

static uint32_t gicv3_read_priorities(const struct gicv3_bank *bank, uint32_t first)
{
	uint32_t value = 0;

	for (uint32_t i = 0; i < 4; i++)
		value |= (uint32_t)bank->priority[first + i] << 8 * i;
	return value;
}

static void gicv3_write_priority(struct gicv3 *gic, uint32_t index, uint32_t bit, uint8_t value)
{
	struct gicv3_bank *bank = &gic->bank[index];

	if (bank->priority[bit] == (value & PRIORITY_MASK))
		return;
	bank->priority[bit] = value & PRIORITY_MASK;
	gicv3_configure(gic, index, 1U << bit);
}

/*
 * Sixteen interrupts in two bits each, of which the upper says edge; `half` tells which of the
 * bank's.
 */
static uint32_t gicv3_read_configuration(const struct gicv3_bank *bank, uint32_t half)
{
	uint32_t edge = bank->edge >> 16 * half;
	uint32_t value = 0;

	for (uint32_t i = 0; i < 16; i++)
		value |= (edge >> i & 1) << (2 * i + 1);
	return value;
}

/* For shared interrupts only: SGIs are edge, and the private lines here are all level. */
static void gicv3_write_configuration(struct gicv3 *gic, uint32_t half, uint32_t value)
{
	struct gicv3_bank *bank = &gic->bank[1];
	uint32_t edge = 0;
	uint32_t changed;

	for (uint32_t i = 0; i < 16; i++)
		edge |= (value >> (2 * i + 1) & 1) << i;
	changed = (bank->edge ^ edge << 16 * half) & 0xffffU << 16 * half;
	bank->edge ^= changed;
	gicv3_configure(gic, 1, changed);
	/* What became level has the state of its line from now on. */
	for (uint32_t bits = changed & ~bank->edge; bits; bits &= bits - 1) {
		uint32_t bit = (uint32_t)__builtin_ctz(bits);

		slots_set_line(&gic->vmm->vcpu.slots, GICV3_BANK + bit, bank->lines >> bit & 1);
	}
}

/*
 * The arrays, at the same offsets in the distributor and in the SGI frame; only those of bank
 * `index` are there.
 */
static uint32_t gicv3_read_arrays(const struct gicv3 *gic, uint32_t index, uint64_t offset)
{
	const struct gicv3_bank *bank = &gic->bank[index];

	if (offset >= GICD_IGROUPR && offset < GICD_IPRIORITYR && offset % 0x80 / 4 == index)
		return gicv3_read_bits(gic, index, offset & ~0x7fULL);
	if (offset >= GICD_IPRIORITYR && offset < GICD_ITARGETSR &&
	    (offset - GICD_IPRIORITYR) / GICV3_BANK == index)
		return gicv3_read_priorities(bank, offset % GICV3_BANK);
	if (offset >= GICD_ICFGR && offset < GICD_IGRPMODR && (offset - GICD_ICFGR) / 8 == index)
		return gicv3_read_configuration(bank, offset / 4 % 2);
	return 0;
}

static void gicv3_write_arrays(struct gicv3 *gic, uint32_t index, uint64_t offset, uint32_t value)
{
	if (offset >= GICD_IGROUPR && offset < GICD_IPRIORITYR && offset % 0x80 / 4 == index)
		gicv3_write_bits(gic, index, offset & ~0x7fULL, value);
	else if (offset >= GICD_IPRIORITYR && offset < GICD_ITARGETSR &&
		 (offset - GICD_IPRIORITYR) / GICV3_BANK == index)
		for (uint32_t i = 0; i < 4; i++)
			gicv3_write_priority(gic, index, offset % GICV3_BANK + i,
					     (uint8_t)(value >> 8 * i));
	else if (index == 1 && (offset == GICD_ICFGR + 8 || offset == GICD_ICFGR + 12))
		gicv3_write_configuration(gic, offset / 4 % 2, value);
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
	for (uint32_t done = 0; done < access->size; done += 4) {
		if (access->write)
			write(gic, word + done, (uint32_t)(value >> 8 * done));
		else
			access->value |= (uint64_t)read(gic, word + done) << 8 * done;
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

static const char *gicv3_attach(struct vmm *vmm, const struct vmm_device *device)
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

static void gicv3_reset(struct vmm *vmm)
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

const struct device_model gicv3_model = {
	.attach = gicv3_attach,
	.reset = gicv3_reset,
};
