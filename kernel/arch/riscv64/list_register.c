/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * There are no list registers: these are in memory, one for each slot, and what is pending in them and not active drives the bits
 * of hvip ("Hypervisor Interrupt (hvip, hip, and hie) Registers"). A guest changes only hvip.VSSIP by itself; all else the
 * VMM tells.
 */
#include <arch/csr.h>
#include <arch/vcpu.h>
#include <list_register.h>
#include <slots.h>

#define VSSIP BIT(INTERRUPT_VS_SOFTWARE)

static struct {
	uint64_t drives; /* bits of hvip */
	bool pending;
	bool active;
} registers[LIST_REGISTERS_MAX];

uint64_t arch_slot_interrupt(uint16_t number)
{
	switch (number) {
	case SLOT_SOFTWARE:
		return VSSIP;
	case SLOT_TIMER:
		return BIT(INTERRUPT_VS_TIMER);
	default:
		return BIT(INTERRUPT_VS_EXTERNAL);
	}
}

uint32_t list_register_count(void)
{
	return LIST_REGISTERS_MAX;
}

void list_register_put(uint32_t index, const struct list_register *value)
{
	registers[index].pending = value->pending;
	registers[index].active = value->active;
	registers[index].drives = 0;
	if (value->pending && !value->active) {
		registers[index].drives = arch_slot_interrupt(value->number);
		set_csr(hvip, registers[index].drives);
	}
}

struct list_register list_register_take(uint32_t index)
{
	uint64_t drives = registers[index].drives;
	struct list_register value = { .pending = registers[index].pending,
				       .active = registers[index].active };

	/* All are taken together, so a bit that others drive too goes with the first of them. */
	if (drives == VSSIP)
		value.pending = read_csr(hvip) & VSSIP;
	if (drives)
		clear_csr(hvip, drives);
	return value;
}

/* A guest's completion is an exit. */
uint32_t list_register_eoi_count(void)
{
	return 0;
}

/* All slots have a place. */
void list_register_overflow(bool pending_waits, bool active_waits)
{
	(void)pending_waits;
	(void)active_waits;
}
