/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registers of virtio over MMIO (Virtual I/O Device 1.2, 4.2.2), the device status (2.1) and the
 * features that are not of one device type (6). All but the configuration space are 32 bits wide.
 */
#pragma once

#define VIRTIO_MMIO_MAGIC_VALUE         0x000
#define VIRTIO_MMIO_VERSION             0x004
#define VIRTIO_MMIO_DEVICE_ID           0x008
#define VIRTIO_MMIO_VENDOR_ID           0x00c
#define VIRTIO_MMIO_DEVICE_FEATURES     0x010
#define VIRTIO_MMIO_DEVICE_FEATURES_SEL 0x014
#define VIRTIO_MMIO_DRIVER_FEATURES     0x020
#define VIRTIO_MMIO_DRIVER_FEATURES_SEL 0x024
#define VIRTIO_MMIO_QUEUE_SEL           0x030
#define VIRTIO_MMIO_QUEUE_NUM_MAX       0x034
#define VIRTIO_MMIO_QUEUE_NUM           0x038
#define VIRTIO_MMIO_QUEUE_READY         0x044
#define VIRTIO_MMIO_QUEUE_NOTIFY        0x050
#define VIRTIO_MMIO_INTERRUPT_STATUS    0x060
#define VIRTIO_MMIO_INTERRUPT_ACK       0x064
#define VIRTIO_MMIO_STATUS              0x070
#define VIRTIO_MMIO_QUEUE_DESC_LOW      0x080
#define VIRTIO_MMIO_QUEUE_DESC_HIGH     0x084
#define VIRTIO_MMIO_QUEUE_DRIVER_LOW    0x090
#define VIRTIO_MMIO_QUEUE_DRIVER_HIGH   0x094
#define VIRTIO_MMIO_QUEUE_DEVICE_LOW    0x0a0
#define VIRTIO_MMIO_QUEUE_DEVICE_HIGH   0x0a4
#define VIRTIO_MMIO_SHM_LEN_LOW         0x0b0
#define VIRTIO_MMIO_SHM_BASE_HIGH       0x0bc
#define VIRTIO_MMIO_CONFIG              0x100

/* "virt"; and the version without the legacy interface. */
#define VIRTIO_MMIO_MAGIC           0x74726976U
#define VIRTIO_MMIO_VERSION_CURRENT 2

/* InterruptStatus and InterruptACK. */
#define VIRTIO_INTERRUPT_USED   (1U << 0)
#define VIRTIO_INTERRUPT_CONFIG (1U << 1)

/* The device status. */
#define VIRTIO_STATUS_ACKNOWLEDGE (1U << 0)
#define VIRTIO_STATUS_DRIVER      (1U << 1)
#define VIRTIO_STATUS_DRIVER_OK   (1U << 2)
#define VIRTIO_STATUS_FEATURES_OK (1U << 3)
#define VIRTIO_STATUS_NEEDS_RESET (1U << 6)
#define VIRTIO_STATUS_FAILED      (1U << 7)

/* Not a legacy device: both sides have to agree. */
#define VIRTIO_F_VERSION_1 (1ULL << 32)

/* Device types (5). */
#define VIRTIO_ID_CONSOLE 3

/* Of the console (5.3.3): ports beside port 0, and control queues. */
#define VIRTIO_CONSOLE_F_MULTIPORT (1ULL << 1)

/* Events of its control messages (5.3.6.2). */
#define VIRTIO_CONSOLE_DEVICE_READY 0
#define VIRTIO_CONSOLE_PORT_ADD     1
#define VIRTIO_CONSOLE_PORT_READY   3
#define VIRTIO_CONSOLE_CONSOLE_PORT 4
#define VIRTIO_CONSOLE_PORT_OPEN    6
#define VIRTIO_CONSOLE_PORT_NAME    7
