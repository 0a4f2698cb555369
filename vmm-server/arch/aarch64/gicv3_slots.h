/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Between the GICv3's registers and the vCPUs' interrupt slots: which slot an interrupt is in, and
 * what is there.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <gicv3.h>

/* The INTID of a bank's interrupt, which is its slot. */
uint32_t gicv3_intid(const struct gicv3_bank *bank, uint32_t bit);

/* The vCPU in whose slot it is. */
struct vcpu *gicv3_home(const struct gicv3 *gic, const struct gicv3_bank *bank, uint32_t bit);

/* Configure the slots of the interrupts in `bits` of a bank as its registers say. */
void gicv3_configure(struct gicv3 *gic, const struct gicv3_bank *bank, uint32_t bits);

/* The line of an interrupt goes up or down. */
void gicv3_drive(struct gicv3 *gic, struct gicv3_bank *bank, uint32_t bit, bool up);

/* Which interrupts of a bank are pending, or active. */
uint32_t gicv3_pending(struct gicv3 *gic, const struct gicv3_bank *bank);
uint32_t gicv3_active(struct gicv3 *gic, const struct gicv3_bank *bank);

/* The lines that other processes have lead to their interrupts' homes, wherever they led before. */
void gicv3_lead_home(struct gicv3 *gic);

/* Shared interrupts, in `bits`, are routed elsewhere now, or waited to be: move what can move. */
void gicv3_move(struct gicv3 *gic, uint32_t bits);
