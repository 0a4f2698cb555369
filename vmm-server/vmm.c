/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state of a VMM server: made from the configuration page, reset with its guest, ended with it.
 */
#include <stddef.h>

#include <idl/kernel_client.h>
#include <idl/root_client.h>

#include <cloister/string.h>

#include <arch/devices.h>
#include <arch/interrupt.h>
#include <arch/vcpu.h>

#include <boot.h>
#include <vmm.h>

/* Of one of the two pages of a vCPU. */
#define PAGE_SIZE 4096

static const char *vmm_attach_devices(struct vmm *vmm)
{
	const struct vmm_config *config = vmm->config;
	uint32_t kinds = 0;

	if (config->device_count > VMM_DEVICES_MAX)
		return "more devices than the configuration holds";
	for (uint32_t i = 0; i < config->device_count; i++) {
		const struct vmm_device *device = &config->devices[i];
		const char *error;

		if (device->kind >= ARCH_DEVICE_KINDS ||
		    (device->kind != ARCH_INTERRUPT_CONTROLLER &&
		     !arch_devices[device->kind].model))
			return "a device of a kind that this program has no model of";
		if (kinds & 1U << device->kind)
			return "a second device of a kind of which a guest has one";
		kinds |= 1U << device->kind;
		error = device->kind == ARCH_INTERRUPT_CONTROLLER ?
				arch_interrupt_attach(vmm, device) :
				device_attach(vmm, device);
		if (error)
			return error;
	}
	return NULL;
}

/* Two devices overlapping each other are found on the bus; this is about devices and memory. */
static bool vmm_devices_clear_of_memory(const struct vmm *vmm)
{
	for (uint32_t i = 0; i < vmm->bus.count; i++) {
		const struct region *region = &vmm->bus.regions[i];

		if (region->base - vmm->memory.base < vmm->memory.size ||
		    vmm->memory.base - region->base < region->size)
			return false;
	}
	return true;
}

static void vcpu_reset_deadlines(struct vcpu *vcpu)
{
	for (uint32_t clock = 0; clock < DEADLINES; clock++)
		vcpu->deadline[clock] = DEADLINE_NEVER;
	vcpu->next_deadline = DEADLINE_NEVER;
}

static void vcpu_init(struct vcpu *vcpu, struct vmm *vmm, uint32_t index)
{
	uint64_t pages = vmm->config->vcpu_pages + (uint64_t)index * 2 * PAGE_SIZE;

	vcpu->vmm = vmm;
	vcpu->index = index;
	vcpu->cap = vmm->config->vcpu + index;
	vcpu->event = vmm->config->vcpu_event + index;
	vcpu->page = (const struct vcpu_page *)(uintptr_t)pages;
	vcpu->update = (struct vcpu_update *)(uintptr_t)(pages + PAGE_SIZE);
	vcpu->slots.changes = &vcpu->update->slots;
	vcpu_reset_deadlines(vcpu);
}

const char *vmm_init(struct vmm *vmm, const struct vmm_config *config)
{
	struct line *log = (struct line *)(uintptr_t)config->log_line;
	const char *error;

	memset(vmm, 0, sizeof(*vmm));
	vmm->config = config;
	log_init(&vmm->log, &log->output, config->log_notify);
	vmm->memory.base = config->memory_base;
	vmm->memory.size = config->memory_size;
	vmm->memory.host = (uint8_t *)(uintptr_t)config->memory;
	vmm->memory.roms = config->roms;
	vmm->memory.rom_count = config->rom_count;
	for (uint32_t i = 0; i < VMM_VCPUS_MAX; i++)
		vcpu_init(&vmm->vcpus[i], vmm, i);
	vmm->current = &vmm->vcpus[0];
	/*
	 * A predecessor may have died between taking a line's request for a signal and the signal. The log is the line
	 * that every VMM has; its other end looks at all of them.
	 */
	notification_signal(config->log_notify);
	if (config->vcpu_count == 0 || config->vcpu_count > VMM_VCPUS_MAX)
		return "no vCPU, or more than the configuration holds";
	if (config->rom_count > VMM_ROMS_MAX)
		return "more ROMs than the configuration holds";
	if (config->memory_base + config->memory_size < config->memory_base)
		return "the guest's memory wraps around";
	error = vmm_attach_devices(vmm);
	if (error)
		return error;
	if (!vmm_devices_clear_of_memory(vmm))
		return "a device lies in the guest's memory";
	return boot_check(vmm);
}

