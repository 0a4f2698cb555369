/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's own translation tables: all memory of the machine at LINEAR_BASE, the kernel's image at KERNEL_BASE, devices that
 * it drives behind that.
 */
#pragma once

#include <types.h>

struct manifest;

/* The top table, and that of the last GiB: its first entry is the image's, its second the devices'. */
extern uint64_t kernel_top_table[];
extern uint64_t kernel_block_table[];

/*
 * Make them. It runs at physical addresses, before translation is on: it may use no pointer that was linked, only what the
 * compiler addresses relative to the program counter.
 */
void kernel_space_build(const struct manifest *manifest);

/* The manifest's fixed part is what the kernel reads: is all of the memory it names mapped? */
void kernel_space_check(const struct manifest *manifest);

/* Map a device's registers for the kernel; returns their address. */
volatile void *kernel_map_device(paddr_t address, uint64_t size);
