/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The device tree that a guest gets: made from its description, or the user's own with memory, processors,
 * firmware, timer, our devices and the boot arguments put in place of what it had.
 */
#pragma once

#include "description.h"

/*
 * Makes the device tree of a guest whose kernel and initrd are placed. `user` is the user's own (no bytes:
 * there is none). Gives what is wrong in words that follow "the device tree", else NULL.
 */
const char *device_tree_make(struct arena *arena, const struct guest *guest,
			     const struct inputs *inputs, struct blob user, struct blob *tree);