void vmm_reset(struct vmm *vmm)
{
	for (uint32_t i = 0; i < vmm->config->vcpu_count; i++) {
		struct vcpu *vcpu = &vmm->vcpus[i];

		vcpu->power = VCPU_OFF;
		vcpu_reset_deadlines(vcpu);
		vcpu->slots.changed = 0;
		arch_vcpu_reset(vcpu);
	}
	arch_interrupt_reset(vmm);
	device_reset_all(vmm);
}

void vmm_end(struct vmm *vmm, enum guest_end end)
{
	/* What has been said once is not said again in each of many lives: the log's bound is for all. */
	if (end != GUEST_RESET)
		violations_sum(vmm);
	device_flush_all(vmm);
	/* From here on what a vCPU exits for is of the life that is over, until it is told to start. */
	for (uint32_t i = 0; i < VMM_VCPUS_MAX && end == GUEST_RESET; i++)
		vmm->vcpus[i].begun = false;
	root_guest_ended(vmm->config->root, end);
}

struct vcpu *vmm_vcpu(struct vmm *vmm, uint64_t index)
{
	return index < vmm->config->vcpu_count ? &vmm->vcpus[index] : NULL;
}

void vmm_apply_slots(struct vmm *vmm)
{
	for (; vmm->touched; vmm->touched &= vmm->touched - 1) {
		struct vcpu *vcpu = &vmm->vcpus[__builtin_ctz(vmm->touched)];

		slots_apply(&vcpu->slots, vcpu->cap);
	}
}

bool vmm_is_entry(const struct vmm *vmm, uint64_t address, uint32_t alignment)
{
	return address % alignment == 0 && memory_readable(&vmm->memory, address, alignment);
}

void vmm_start_vcpu(struct vcpu *vcpu, uint64_t entry, uint64_t argument)
{
	vcpu->power = VCPU_STARTING;
	vcpu->entry = entry;
	vcpu->argument = argument;
	notification_signal(vcpu->event);
}

uint64_t vmm_stop_vcpu(struct vcpu *vcpu)
{
	vcpu->power = VCPU_OFF;
	arch_vcpu_reset(vcpu);
	return DISPOSITION_PARK;
}

bool vmm_is_last(const struct vcpu *vcpu)
{
	for (uint32_t i = 0; i < vcpu->vmm->config->vcpu_count; i++)
		if (i != vcpu->index && vcpu->vmm->vcpus[i].power != VCPU_OFF)
			return false;
	return true;
}

void vmm_query_slots(struct vcpu *vcpu, uint64_t *pending, uint64_t *active)
{
	*pending = 0;
	*active = 0;
	slots_apply(&vcpu->slots, vcpu->cap);
	vcpu_query_slots(vcpu->cap, pending, active);
}

void vmm_set_deadline(struct vmm *vmm, enum vcpu_deadline clock, uint64_t when)
{
	for (uint32_t i = 0; i < vmm->config->vcpu_count; i++)
		if (&vmm->vcpus[i] != vmm->current &&
		    vmm->vcpus[i].deadline[clock] != DEADLINE_NEVER)
			vcpu_set_deadline(&vmm->vcpus[i], clock, DEADLINE_NEVER);
	vcpu_set_deadline(vmm->current, clock, when);
}

void vcpu_set_deadline(struct vcpu *vcpu, enum vcpu_deadline clock, uint64_t when)
{
	uint64_t next = DEADLINE_NEVER;

	vcpu->deadline[clock] = when;
	for (uint32_t i = 0; i < DEADLINES; i++)
		if (vcpu->deadline[i] < next)
			next = vcpu->deadline[i];
	vcpu->next_deadline = next;
}
