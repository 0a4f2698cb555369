/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The GICv3's arrays of a bit, a byte or two bits an interrupt: what they configure goes to the
 * slots, and what is pending or active is read from there.
 */
#include <gicv3_arrays.h>
#include <gicv3_registers.h>
#include <gicv3_slots.h>
#include <vmm.h>

/*
 * Five bits of priority, the least that a CPU interface has (IHI 0069, 4.8): the others read as
 * zero.
 */
#define PRIORITY_MASK 0xf8

static void gicv3_set_state(struct gicv3 *gic, const struct gicv3_bank *bank, uint32_t bits,
			    void (*set)(struct slots *slots, uint32_t slot, bool on), bool on)
{
	/* What has ended meanwhile changes where it is routed to. */
	if (!bank->vcpu)
		gicv3_move(gic, bits & gic->moving);
	for (uint32_t left = bits; left; left &= left - 1) {
		uint32_t bit = (uint32_t)__builtin_ctz(left);

		set(vmm_slots(gicv3_home(gic, bank, bit)), gicv3_intid(bank, bit), on);
	}
	/* It may be ended by this, or have to be looked at again from now on. */
	if (!bank->vcpu)
		gicv3_move(gic, bits & gic->moving);
}

static uint32_t gicv3_read_bits(struct gicv3 *gic, const struct gicv3_bank *bank, uint64_t array)
{
	switch (array) {
	case GICD_IGROUPR:
		return bank->group1;
	case GICD_ISENABLER:
	case GICD_ICENABLER:
		return bank->enabled;
	case GICD_ISPENDR:
	case GICD_ICPENDR:
		return gicv3_pending(gic, bank);
	case GICD_ISACTIVER:
	case GICD_ICACTIVER:
		return gicv3_active(gic, bank);
	}
	return 0;
}

static void gicv3_write_bits(struct gicv3 *gic, struct gicv3_bank *bank, uint64_t array,
			     uint32_t value)
{
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
		gicv3_set_state(gic, bank, value, slots_set_pending, array == GICD_ISPENDR);
		break;
	case GICD_ISACTIVER:
	case GICD_ICACTIVER:
		gicv3_set_state(gic, bank, value, slots_set_active, array == GICD_ISACTIVER);
		break;
	}
	gicv3_configure(gic, bank, (old.group1 ^ bank->group1) | (old.enabled ^ bank->enabled));
}

static uint32_t gicv3_read_priorities(const struct gicv3_bank *bank, uint32_t first)
{
	uint32_t value = 0;

	for (uint32_t i = 0; i < 4; i++)
		value |= (uint32_t)bank->priority[first + i] << 8 * i;
	return value;
}

static void gicv3_write_priority(struct gicv3 *gic, struct gicv3_bank *bank, uint32_t bit,
				 uint8_t value)
{
	if (bank->priority[bit] == (value & PRIORITY_MASK))
		return;
	bank->priority[bit] = value & PRIORITY_MASK;
	gicv3_configure(gic, bank, 1U << bit);
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
	struct gicv3_bank *bank = &gic->shared;
	uint32_t edge = 0;
	uint32_t changed;

	for (uint32_t i = 0; i < 16; i++)
		edge |= (value >> (2 * i + 1) & 1) << i;
	changed = (bank->edge ^ edge << 16 * half) & 0xffffU << 16 * half;
	bank->edge ^= changed;
	gicv3_configure(gic, bank, changed);
	/* What became level has the state of its line from now on. (An outside line is not for us to set: the kernel has it.) */
	for (uint32_t bits = changed & ~bank->edge; bits; bits &= bits - 1) {
		uint32_t bit = (uint32_t)__builtin_ctz(bits);

		slots_set_line(vmm_slots(gicv3_home(gic, bank, bit)), gicv3_intid(bank, bit),
			       bank->lines >> bit & 1);
	}
	/* It may be pending by that, and wait to move. */
	gicv3_move(gic, changed & gic->moving);
}

/* Which 32 INTIDs the frame shows. */
static uint32_t gicv3_index(const struct gicv3_bank *bank)
{
	return bank->vcpu ? 0 : 1;
}

uint32_t gicv3_read_arrays(struct gicv3 *gic, const struct gicv3_bank *bank, uint64_t offset)
{
	uint32_t index = gicv3_index(bank);

	if (offset >= GICD_IGROUPR && offset < GICD_IPRIORITYR && offset % 0x80 / 4 == index)
		return gicv3_read_bits(gic, bank, offset & ~0x7fULL);
	if (offset >= GICD_IPRIORITYR && offset < GICD_ITARGETSR &&
	    (offset - GICD_IPRIORITYR) / GICV3_BANK == index)
		return gicv3_read_priorities(bank, offset % GICV3_BANK);
	if (offset >= GICD_ICFGR && offset < GICD_IGRPMODR && (offset - GICD_ICFGR) / 8 == index)
		return gicv3_read_configuration(bank, offset / 4 % 2);
	return 0;
}

void gicv3_write_arrays(struct gicv3 *gic, struct gicv3_bank *bank, uint64_t offset, uint32_t value)
{
	uint32_t index = gicv3_index(bank);

	if (offset >= GICD_IGROUPR && offset < GICD_IPRIORITYR && offset % 0x80 / 4 == index)
		gicv3_write_bits(gic, bank, offset & ~0x7fULL, value);
	else if (offset >= GICD_IPRIORITYR && offset < GICD_ITARGETSR &&
		 (offset - GICD_IPRIORITYR) / GICV3_BANK == index)
		for (uint32_t i = 0; i < 4; i++)
			gicv3_write_priority(gic, bank, offset % GICV3_BANK + i,
					     (uint8_t)(value >> 8 * i));
	else if (index == 1 && (offset == GICD_ICFGR + 8 || offset == GICD_ICFGR + 12))
		gicv3_write_configuration(gic, offset / 4 % 2, value);
}
