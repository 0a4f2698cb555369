/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether the machine has the memory that the manifest speaks of. */
#include "boot.h"

#define MIB  0x100000
#define PAGE 0x1000

/* Where the Image header has the distance of the image from the memory's start. */
#define TEXT_OFFSET_AT 8

/* With what the firmware keeps below the first region. */
static uint64_t total_mib(const struct manifest *m)
{
	uint64_t base = m->image_address - *(const uint64_t *)(m->image_address + TEXT_OFFSET_AT);
	uint64_t total = m->memory_count ? m->memory[0].address - base : 0;

	for (uint32_t i = 0; i < m->memory_count; i++)
		total += m->memory[i].size;
	return total / MIB;
}

void memory_check(const struct manifest *m)
{
	for (uint32_t i = 0; i < m->memory_count; i++) {
		uint64_t last = m->memory[i].address + m->memory[i].size - PAGE;

		if (!arch_probe(last))
			stop("no memory at 0x%lx: the description needs %lu MiB; start the machine with -m %lu "
			     "or give the board less memory in the description",
			     last, total_mib(m), total_mib(m));
	}
}
