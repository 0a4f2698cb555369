/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A virtio-console over MMIO, output only (Virtual I/O Device 1.2, whose sections are cited). As Linux does, it
 * hands over one buffer and looks until it comes back; it wants no interrupts.
 */
#include "console.h"
#include "bench_board.h"

/* Registers (4.2.2). */
#define DRIVER_FEATURES     0x020
#define DRIVER_FEATURES_SEL 0x024
#define QUEUE_SEL           0x030
#define QUEUE_NUM           0x038
#define QUEUE_READY         0x044
#define QUEUE_NOTIFY        0x050
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

/* Output of the one port (5.3.2). */
#define TRANSMIT 1

/* The queue (2.7.5, 2.7.6, 2.7.8), of one descriptor. */
static struct {
	uint64_t address;
	uint32_t size;
	uint16_t flags;
	uint16_t next;
} descriptor __attribute__((aligned(16)));

static struct {
	uint16_t flags;
	uint16_t index;
	uint16_t ring[1];
	uint16_t event;
} available __attribute__((aligned(2)));

static struct {
	uint16_t flags;
	uint16_t index;
	struct {
		uint32_t id;
		uint32_t size;
	} ring[1];
	uint16_t event;
} used __attribute__((aligned(4)));

#define AVAILABLE_NO_INTERRUPT 1

static void set(uint32_t offset, uint64_t value)
{
	*(volatile uint32_t *)(uintptr_t)(VIRTIO_CONSOLE + offset) = (uint32_t)value;
}

void virtio_console_start(void)
{
	available.flags = AVAILABLE_NO_INTERRUPT;
	set(STATUS, 0);
	set(STATUS, ACKNOWLEDGE | DRIVER);
	set(DRIVER_FEATURES_SEL, 1);
	set(DRIVER_FEATURES, FEATURES_HIGH);
	set(STATUS, ACKNOWLEDGE | DRIVER | FEATURES_OK);
	set(QUEUE_SEL, TRANSMIT);
	set(QUEUE_NUM, 1);
	/* All is below 4 GiB: the high halves are zero, as at reset. */
	set(QUEUE_DESC_LOW, (uintptr_t)&descriptor);
	set(QUEUE_DRIVER_LOW, (uintptr_t)&available);
	set(QUEUE_DEVICE_LOW, (uintptr_t)&used);
	set(QUEUE_READY, 1);
	set(STATUS, ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
}

void virtio_console_write(const void *data, uint32_t size)
{
	uint16_t next = available.index + 1;

	descriptor.address = (uintptr_t)data;
	descriptor.size = size;
	__atomic_store_n(&available.index, next, __ATOMIC_RELEASE);
	set(QUEUE_NOTIFY, TRANSMIT);
	while (__atomic_load_n(&used.index, __ATOMIC_ACQUIRE) != next)
		continue;
}
