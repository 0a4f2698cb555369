/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting a guest: every start copies the pristine images again, and all but the first clear the memory around
 * them, so that a reset finds what the first start found.
 */
#include <stddef.h>

#include <cloister/string.h>

#include <arch/vcpu.h>

#include <boot.h>
#include <vmm.h>

const char *boot_check(const struct vmm *vmm)
{
	const struct vmm_config *config = vmm->config;

	if (config->image_count > VMM_IMAGES_MAX)
		return "more images than the configuration holds";
	for (uint32_t i = 0; i < config->image_count; i++) {
		const struct vmm_image *image = &config->images[i];

		if (!memory_range(&vmm->memory, image->destination, image->size))
			return "an image does not lie in the guest's memory";
	}
	return NULL;
}

/* The images may lie in any order, and over each other. */
void boot_clear(const struct vmm *vmm)
{
	const struct vmm_config *config = vmm->config;
	uint64_t end = config->memory_base + config->memory_size;
	uint64_t at = config->memory_base;

	while (at < end) {
		uint64_t covered = end;
		uint64_t next = end;

		/* The first image that ends behind `at`: up to it nothing is covered. */
		for (uint32_t i = 0; i < config->image_count; i++) {
			const struct vmm_image *image = &config->images[i];

			if (image->destination + image->size <= at || image->destination >= covered)
				continue;
			covered = image->destination;
			next = image->destination + image->size;
		}
		if (covered > at)
			arch_memory_clear(memory_range(&vmm->memory, at, covered - at),
					  covered - at);
		at = next;
	}
}

void boot_start(const struct vmm *vmm)
{
	const struct vmm_config *config = vmm->config;

	for (uint32_t i = 0; i < config->image_count; i++) {
		const struct vmm_image *image = &config->images[i];
		void *to = memory_range(&vmm->memory, image->destination, image->size);

		memcpy(to, (const void *)(uintptr_t)image->source, image->size);
		arch_memory_written(to, image->size);
	}
}
