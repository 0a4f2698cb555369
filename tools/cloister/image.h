/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bootable image: the loader, the manifest, the components (idl/manifest.idl).
 */
#pragma once

#include "plan.h"

/*
 * Lays the plan out behind the loader (a flat binary at `loader`) and writes it all into one piece of
 * memory. Errors are reported.
 */
bool image_make(struct plan *plan, const char *loader, struct blob *image);

/*
 * Reads from an image how much memory its machine needs, which has it from `base` on. Gives what is wrong in words that follow the
 * file's name, or NULL.
 */
const char *image_memory(struct blob image, uint64_t base, uint64_t *memory);
