/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the loader to the root server.
 */
#pragma once

#include <idl/manifest.h>
#include <sched.h>
#include <types.h>

/* Called by the architecture's start on the kernel's stack, with translation on. Returns who goes on. */
struct resume kernel_main(const struct manifest *manifest);

/* Make the root server's objects and capabilities. */
void root_create(const struct manifest *manifest);
