/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A virtio-console over MMIO in both directions (Virtual I/O Device 1.2, whose sections are cited), one buffer each: that
 * for input comes back by an interrupt, that for output is waited for.
 */
#include <bench_board.h>

#include "bound.h"

/* Registers (4.2.2). */
#define DRIVER_FEATURES     0x020
#define DRIVER_FEATURES_SEL 0x024
#define QUEUE_SEL           0x030
#define QUEUE_NUM           0x038
#define QUEUE_READY         0x044
#define QUEUE_NOTIFY        0x050
#define INTERRUPT_STATUS    0x060
#define INTERRUPT_ACK       0x064
#define STATUS              0x070
#define QUEUE_DESC_LOW      0x080
#define QUEUE_DRIVER_LOW    0x090
#define QUEUE_DEVICE_LOW    0x0a0

/* The device status (2.1). */
#define ACKNOWLEDGE 1
#define DRIVER      2
#define DRIVER_OK   4
#define FEATURES_OK 8

/* VERSION_1 (6), in the second word of features. */
#define FEATURES_HIGH 1

/* The one port (5.3.2). */
#define RECEIVE  0
#define TRANSMIT 1
#define QUEUES   2

/* The queues (2.7.5, 2.7.6, 2.7.8), of one descriptor each. */
#define DESCRIPTOR_WRITE       2
#define AVAILABLE_NO_INTERRUPT 1

static struct queue {
	struct {
		uint64_t address;
		uint32_t size;
		uint16_t flags;
		uint16_t next;
	} descriptor;
	struct {
		uint16_t flags;
		uint16_t index;
		uint16_t ring[1];
		uint16_t event;
	} available;
	struct {
		uint16_t flags;
		uint16_t index;
		struct {
			uint32_t id;
			uint32_t size;
		} ring[1];
		uint16_t event;
	} used;
} __attribute__((aligned(16))) queues[QUEUES];

static char input;

static volatile uint32_t *reg(uint32_t offset)
{
	return (volatile uint32_t *)(uintptr_t)(VIRTIO_CONSOLE + offset);
}

static void offer(uint32_t number, const char *data, uint32_t size, uint16_t flags)
{
	struct queue *queue = &queues[number];

	queue->descriptor.address = (uintptr_t)data;
	queue->descriptor.size = size;
	queue->descriptor.flags = flags;
	__atomic_store_n(&queue->available.index, queue->available.index + 1, __ATOMIC_RELEASE);
	*reg(QUEUE_NOTIFY) = number;
}

static bool is_back(const struct queue *queue)
{
	return __atomic_load_n(&queue->used.index, __ATOMIC_ACQUIRE) == queue->available.index;
}

static void set_queue(uint32_t number)
{
	/* All is below 4 GiB: the high halves are zero, as at reset. */
	*reg(QUEUE_SEL) = number;
	*reg(QUEUE_NUM) = 1;
	*reg(QUEUE_DESC_LOW) = (uint32_t)(uintptr_t)&queues[number].descriptor;
	*reg(QUEUE_DRIVER_LOW) = (uint32_t)(uintptr_t)&queues[number].available;
	*reg(QUEUE_DEVICE_LOW) = (uint32_t)(uintptr_t)&queues[number].used;
	*reg(QUEUE_READY) = 1;
}

void bound_virtio_start(void)
{
	queues[TRANSMIT].available.flags = AVAILABLE_NO_INTERRUPT;
	*reg(STATUS) = 0;
	*reg(STATUS) = ACKNOWLEDGE | DRIVER;
	*reg(DRIVER_FEATURES_SEL) = 1;
	*reg(DRIVER_FEATURES) = FEATURES_HIGH;
	*reg(STATUS) = ACKNOWLEDGE | DRIVER | FEATURES_OK;
	set_queue(RECEIVE);
	set_queue(TRANSMIT);
	*reg(STATUS) = ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK;
	offer(RECEIVE, &input, 1, DESCRIPTOR_WRITE);
}

void bound_virtio_interrupt(void)
{
	const char text[3] = { '[', input, ']' };

	*reg(INTERRUPT_ACK) = *reg(INTERRUPT_STATUS);
	if (!is_back(&queues[RECEIVE]))
		return;
	offer(TRANSMIT, text, sizeof(text), 0);
	while (!is_back(&queues[TRANSMIT]))
		continue;
	offer(RECEIVE, &input, 1, DESCRIPTOR_WRITE);
}
