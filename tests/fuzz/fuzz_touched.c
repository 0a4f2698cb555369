/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See fuzz_touched.h.
 */
#include <string.h>

#include "fuzz_touched.h"
#include "test_vmm_fixture.h"

/* The guest's memory before an exit, and what of it may change until the answer: offsets. */
static uint8_t before[MEMORY_SIZE];
static struct {
	uint64_t start, end;
} may_change[1024];
static uint32_t may_change_count;

void touched_allow(const uint8_t *start, uint64_t size)
{
	if (may_change_count == sizeof(may_change) / sizeof(may_change[0]))
		return;
	may_change[may_change_count].start = (uint64_t)(start - memory);
	may_change[may_change_count++].end = (uint64_t)(start - memory) + size;
}

void touched_disturb(uint64_t offset, uint16_t value)
{
	offset %= MEMORY_SIZE - 1;
	memcpy(memory + offset, &value, sizeof(value));
	touched_allow(memory + offset, sizeof(value));
}

/* Used rings are the device's (Virtual I/O Device 1.2, 2.7.8). */
static void allow_used_rings(const struct virtio *virtio)
{
	for (uint32_t i = 0; i < virtio->type->queues; i++) {
		const struct queue *q = &virtio->queues[i];

		if (q->ready)
			touched_allow(memory + (q->place.used - MEMORY_BASE),
				      4 + 8ULL * q->place.size);
	}
}

void touched_begin(const struct virtio *virtio)
{
	memcpy(before, memory, sizeof(before));
	may_change_count = 0;
	allow_used_rings(virtio);
}

static bool is_allowed(uint64_t offset)
{
	/* So much that it is not all noted. */
	if (may_change_count == sizeof(may_change) / sizeof(may_change[0]))
		return true;
	for (uint32_t i = 0; i < may_change_count; i++)
		if (offset >= may_change[i].start && offset < may_change[i].end)
			return true;
	return false;
}

void touched_check(const struct virtio *virtio)
{
	/* Of queues that became ready, too. */
	allow_used_rings(virtio);
	if (!memcmp(before, memory, sizeof(before)))
		return;
	for (uint32_t i = 0; i < MEMORY_SIZE; i++)
		must(before[i] == memory[i] || is_allowed(i));
}
