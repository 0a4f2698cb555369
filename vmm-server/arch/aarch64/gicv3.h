/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The distributor and the redistributors of a GICv3 (Arm IHI 0069), with one security state
 * (GICD_CTLR.DS = 1), affinity routing always on, 32 shared interrupts, no LPIs. It decides what is
 * enabled with which priority, and where shared interrupts go; what is pending and active is in the
 * vCPUs' interrupt slots, slot n being INTID n. A shared interrupt is in the slot of one vCPU, its home:
 * that which it is routed to, or was when it became active.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <cloister/types.h>

#include <idl/vmm.h>

#define GICV3_INTIDS    64
#define GICV3_BANK      32
#define GICV3_FIRST_SPI 32

struct vcpu;
struct vmm;

/* 32 interrupts, as one register with a bit each has them. */
struct gicv3_bank {
	/* The vCPU that they are private to; NULL: they are shared. */
	struct vcpu *vcpu;
	uint32_t group1;
	uint32_t enabled;
	uint32_t edge;
	/* Lines that are up. */
	uint32_t lines;
	uint8_t priority[GICV3_BANK];
};

struct gicv3 {
	struct vmm *vmm;
	uint32_t ctlr;
	uint32_t waker[VMM_VCPUS_MAX];
	/* By vCPU. */
	struct gicv3_bank private[VMM_VCPUS_MAX];
	struct gicv3_bank shared;
	/* Notifications by which other processes drive the lines of shared interrupts; 0: the VMM does. */
	cap_t outside[GICV3_BANK];
	/* Of the shared interrupts: GICD_IROUTER, and the home. */
	uint64_t router[GICV3_BANK];
	uint8_t home[GICV3_BANK];
	/* Those whose route leads elsewhere, but which are active at home. */
	uint32_t moving;
};

/* The line of a private interrupt, from INTID 16 on, of a vCPU goes up or down. */
void gicv3_set_private_line(struct vcpu *vcpu, uint32_t intid, bool up);

/*
 * A write to ICC_SGI1R_EL1 (with `group1`, it reaches interrupts of either group), or to
 * ICC_SGI0R_EL1 or ICC_ASGI1R_EL1 (which reach those of group 0). IHI 0069, "Forwarding an SGI to a
 * target PE".
 */
void gicv3_send_sgi(struct vcpu *sender, uint64_t value, bool group1);

/*
 * A write to ICC_DIR_EL1: the interrupt is not active any more, a shared one wherever it was acknowledged. IHI 0069,
 * "Interrupt lifecycle".
 */
void gicv3_deactivate(struct vcpu *vcpu, uint64_t intid);
