/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loader's way from the first instruction in C to the kernel: check everything, then copy the
 * kernel and go.
 */
#include "boot.h"

#include <cloister/string.h>

static void kernel_copy(const struct manifest *m)
{
	const struct manifest_component *kernel = &image_components(m)[m->kernel_component];

	/*
	 * First, so that no dirty line of whoever was there before is written back over the copy.
	 */
	arch_cache_clean(m->kernel_address, kernel->size);
	memcpy((void *)m->kernel_address, (const void *)kernel->physical, kernel->size);
	arch_cache_clean(m->kernel_address, kernel->size);
}

void boot_main(uintptr_t image)
{
	const struct manifest *m;

	console_open(image_header.console);
	arch_check_processor();
	m = image_manifest(image);
	console_open(m->platform[PLATFORM_UART]);
	memory_check(m);
	image_check_components(m);
	kernel_copy(m);
	say("image verified: %u components, %lu KiB", m->components.count, m->image_size / 1024);
	console_close();
	arch_enter_kernel(m->kernel_address, m);
}
