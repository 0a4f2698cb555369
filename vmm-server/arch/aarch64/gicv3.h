/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The distributor and the redistributor of a GICv3 (Arm IHI 0069), with one security state
 * (GICD_CTLR.DS = 1), affinity routing always on, 32 shared interrupts, no LPIs. It decides what is
 * enabled with which priority; what is pending and active is in the vCPU's interrupt slots, slot n
 * being INTID n.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define GICV3_INTIDS    64
#define GICV3_BANK      32
#define GICV3_FIRST_SPI 32

struct vmm;

/* 32 interrupts, as one register with a bit each has them. */
struct gicv3_bank {
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
	uint32_t waker;
	/* Private interrupts of the vCPU, and shared ones. */
	struct gicv3_bank bank[GICV3_INTIDS / GICV3_BANK];
	/* Of the shared interrupts. */
	uint64_t router[GICV3_BANK];
};

/* The line of an interrupt goes up or down; `intid` from 16 below GICV3_INTIDS. */
void gicv3_set_line(struct vmm *vmm, uint32_t intid, bool up);

/*
 * A write to ICC_SGI1R_EL1 (with `group1`, it reaches interrupts of either group), or to
 * ICC_SGI0R_EL1 or ICC_ASGI1R_EL1 (which reach those of group 0). IHI 0069, "Forwarding an SGI to a
 * target PE".
 */
void gicv3_send_sgi(struct vmm *vmm, uint64_t value, bool group1);
