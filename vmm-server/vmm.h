/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a VMM server knows of its guest. The server is one process with one thread, which serves all vCPUs, for they are
 * on one core; what stands here is all its state: nothing is allocated, nothing is found by registration.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <idl/root.h>
#include <idl/vmm.h>

#include <cloister/log.h>
#include <cloister/message.h>

#include <arch/page.h>
#include <arch/vmm.h>

#include <bus.h>
#include <device.h>
#include <memory.h>
#include <slots.h>
#include <violations.h>
#include <virtio/console.h>
#include <virtio/forward.h>

/*
 * Who wants to be told at a time of the counter: a vCPU's own timer; the guest's devices, and its interrupt
 * controller. What is the guest's stands at the vCPU that set it last, whose exits the time comes with.
 */
enum vcpu_deadline { DEADLINE_TIMER, DEADLINE_DEVICES, DEADLINE_ROUTES, DEADLINES };

enum vcpu_power {
	VCPU_OFF,
	/* It has been told to begin, and has not yet. */
	VCPU_STARTING,
	VCPU_ON,
};

struct vcpu {
	struct vmm *vmm;
	/* Its number, which is also its affinity. */
	uint32_t index;
	/* The capability of the VCpu, and of the notification that makes an event of it. */
	cap_t cap;
	cap_t event;
	/*
	 * Its exit of kind start has come in this life of the guest. Before, all its exits are left over from the life
	 * before.
	 */
	bool begun;
	enum vcpu_power power;
	/* Where it begins when it is STARTING, and with what argument. */
	uint64_t entry;
	uint64_t argument;
	/* Its registers as they were at the exit, written by the kernel. */
	const struct vcpu_page *page;
	/* Where new values go; the kernel takes them when the reply says so. */
	struct vcpu_update *update;
	/* Changes of interrupt slots that the next reply carries. */
	struct slots slots;
	uint64_t deadline[DEADLINES];
	/* The earliest of them: the deadline of the next reply. */
	uint64_t next_deadline;
	struct arch_vcpu arch;
};

struct vmm {
	const struct vmm_config *config;
	/* The configuration makes no guest: nothing is started. */
	bool refused;
	struct log log;
	struct violations violations;
	struct memory memory;
	struct bus bus;
	struct device devices[VMM_DEVICES_MAX];
	uint32_t device_count;
	struct virtio_console virtio_console;
	struct forward forward;
	struct arch_vmm arch;
	/* The guest begins anew when vCPU 0 does, and finds memory that must be cleared. */
	bool boots;
	bool used;
	/* Bits of events that came between two lives. */
	uint64_t missed;
	/* The vCPU whose exit is handled. */
	struct vcpu *current;
	/* Others, a bit each, whose interrupt slots change by it. */
	uint32_t touched;
	struct vcpu vcpus[VMM_VCPUS_MAX];
};

/*
 * Make the state for a guest from its configuration page: memory, devices on their bus, log. NULL,
 * or what is wrong with the configuration: then the guest cannot be started, and the log can be
 * written if `config` names one.
 */
const char *vmm_init(struct vmm *vmm, const struct vmm_config *config);

/* All vCPUs and models to the state of power-on. */
void vmm_reset(struct vmm *vmm);

/* The vCPU with this number, or NULL. */
struct vcpu *vmm_vcpu(struct vmm *vmm, uint64_t index);

/* Where changes of a vCPU's interrupt slots are gathered until the exit is answered. */
static inline struct slots *vmm_slots(struct vcpu *vcpu)
{
	struct vmm *vmm = vcpu->vmm;

	if (vcpu != vmm->current)
		vmm->touched |= 1U << vcpu->index;
	return &vcpu->slots;
}

/* Make the changes of the slots of all vCPUs that are touched. */
void vmm_apply_slots(struct vmm *vmm);

/*
 * Say what is still to be said, and tell the root server how the guest ended. The caller parks the
 * vCPU.
 */
void vmm_end(struct vmm *vmm, enum guest_end end);

/* Whether a vCPU can begin there: an instruction, aligned to so many bytes, of the guest's memory. */
bool vmm_is_entry(const struct vmm *vmm, uint64_t address, uint32_t alignment);

/*
 * Let a vCPU that is off begin there: it does so in an exit of its own, an event.
 */
void vmm_start_vcpu(struct vcpu *vcpu, uint64_t entry, uint64_t argument);

/* The vCPU goes off, by itself: what it had of its own is lost. Gives the reply's label. */
uint64_t vmm_stop_vcpu(struct vcpu *vcpu);

/* Nobody is left to switch on a vCPU that goes off. */
bool vmm_is_last(const struct vcpu *vcpu);

/* Which slots of the vCPU are pending, or active, with all changes that were gathered. */
void vmm_query_slots(struct vcpu *vcpu, uint64_t *pending, uint64_t *active);

/* For the guest's clocks: the event is one of the vCPU whose exit is handled. */
void vmm_set_deadline(struct vmm *vmm, enum vcpu_deadline clock, uint64_t when);

/* Ask for an event at `when` (DEADLINE_NEVER: no more) for one of the clocks. */
void vcpu_set_deadline(struct vcpu *vcpu, enum vcpu_deadline clock, uint64_t when);
