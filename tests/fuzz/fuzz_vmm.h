/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A VMM server whose guest has several vCPUs and no device but its interrupt controller. The kernel behind it is a plain set
 * of interrupt slots for each vCPU, which judges each answer as the real one would: one that that refuses is a bug.
 */
#pragma once

#include <check.h>

#include <vmm.h>

#include "fuzz.h"
#include "test_vmm_arch.h"

#define MACHINE_MEMORY        0x40000000ULL
#define MACHINE_MEMORY_SIZE   0x1000ULL
#define MACHINE_ENTRY         (MACHINE_MEMORY + 0x100)
#define MACHINE_DISTRIBUTOR   0x08000000ULL
#define MACHINE_REDISTRIBUTOR 0x080a0000ULL
#define MACHINE_VCPUS_MAX     4

#define must(condition)                                 \
	do {                                            \
		if (!(condition))                       \
			ck_abort_msg("%s", #condition); \
	} while (0)

/* A vCPU as the kernel has it. */
struct kernel_vcpu {
	uint64_t configuration[VCPU_SLOTS];
	uint64_t latch, line, active;
	uint64_t deadline;
	bool signalled;
	bool parked;
};

extern struct vmm machine;
extern struct kernel_vcpu kernel[MACHINE_VCPUS_MAX];
extern uint32_t vcpus;
/* What the root server was told: GUEST_OFF or GUEST_RESET; -1: nothing. */
extern int machine_ended;
/* The result words of the last answer. */
extern uint64_t machine_result[4];

/* Power on: vCPU 0 runs. */
void machine_begin(uint32_t count);

/* Exits of kind start for all vCPUs, for another life of the guest. */
void machine_start(void);

/* One exit of a vCPU; gives the answer's disposition. */
enum disposition machine_exit(uint32_t v, enum exit_kind kind, uint64_t address, uint64_t access,
			      uint64_t value);

/* The event of a vCPU that was signalled or whose deadline has passed, if there is such a thing. */
void machine_event(uint32_t v);

/* What the VMM reads of a vCPU's registers, and what it wrote as new ones. */
struct registers *machine_registers(uint32_t v);
const struct registers *machine_update(uint32_t v);

/* Slots of a vCPU that are pending, a bit each. */
uint64_t kernel_pending(uint32_t v);
