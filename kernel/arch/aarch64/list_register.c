/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtual CPU interface of GICv3 (IHI 0069, 12.4).
 */
#include <arch/cpu.h>
#include <arch/irq.h>
#include <list_register.h>

#define ICH_HCR_EL2 S3_4_C12_C11_0
#define ICH_VTR_EL2 S3_4_C12_C11_1

static uint32_t count;

/* ICH_LR<n>_EL2, 12.4.7. */
#define LR_VIRTUAL(n)  ((uint64_t)(n))
#define LR_PHYSICAL(n) ((uint64_t)(n) << 32)
#define LR_EOI         BIT(41)
#define LR_PRIORITY(n) ((uint64_t)(n) << 48)
#define LR_GROUP1      BIT(60)
#define LR_HW          BIT(61)
#define LR_PENDING     BIT(62)
#define LR_ACTIVE      BIT(63)

/* ICH_VTR_EL2, 12.4.9. */
#define VTR_LIST_REGISTERS(value)  (((value)&0x1f) + 1)
#define VTR_TDS                    BIT(19)
#define VTR_PREEMPTION_BITS(value) (((value) >> 26 & 7) + 1)

/* ICH_HCR_EL2, 12.4.4. */
#define ICH_EN              BIT(0)
#define ICH_UIE             BIT(1)
#define ICH_LRENPIE         BIT(2)
#define ICH_NPIE            BIT(3)
#define ICH_TDIR            BIT(14)
#define ICH_EOICOUNT(value) ((value) >> 27 & 0x1f)

/* clang-format off */
#define EACH_LIST_REGISTER(do)   \
	do(0, S3_4_C12_C12_0) \
	do(1, S3_4_C12_C12_1) \
	do(2, S3_4_C12_C12_2) \
	do(3, S3_4_C12_C12_3) \
	do(4, S3_4_C12_C12_4) \
	do(5, S3_4_C12_C12_5) \
	do(6, S3_4_C12_C12_6) \
	do(7, S3_4_C12_C12_7) \
	do(8, S3_4_C12_C13_0) \
	do(9, S3_4_C12_C13_1) \
	do(10, S3_4_C12_C13_2) \
	do(11, S3_4_C12_C13_3) \
	do(12, S3_4_C12_C13_4) \
	do(13, S3_4_C12_C13_5) \
	do(14, S3_4_C12_C13_6) \
	do(15, S3_4_C12_C13_7)
/* clang-format on */

static uint64_t lr_read(uint32_t index)
{
	switch (index) {
#define READ(n, encoding) \
	case n:           \
		return read_sysreg(encoding);
		EACH_LIST_REGISTER(READ)
#undef READ
	default:
		return 0;
	}
}

static void lr_write(uint32_t index, uint64_t value)
{
	switch (index) {
#define WRITE(n, encoding)                     \
	case n:                                \
		write_sysreg(encoding, value); \
		break;
		EACH_LIST_REGISTER(WRITE)
#undef WRITE
	default:
		break;
	}
}

void arch_list_registers_start(void)
{
	uint64_t type = read_sysreg(ICH_VTR_EL2);

	/* With more, active priorities are in ICH_AP0R1_EL2 and on, too, which no switch of guests saves. */
	if (VTR_PREEMPTION_BITS(type) > 5)
		panic("this processor has %u bits of virtual preemption, 5 are supported",
		      (unsigned int)VTR_PREEMPTION_BITS(type));
	/* Else a guest's ICC_DIR_EL1 would end what another VCpu has acknowledged (list_register_overflow()). */
	if (!(type & VTR_TDS))
		panic("this processor cannot trap ICC_DIR_EL1 alone (ICH_VTR_EL2.TDS)");
	count = VTR_LIST_REGISTERS(type);
	list_register_overflow(false, false);
}

uint32_t list_register_count(void)
{
	return count;
}

struct list_register list_register_take(uint32_t index)
{
	uint64_t value = lr_read(index);

	lr_write(index, 0);
	return (struct list_register){ .pending = value & LR_PENDING, .active = value & LR_ACTIVE };
}

void list_register_put(uint32_t index, const struct list_register *value)
{
	uint64_t lr = LR_VIRTUAL(value->number) | LR_PRIORITY(value->priority);

	lr |= value->group1 ? LR_GROUP1 : 0;
	lr |= value->pending ? LR_PENDING : 0;
	lr |= value->active ? LR_ACTIVE : 0;
	/* The field of the physical number has the bit that tells of the EOI otherwise. */
	if (value->hardware)
		lr |= LR_HW | LR_PHYSICAL(value->irq);
	else
		lr |= value->tell_eoi ? LR_EOI : 0;
	lr_write(index, lr);
}

uint32_t list_register_eoi_count(void)
{
	return (uint32_t)ICH_EOICOUNT(read_sysreg(ICH_HCR_EL2));
}

void list_register_overflow(bool pending_waits, bool active_waits)
{
	/* With a single one the underflow would be told for ever. */
	uint64_t room = count == 1 ? ICH_NPIE : ICH_UIE;

	/* ICC_DIR_EL1 can mean what another VCpu has acknowledged, so it is the VMM's. */
	write_sysreg(ICH_HCR_EL2, ICH_EN | ICH_TDIR | (pending_waits ? room : 0) |
					  (active_waits ? ICH_LRENPIE : 0));
}
