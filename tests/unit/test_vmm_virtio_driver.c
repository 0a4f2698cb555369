/* SPDX-License-Identifier: BSD-2-Clause */
/* The driver of a virtio device that the tests play. */
#include <string.h>

#include "test_vmm_virtio.h"

struct ring driver_rings[VIRTIO_QUEUES_MAX];

uint32_t driver_reg(uint64_t offset)
{
	return (uint32_t)guest_read(VIRTIO + offset, 4);
}

void driver_set(uint64_t offset, uint32_t value)
{
	guest_write(VIRTIO + offset, 4, value);
}

void driver_set_wide(uint64_t offset, uint64_t value)
{
	driver_set(offset, (uint32_t)value);
	driver_set(offset + 4, (uint32_t)(value >> 32));
}

void driver_accept(uint64_t features)
{
	for (uint32_t half = 0; half < 2; half++) {
		driver_set(VIRTIO_MMIO_DRIVER_FEATURES_SEL, half);
		driver_set(VIRTIO_MMIO_DRIVER_FEATURES, (uint32_t)(features >> 32 * half));
	}
}

void driver_queue(uint32_t index)
{
	struct ring *ring = &driver_rings[index];

	*ring = (struct ring){ .base = DRIVER_RINGS + DRIVER_RING_SPACE * index,
			       .size = DRIVER_RING_SIZE };
	memset(memory + (ring->base - MEMORY_BASE), 0, DRIVER_RING_SPACE);
	driver_set(VIRTIO_MMIO_QUEUE_SEL, index);
	driver_set(VIRTIO_MMIO_QUEUE_NUM, DRIVER_RING_SIZE);
	driver_set_wide(VIRTIO_MMIO_QUEUE_DESC_LOW, ring->base);
	driver_set_wide(VIRTIO_MMIO_QUEUE_DRIVER_LOW, ring->base + RING_AVAILABLE);
	driver_set_wide(VIRTIO_MMIO_QUEUE_DEVICE_LOW, ring->base + RING_USED);
	driver_set(VIRTIO_MMIO_QUEUE_READY, 1);
}

void driver_prepare(uint64_t features, uint32_t queues)
{
	driver_set(VIRTIO_MMIO_STATUS, 0);
	driver_set(VIRTIO_MMIO_STATUS, FOUND);
	driver_accept(features);
	driver_set(VIRTIO_MMIO_STATUS, FOUND | VIRTIO_STATUS_FEATURES_OK);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), FOUND | VIRTIO_STATUS_FEATURES_OK);
	for (uint32_t i = 0; i < queues; i++)
		driver_queue(i);
}

void driver_kick(uint32_t queue)
{
	driver_set(VIRTIO_MMIO_QUEUE_NOTIFY, queue);
}

uint32_t driver_take(uint32_t queue, uint32_t head)
{
	uint32_t found;
	uint32_t written;

	ck_assert(ring_take(&driver_rings[queue], &found, &written));
	ck_assert_uint_eq(found, head);
	return written;
}

bool driver_none(uint32_t queue)
{
	uint32_t found;
	uint32_t written;

	return !ring_take(&driver_rings[queue], &found, &written);
}
