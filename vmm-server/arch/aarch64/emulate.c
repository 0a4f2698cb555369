/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Accesses to devices that the hardware reports without decoding them: the server reads the
 * instruction from guest memory and does what it does. All is checked first, so that either the
 * whole instruction happens or nothing of it but what a device itself refuses.
 */
#include <idl/kernel_client.h>

#include <cloister/string.h>

#include <arch/exits.h>

#include <decode.h>
#include <vmm.h>

/* ESR_EL2 (Arm ARM D19.2.37): the class; of a data abort, that cache maintenance made it. */
#define ESR_CLASS(esr) ((esr) >> 26 & 0x3f)
#define CLASS_FETCH    0x20
#define CLASS_DATA     0x24
#define ISS_CM         (1U << 8)

/* PSTATE: AArch32 state. */
#define PSTATE_AARCH32 (1U << 4)

#define PAGE_SIZE 4096ULL
#define PAGE_MASK (PAGE_SIZE - 1)

/* Read the instruction that made the exit. It may have changed since, or have gone. */
static bool emulate_fetch(const struct vcpu *vcpu, uint32_t *word)
{
	const struct registers *registers = &vcpu->page->registers;
	const void *from;
	uint64_t address;

	if (registers->pstate & PSTATE_AARCH32)
		return false;
	if (vcpu_translate(vcpu->cap, registers->pc, 0, &address) != OK)
		return false;
	from = memory_readable(&vcpu->vmm->memory, address, sizeof(*word));
	if (!from)
		return false;
	memcpy(word, from, sizeof(*word));
	return true;
}

static bool emulate_is_memory(const struct vcpu *vcpu, uint64_t address, uint32_t size, bool write)
{
	const struct memory *memory = &vcpu->vmm->memory;

	return write ? memory_range(memory, address, size) != NULL :
		       memory_readable(memory, address, size) != NULL;
}

/*
 * The guest-physical addresses of all parts of the transfer. The exit has told of one page already.
 * An access may be part in memory, part in a device; one that is neither, or crosses pages, is
 * refused.
 */
static bool emulate_locate(const struct vcpu *vcpu, const struct message *m,
			   const struct transfer *transfer, uint64_t physical[2])
{
	for (uint32_t i = 0; i < transfer->count; i++) {
		uint64_t address = transfer->address + (uint64_t)i * transfer->size;

		if ((address & PAGE_MASK) + transfer->size > PAGE_SIZE)
			return false;
		if ((address & ~PAGE_MASK) == (m->word[5] & ~PAGE_MASK))
			physical[i] = (m->word[1] & ~PAGE_MASK) | (address & PAGE_MASK);
		else if (vcpu_translate(vcpu->cap, address, transfer->write, &physical[i]) != OK)
			return false;
		if (!emulate_is_memory(vcpu, physical[i], transfer->size, transfer->write) &&
		    !bus_find(&vcpu->vmm->bus, physical[i], transfer->size))
			return false;
	}
	return true;
}

static bool emulate_access(struct vcpu *vcpu, uint64_t address, struct access *access)
{
	const struct memory *memory = &vcpu->vmm->memory;

	if (!emulate_is_memory(vcpu, address, access->size, access->write))
		return bus_access(&vcpu->vmm->bus, address, access);
	if (access->write)
		memcpy(memory_range(memory, address, access->size), &access->value, access->size);
	else
		memcpy(&access->value, memory_readable(memory, address, access->size),
		       access->size);
	return true;
}

static uint64_t extend_sign(uint64_t value, uint32_t size, uint32_t to)
{
	unsigned int unused = 64 - 8 * size;

	if (!to)
		return value;
	value = (uint64_t)((int64_t)(value << unused) >> unused);
	return to == 32 ? (uint32_t)value : value;
}

/* Do the transfer, on the registers that the reply brings. */
static bool emulate_transfer(struct vcpu *vcpu, const struct transfer *transfer,
			     const uint64_t physical[2])
{
	struct registers *registers = &vcpu->update->registers;

	for (uint32_t i = 0; i < transfer->count; i++) {
		uint8_t n = transfer->reg[i];
		struct access access = { .size = transfer->size, .write = transfer->write };

		if (access.write && n != 31)
			access.value = vcpu->page->registers.x[n] &
				       UINT64_MAX >> (64 - 8 * access.size);
		if (!emulate_access(vcpu, physical[i], &access))
			return false;
		if (!access.write && n != 31)
			registers->x[n] = extend_sign(access.value, access.size, transfer->sign);
	}
	if (transfer->base == 31)
		registers->sp = transfer->base_after;
	else if (transfer->base != DECODE_NO_BASE)
		registers->x[transfer->base] = transfer->base_after;
	return true;
}

static uint64_t emulate_refuse(struct vcpu *vcpu, enum violation kind, uint64_t address)
{
	violations_report(vcpu, kind, address);
	return DISPOSITION_ABORT;
}

uint64_t arch_exit_memory(struct vcpu *vcpu, struct message *m)
{
	uint64_t address = m->word[1];
	bool maintains_rom = m->word[4] & ISS_CM && m->word[2] & ACCESS_PERMISSION;
	struct transfer transfer;
	uint64_t physical[2];
	uint32_t word;

	if (m->word[2] & ACCESS_WALK)
		return emulate_refuse(vcpu, VIOLATION_WALK, address);
	if (!bus_find(&vcpu->vmm->bus, address, 1) && !maintains_rom)
		return emulate_refuse(vcpu, violations_of_access(m->word[2]), address);
	/* Devices are not cached, and a ROM's lines are clean: maintenance has nothing to do. */
	if (m->word[4] & ISS_CM)
		return DISPOSITION_STEP;
	/* A store in the place of a load is refused: the guest's tables have allowed the load only. */
	if (!emulate_fetch(vcpu, &word) ||
	    !decode_transfer(word, &vcpu->page->registers, &transfer) ||
	    transfer.write != !!(m->word[2] & ACCESS_WRITE) ||
	    !emulate_locate(vcpu, m, &transfer, physical))
		return emulate_refuse(vcpu, VIOLATION_INSTRUCTION, address);
	vcpu->update->registers = vcpu->page->registers;
	if (!emulate_transfer(vcpu, &transfer, physical))
		return emulate_refuse(vcpu, VIOLATION_INSTRUCTION, address);
	/*
	 * The kernel steps: PSTATE goes back as it was, for with bits in it that a VMM may not set
	 * (TCO of a guest's exception handler) any other value would be refused.
	 */
	return DISPOSITION_STEP | REPLY_REGISTERS;
}

uint64_t arch_exit_other(struct vcpu *vcpu, struct message *m)
{
	uint64_t class = ESR_CLASS(m->word[4]);

	violations_report(vcpu, VIOLATION_OTHER, m->word[4]);
	/* Aborts for other reasons than a missing mapping, as an error on the bus, stay aborts. */
	if (class == CLASS_FETCH || class == CLASS_DATA)
		return DISPOSITION_ABORT;
	return DISPOSITION_UNDEFINED;
}
