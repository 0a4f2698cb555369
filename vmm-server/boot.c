/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting a guest: every start copies the pristine images again, so a reset finds what the first
 * start found.
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

void boot_start(struct vcpu *vcpu)
{
	const struct vmm_config *config = vcpu->vmm->config;

	for (uint32_t i = 0; i < config->image_count; i++) {
		const struct vmm_image *image = &config->images[i];
		void *to = memory_range(&vcpu->vmm->memory, image->destination, image->size);

		memcpy(to, (const void *)(uintptr_t)image->source, image->size);
		arch_memory_written(to, image->size);
	}
	arch_vcpu_start(vcpu, config->entry, config->argument);
}
