/* SPDX-License-Identifier: BSD-2-Clause */
/* A vCPU at power-on, and the table of devices that it can find. */
#include <cloister/string.h>

#include <arch/devices.h>
#include <arch/vcpu.h>

#include <slot_map.h>
#include <vmm.h>

/* Registers of the first two arguments. */
#define A0 10
#define A1 11

const struct arch_device arch_devices[ARCH_DEVICE_KINDS] = {
	[VMM_DEVICE_NS16550A] = { &ns16550a_model, offsetof(struct vmm, arch.ns16550a),
				  VMM_EVENT_CONSOLE },
	[VMM_DEVICE_VIRTIO_CONSOLE] = { &virtio_console_model, offsetof(struct vmm, virtio_console),
					VMM_EVENT_VIRTIO_CONSOLE },
	[VMM_DEVICE_CONSOLE_COPY] = { &forward_console_model, offsetof(struct vmm, forward),
				      VMM_EVENT_CONSOLE_COPY },
	[VMM_DEVICE_GOLDFISH_RTC] = { &goldfish_rtc_model, offsetof(struct vmm, arch.goldfish_rtc),
				      0 },
};

/* No timer, and no interrupt from another. */
void arch_vcpu_reset(struct vcpu *vcpu)
{
	vcpu->arch = (struct arch_vcpu){ .compare = DEADLINE_NEVER };
	slots_set_line(vmm_slots(vcpu), SLOT_INDEX_TIMER, false);
	slots_set_pending(vmm_slots(vcpu), SLOT_INDEX_SOFTWARE, false);
	vcpu_set_deadline(vcpu, DEADLINE_TIMER, DEADLINE_NEVER);
}

/* As SBI's "HSM Hart Start Register State" has it; the kernel has reset satp and sstatus. */
void arch_vcpu_start(struct vcpu *vcpu, uint64_t entry, uint64_t argument)
{
	struct registers *registers = &vcpu->update->registers;

	memset(registers, 0, sizeof(*registers));
	registers->x[A0] = vcpu->index;
	registers->x[A1] = argument;
	registers->pc = entry;
	registers->mode = MODE_SUPERVISOR;
}
