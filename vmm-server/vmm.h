/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a VMM server knows of its guest. The server is one process with one thread a vCPU, and what
 * stands here is all its state: nothing is allocated, nothing is found by registration.
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
#include <devices/pl011.h>
#include <devices/pl061.h>
#include <memory.h>
#include <slots.h>
#include <violations.h>
#include <virtio/console.h>

/* Who wants to be told at a time of the counter. */
enum vcpu_deadline { DEADLINE_TIMER, DEADLINE_DEVICES, DEADLINES };

struct vcpu {
	struct vmm *vmm;
	/* The capability of the VCpu. */
	cap_t cap;
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
	struct pl011 pl011;
	struct pl061 pl061;
	struct virtio_console virtio_console;
	struct arch_vmm arch;
	/* One vCPU, until guests have more. */
	struct vcpu vcpu;
};

/*
 * Make the state for a guest from its configuration page: memory, devices on their bus, log. NULL,
 * or what is wrong with the configuration: then the guest cannot be started, and the log can be
 * written if `config` names one.
 */
const char *vmm_init(struct vmm *vmm, const struct vmm_config *config);

/* All models to the state of power-on. */
void vmm_reset(struct vmm *vmm);

/*
 * Say what is still to be said, and tell the root server how the guest ended. The caller parks the
 * vCPU.
 */
void vmm_end(struct vmm *vmm, enum guest_end end);

/* Ask for an event at `when` (DEADLINE_NEVER: no more) for one of the clocks. */
void vcpu_set_deadline(struct vcpu *vcpu, enum vcpu_deadline clock, uint64_t when);
