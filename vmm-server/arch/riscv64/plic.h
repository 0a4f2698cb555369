/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PLIC (RISC-V Platform-Level Interrupt Controller Specification 1.0.0) with VMM_PLIC_SOURCES sources of level interrupts
 * and priorities of three bits. Context n is the S-mode of vCPU n.
 *
 * The lines of the server's own devices end in gateways here, and a vCPU is notified by one interrupt slot: it is up while the
 * most urgent of its interrupts is above its threshold. A source that another process drives has a slot of its own, in one vCPU, its
 * home, which hears it: its notification is the line, so that it reaches the guest without the server, and the gateway is
 * the slot. It is pending while its line is up, so a line that goes down early takes the request back; of several
 * vCPUs that have it enabled only its home is notified.
 */
#pragma once

#include <stdint.h>

#include <cloister/types.h>

#include <idl/vmm.h>

struct vcpu;
struct vmm;

struct plic {
	struct vmm *vmm;
	uint8_t priority[VMM_PLIC_SOURCES + 1];
	/* A bit a source: lines that are up, requests in the core, and those that were claimed and are not complete. */
	uint32_t lines;
	uint32_t pending;
	uint32_t claimed;
	/* By context. */
	uint32_t enabled[VMM_VCPUS_MAX];
	uint8_t threshold[VMM_VCPUS_MAX];
	/* vCPUs that are notified, a bit each. */
	uint32_t notified;
	/* Sources that other processes drive: a bit each, by what notification, and their homes. */
	uint32_t outside;
	cap_t line[VMM_PLIC_SOURCES + 1];
	uint8_t home[VMM_PLIC_SOURCES + 1];
};
