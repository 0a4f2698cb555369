/* SPDX-License-Identifier: BSD-2-Clause */
/* A vCPU at power-on, and the table of devices that it can find. */
#include <cloister/string.h>

#include <arch/devices.h>
#include <arch/timer.h>
#include <arch/vcpu.h>

#include <vmm.h>

/*
 * PSTATE at the entry of an operating system: EL1 with its own stack pointer, DAIF masked (Arm ARM
 * C5.2.19).
 */
#define PSTATE_ENTRY 0x3c5

const struct arch_device arch_devices[ARCH_DEVICE_KINDS] = {
	[VMM_DEVICE_PL011] = { &pl011_model, offsetof(struct vmm, arch.pl011), VMM_EVENT_CONSOLE },
	[VMM_DEVICE_VIRTIO_CONSOLE] = { &virtio_console_model, offsetof(struct vmm, virtio_console),
					VMM_EVENT_VIRTIO_CONSOLE },
	[VMM_DEVICE_CONSOLE_COPY] = { &forward_console_model, offsetof(struct vmm, forward),
				      VMM_EVENT_CONSOLE_COPY },
	[VMM_DEVICE_POWER_BUTTON] = { &pl061_model, offsetof(struct vmm, arch.pl061),
				      VMM_EVENT_POWER },
	[VMM_DEVICE_PL031] = { &pl031_model, offsetof(struct vmm, arch.pl031), 0 },
};

void arch_vcpu_reset(struct vcpu *vcpu)
{
	vcpu->arch = (struct arch_vcpu){ .os_lock = true };
	/* The timer is off: whatever the time, its line is down and nothing is to come. */
	arch_timer_update(vcpu, 0);
}

void arch_vcpu_start(struct vcpu *vcpu, uint64_t entry, uint64_t argument)
{
	struct registers *registers = &vcpu->update->registers;

	memset(registers, 0, sizeof(*registers));
	registers->x[0] = argument;
	registers->pc = entry;
	registers->pstate = PSTATE_ENTRY;
}
