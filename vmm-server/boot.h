/* SPDX-License-Identifier: BSD-2-Clause */
/* How a guest starts: its images in its memory, its first vCPU at its entry. */
#pragma once

#include <stdbool.h>

struct vcpu;
struct vmm;

/*
 * NULL, or what is wrong with the images of the configuration: one does not lie in the guest's
 * memory.
 */
const char *boot_check(const struct vmm *vmm);

/* Zero the guest's memory, but for what images will cover. The configuration has passed boot_check(). */
void boot_clear(const struct vmm *vmm);

/* Copy all images into the guest's memory. The configuration has passed boot_check(). */
void boot_start(const struct vmm *vmm);
