/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The arrays of the GICv3 that have an element for each interrupt, from IGROUPR to ICFGR (Arm IHI
 * 0069, chapter 12). They are at the same offsets in the distributor and in the redistributor's SGI
 * frame; each frame shows one bank of 32 interrupts, and the other banks' places read as zero.
 */
#pragma once

#include <stdint.h>

#include <gicv3.h>

/* Read or write the word at `offset`, a multiple of 4, in the frame that shows the bank. */
uint32_t gicv3_read_arrays(struct gicv3 *gic, const struct gicv3_bank *bank, uint64_t offset);
void gicv3_write_arrays(struct gicv3 *gic, struct gicv3_bank *bank, uint64_t offset,
			uint32_t value);
