/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine of the benchmark guest, for C and for assembly: QEMU's virt with GICv3, and a guest that
 * cloister describes by default. Both have the same devices at the same addresses.
 */
#pragma once

/* PL011 (Arm DDI 0183). */
#define UART            0x09000000
#define UARTDR          0x00
#define UARTFR          0x18
#define UARTCR          0x30
#define UARTIFLS        0x34
#define UARTIMSC        0x38
#define UARTFR_RXFE     0x10
#define UARTFR_TXFF     0x20
#define UARTCR_TRANSMIT 0x101
#define UARTCR_BOTH     0x301
#define UARTIFLS_RESET  0x12
#define UARTIMSC_RXIM   0x10
#define UART_INTERRUPT  33

/* Where the descriptions of tests/bench have a virtio-console. */
#define VIRTIO_CONSOLE           0x0a000000
#define VIRTIO_CONSOLE_INTERRUPT 48

/* GICv3 (Arm IHI 0069, chapter 12): distributor, redistributor and its SGI frame. */
#define GICD 0x08000000
#define GICR 0x080a0000
#define GICS (GICR + 0x10000)

/* PSCI (Arm DEN 0022, 5.1). */
#define PSCI_VERSION      0x84000000
#define PSCI_SYSTEM_OFF   0x84000008
#define PSCI_SYSTEM_RESET 0x84000009

/* CNTV_CTL_EL0 (Arm ARM D19.12). */
#define CNTV_CTL_ENABLE 1

/* Ticks a second of the counter, as QEMU's -cpu max has it. */
#define COUNTER_FREQUENCY 1000000000

/* How long the measured WFI waits. */
#define WFI_TICKS 100000
