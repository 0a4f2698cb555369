/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The device tree that a guest gets: made from its description, or the user's own with memory, processors,
 * firmware, timer, our devices and the boot arguments put in place of what it had.
 */
#pragma once

#include "description.h"
#include "tree.h"

/*
 * Makes the device tree of a guest whose kernel and initrd are placed. `user` is the user's own (no bytes:
 * there is none). Gives what is wrong in words that follow "the device tree", else NULL.
 */
const char *device_tree_make(struct arena *arena, const struct guest *guest,
			     const struct inputs *inputs, struct blob user, struct blob *tree);

/* The node of a device, with its addresses and its interrupt; gives its offset. */
int device_tree_node(struct tree *tree, struct arena *arena, const struct target *target,
		     const char *name, const struct guest_device *device);

/* device_tree_aarch64.c, device_tree_riscv64.c: see struct target. */

void tree_machine_aarch64(struct tree *tree, struct arena *arena, const struct guest *guest);
void tree_device_aarch64(struct tree *tree, struct arena *arena, const struct guest_device *device);
size_t tree_interrupt_aarch64(uint32_t irq, uint32_t *cells);
void tree_machine_riscv64(struct tree *tree, struct arena *arena, const struct guest *guest);
void tree_device_riscv64(struct tree *tree, struct arena *arena, const struct guest_device *device);
size_t tree_interrupt_riscv64(uint32_t irq, uint32_t *cells);
