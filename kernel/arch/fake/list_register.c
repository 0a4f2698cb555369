/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtual CPU interface (IHI 0069, 4 and 12.4): list registers, the guest's acknowledge and EOI on them, and the
 * maintenance interrupt.
 */
#include <arch/fake.h>
#include <arch/irq.h>
#include <list_register.h>
#include <vcpu.h>
#include <sched.h>
#include <slots.h>

#define IDLE_PRIORITY 0x100U

static struct list_register registers[LIST_REGISTERS_MAX];
static uint32_t eois; /* of interrupts in no list register */
static bool
	told_room; /* maintenance at one or no valid register, of a single one when it is not pending */
static bool told_eois;    /* maintenance at `eois` */
static bool eoi_happened; /* of a register that tells */

void fake_list_registers_start(void)
{
	for (unsigned int i = 0; i < LIST_REGISTERS_MAX; i++)
		registers[i] = (struct list_register){ .number = 0 };
	eois = 0;
	told_room = told_eois = eoi_happened = false;
}

uint32_t list_register_count(void)
{
	return fake.list_registers;
}

struct list_register list_register_take(uint32_t index)
{
	struct list_register value = registers[index];

	BUG_ON(index >= fake.list_registers);
	registers[index] = (struct list_register){ .number = 0 };
	eoi_happened = false;
	return (struct list_register){ .pending = value.pending, .active = value.active };
}

/* What the specification leaves UNPREDICTABLE (12.4.7) is a bug. */
void list_register_put(uint32_t index, const struct list_register *value)
{
	BUG_ON(index >= fake.list_registers || value->number >= LIST_REGISTER_NUMBERS);
	BUG_ON(registers[index].pending || registers[index].active);
	BUG_ON(!value->pending && !value->active);
	BUG_ON(value->hardware && ((value->pending && value->active) || value->tell_eoi));
	for (unsigned int i = 0; i < LIST_REGISTERS_MAX; i++) {
		const struct list_register *other = &registers[i];

		if (!other->pending && !other->active)
			continue;
		BUG_ON(other->number == value->number);
		BUG_ON(other->hardware && value->hardware && other->irq == value->irq);
	}
	registers[index] = *value;
}

uint32_t list_register_eoi_count(void)
{
	return eois;
}

void list_register_overflow(bool pending_waits, bool active_waits)
{
	told_room = pending_waits;
	told_eois = active_waits;
	eois = 0;
}

unsigned int fake_list_registers_used(void)
{
	unsigned int used = 0;

	for (unsigned int i = 0; i < LIST_REGISTERS_MAX; i++)
		used += registers[i].pending || registers[i].active;
	return used;
}

bool fake_maintenance(void)
{
	bool room;

	/* Underflow, or no interrupt that is only pending (12.4.4, 12.4.6). */
	room = fake.list_registers == 1 ? !registers[0].pending || registers[0].active :
					  fake_list_registers_used() <= 1;
	return eoi_happened || (told_room && room) || (told_eois && eois);
}

bool fake_overflow_asked(void)
{
	return told_room || told_eois;
}

/* The guest's side. */

static struct arch_vcpu *running(void)
{
	BUG_ON(fake.idle || core.current->kind != CONTEXT_VCPU);
	BUG_ON(vcpu_resident() != vcpu_of(core.current));
	return &vcpu_of(core.current)->arch;
}

static unsigned int running_priority(const struct arch_vcpu *vcpu)
{
	return vcpu->handled ? vcpu->running[vcpu->handled - 1] : IDLE_PRIORITY;
}

uint32_t fake_guest_acknowledge(void)
{
	struct arch_vcpu *vcpu = running();
	unsigned int best = running_priority(vcpu);
	struct list_register *taken = NULL;

	for (unsigned int i = 0; i < LIST_REGISTERS_MAX; i++) {
		struct list_register *at = &registers[i];

		if (at->pending && !at->active && at->priority < best) {
			best = at->priority;
			taken = at;
		}
	}
	if (!taken)
		return FAKE_SPURIOUS;
	taken->pending = false;
	taken->active = true;
	BUG_ON(vcpu->handled == VCPU_SLOTS);
	vcpu->running[vcpu->handled++] = taken->priority;
	return taken->number;
}

void fake_guest_eoi(uint32_t number)
{
	struct arch_vcpu *vcpu = running();

	/* An EOI that drops no priority counts nowhere. */
	if (!vcpu->handled)
		return;
	vcpu->handled--;
	for (unsigned int i = 0; i < LIST_REGISTERS_MAX; i++) {
		struct list_register *at = &registers[i];

		if (!at->active || at->number != number)
			continue;
		at->active = false;
		if (at->hardware)
			arch_irq_complete(at->irq);
		else if (at->tell_eoi && !at->pending)
			eoi_happened = true;
		return;
	}
	eois++;
}

bool fake_guest_sees(uint32_t number)
{
	for (unsigned int i = 0; i < LIST_REGISTERS_MAX; i++)
		if (registers[i].pending && registers[i].number == number)
			return true;
	return false;
}
